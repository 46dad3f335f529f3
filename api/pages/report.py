"""The report on a run, or on one of its models, as a page among the others."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from markupsafe import Markup

from api.pages.rendering import page
from api.services import Given
from api.shapes.reports import as_fragment
from yzindex.records.report_view import run_facts

router = APIRouter(include_in_schema=False)


@router.get("/runs/{number:int}/report")
def get_report(
    request: Request, services: Given, number: int, model: Annotated[str | None, Query(max_length=200)] = None
) -> Response:
    """Show the article on a concluded run."""
    run = run_facts(services.database, services.zone, number)
    # Made of Markdown in which every foreign text is escaped, by a reader without raw HTML.
    article = Markup(as_fragment(run, model))  # noqa: S704
    return page(request, "report.html", {"number": number, "article": article})
