"""A model: what is said of it, what its last change is made of, and its whole course."""

from collections.abc import Iterator
from datetime import date
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from api.pages.frame import SMALL
from api.pages.history_chart import Event, HistoryChart, Score, history_chart
from api.pages.rendering import page
from api.services import Given
from yzindex.dimensions import Dimension
from yzindex.records.model_view import MOST_RUNS, ModelView, model_view
from yzindex.records.recent import RecentRun, with_main_score
from yzindex.records.states import Direction
from yzindex.records.verdict_view import VerdictView
from yzindex.scoring.spread import WINDOW, repeatability

router = APIRouter(include_in_schema=False)

#: Runs in the table below the chart; older ones are in the chart and in the raw history.
_LISTED = 30


@router.get("/models/{slug:path}")
def get_model(request: Request, services: Given, slug: str) -> Response:
    """Show a model by its name; a slash in it stays a slash."""
    found = model_view(services.database, slug)
    scored = with_main_score(found.course)
    return page(
        request,
        "model.html",
        {
            "found": found,
            "latest": found.course[-1] if found.course else None,
            "repeatability": repeatability([run.core_raw for run in scored if run.core_raw is not None]),
            "window": WINDOW,
            "chart": history_chart([_score(run) for run in found.course], list(_events(found))),
            "dimension_charts": [(each, _chart_of(found, each)) for each in Dimension],
            "listed": list(reversed(found.course))[:_LISTED],
            "compare": None if found.verdict is None else _comparison(found.verdict),
            "most_runs": MOST_RUNS,
        },
    )


def _score(run: RecentRun) -> Score:
    return Score(day=_day(run), score=run.core_raw, expected=run.expected, variance=run.variance)


def _day(run: RecentRun) -> date:
    return run.day or run.created_at.date()


def _chart_of(found: ModelView, dimension: Dimension) -> HistoryChart | None:
    scores = zip(found.course, found.dimensions[dimension], strict=True)
    return history_chart([Score(day=_day(run), score=score) for run, score in scores], frame=SMALL)


def _events(found: ModelView) -> Iterator[Event]:
    """What the chart marks, in the order of time."""
    days = {run.run_number: _day(run) for run in found.course}
    words = {Direction.FALL: "drop", Direction.RISE: "rise"}
    events = [
        *(
            Event(day=change.day, told=f"{words[change.direction]} since {change.since:%-d %B} confirmed")
            for change in found.changes
        ),
        *(Event(day=move.day, told=f"{move.cause} moved") for move in found.moves),
        *(
            Event(day=days[version.run_number], told=f"answered as {', '.join(version.after)}")
            for version in found.versions
        ),
    ]
    yield from sorted(events, key=lambda event: event.day)


def _comparison(verdict: VerdictView) -> str | None:
    """The query of the comparison that a verdict speaks of."""
    if verdict.terms is None:
        return None
    return urlencode({"model": verdict.model, "run_a": verdict.terms.compared_run, "run_b": verdict.run_number})
