"""Reports: the article on a run or on one model of it, and the feed of what is new."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.problems import documented
from api.responding import TAGGED, accepted, tagged_content
from api.services import Given
from api.shapes.feed import atom_of
from api.shapes.reports import as_document, as_markdown
from api.strict import StrictRoute
from yzindex.records.feed_view import news
from yzindex.records.report_view import run_facts

router = APIRouter(tags=["reports"], route_class=StrictRoute)

MARKDOWN = "text/markdown"
HTML = "text/html"
ATOM = "application/atom+xml"
_LONGEST_NAME = 200


@router.get(
    "/v1/runs/{number}/report",
    response_class=Response,
    responses={200: {"content": {MARKDOWN: {}, HTML: {}}}} | TAGGED | documented(404, 406, 409, 422, 503),
    summary="Read the report on a run",
)
def get_report(
    number: Annotated[int, Path(description="The run's number.")],
    services: Given,
    request: Request,
    model: Annotated[
        str | None, Query(max_length=_LONGEST_NAME, description="The article on this model; on all of them without.")
    ] = None,
) -> Response:
    """Read what a concluded run says: scores, verdicts, what the draw explains and what it does not.

    Markdown, or with `Accept: text/html` a page. Made from the rows when it is asked for.
    """
    media_type = accepted(request, (MARKDOWN, HTML))
    run = run_facts(services.database, services.zone, number)
    written = as_markdown(run, model) if media_type == MARKDOWN else as_document(run, model)
    return tagged_content(request, written.encode(), f"{media_type}; charset=utf-8")


@router.get(
    "/feed.atom",
    response_class=Response,
    responses={200: {"content": {ATOM: {}}}} | TAGGED | documented(503),
    summary="Follow reports and confirmed changes",
)
def get_feed(services: Given, request: Request) -> Response:
    """Read the newest reports, and what was confirmed of models or moved on the board, as an Atom feed."""
    return tagged_content(request, atom_of(news(services.database, services.zone), services.address), ATOM)
