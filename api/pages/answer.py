"""One answer: what was asked, what came back, how it was graded, and what the calls took."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from api.pages.rendering import page
from api.services import Given
from yzindex.records.raw_view import raw_answers
from yzindex.records.run_views import check_run

router = APIRouter(include_in_schema=False)

#: Of a text, so many characters are shown; the raw data has all.
MOST_SHOWN = 100_000
_LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class Excerpt:
    """The beginning of a text, and how many characters of it are left out."""

    text: str
    left_out: int


@router.get("/runs/{number:int}/answers/{answer_id:int}")
def get_answer(request: Request, services: Given, number: int, answer_id: int) -> Response:
    """Show an answer of a run."""
    check_run(services.database, number)
    found = raw_answers(services.database, number, limit=1, answer_id=answer_id) if answer_id <= _LARGEST_ID else []
    if not found:
        raise HTTPException(404)
    return page(request, "answer.html", {"answer": found[0], "excerpt": excerpt, "most_shown": MOST_SHOWN})


def excerpt(text: str) -> Excerpt:
    """Cut a text to what a page can show."""
    return Excerpt(text=text[:MOST_SHOWN], left_out=max(0, len(text) - MOST_SHOWN))
