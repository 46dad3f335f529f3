"""One question: its figures, how each model fared with it run by run, and its prompt where that may be shown."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response

from api.pages.answer import excerpt
from api.pages.history_chart import HistoryChart, Score, history_chart
from api.pages.rendering import page
from api.services import Given
from yzindex.days import day_of
from yzindex.records.question_view import WordingView, question_view

router = APIRouter(include_in_schema=False)

#: Runs in the table; the chart and all figures are of all of them.
_LISTED = 25
#: Reasons that are shown; others are counted.
MOST_REASONS = 10


@router.get("/questions/{question_id:path}")
def get_question(
    request: Request, services: Given, question_id: str, before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None
) -> Response:
    """Show a question by its id, with its runs from the newest, or from the one before `before`."""
    found = question_view(services.database, services.bank, question_id, shows_prompts=services.shows_prompts)
    listed = found.page_of_runs(before=before, limit=_LISTED)
    return page(
        request,
        "question.html",
        {
            "found": found,
            "wordings": [(each, listed.of(each), _chart(each, services.zone)) for each in found.wordings],
            "older": listed.next_before,
            "before": before,
            "excerpt": excerpt,
            "most_reasons": MOST_REASONS,
        },
    )


def _chart(wording: WordingView, zone: ZoneInfo) -> HistoryChart | None:
    return history_chart([Score(day=day_of(run.created_at, zone), score=run.mean) for run in wording.runs])
