"""Reports as they are sent: the article as Markdown or as a page, and the feed of them."""

from yzindex.records.report_view import model_of
from yzindex.report.blocks import Article
from yzindex.report.facts import RunFacts
from yzindex.report.html import document_of, fragment_of
from yzindex.report.markdown import markdown_of
from yzindex.report.model_article import model_article
from yzindex.report.run_article import run_article


def article_of(run: RunFacts, model: str | None) -> Article:
    """Give the article on a run, or on one of its models; raise `NotInRun`."""
    return run_article(run) if model is None else model_article(run, model_of(run, model))


def as_markdown(run: RunFacts, model: str | None = None) -> str:
    return markdown_of(article_of(run, model))


def as_fragment(run: RunFacts, model: str | None = None) -> str:
    """Give the elements of the article, to be put into any page."""
    return fragment_of(markdown_of(article_of(run, model), for_pages=True))


def as_document(run: RunFacts, model: str | None = None) -> str:
    """Give the article as a page of its own."""
    return document_of(f"Report on Run #{run.number}", as_fragment(run, model))
