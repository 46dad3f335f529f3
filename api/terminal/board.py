"""The board for a terminal, with all that its page says: two tables that 120 columns hold, and what they rest on."""

from collections.abc import Iterator
from decimal import Decimal

from rich.console import Group, RenderableType
from rich.text import Text

from api.figures import money, percent
from api.shapes.board import AvailabilityBody, BoardBody, StabilityBody, StandingBody
from api.terminal.layout import NONE, SIMULATED, covered, figure, named, new_table, shared_lines, signed, texts
from api.terminal.tables import CAP_NOTE, SIDE_NOTE, dimension_of, unscored_lines
from api.terminal.verdicts import word_of
from yzindex import scoring
from yzindex.dimensions import Dimension, Role
from yzindex.drift.words import Word

#: Columns of a terminal that hold the board.
BOARD_WIDTH = 120

_SIDE = tuple(dimension for dimension in Dimension if dimension.role is Role.SIDE)
_INTERVAL_NOTE = "± is the interval of 95 % of the noise of answers; a rank is a range where intervals overlap"
_OPERATION_NOTE = "of questions and (of single requests); value is the main score of a run per US dollar that it cost"


def board_table(board: BoardBody) -> RenderableType:
    """Show the board as `GET /v1/board` gives it."""
    newest = f"newest: Run #{board.latest_run}" if board.latest_run else "no concluded smoke run yet"
    ranking = new_table(
        f"Board · mean of the last {board.window} runs · {newest}",
        ("rank", "model", "mean", "today", "change", "verdict", "integrity", "stability"),
    )
    beside = new_table(
        "Beside the main score", ("model", *_SIDE, "coverage", "availability", "value per $", "cost of the run")
    )
    for standing in board.models:
        ranking.add_row(*_ranking_row(standing, board))
        beside.add_row(*_row_beside(standing))
    heading = [Text(SIMULATED, style="bold")] if board.simulated else []
    answer = [Text(board.morning, style="bold"), Text(" · ".join(f"{each.name}: {each.told}" for each in board.facts))]
    return Group(*heading, *answer, ranking, beside, *(Text(f"  {note}") for note in _notes(board)))


def _notes(board: BoardBody) -> Iterator[str]:
    yield from (f"{each.model}: not ranked: {each.unranked}" for each in board.models if each.unranked)
    yield from _evidence(board)
    yield from _not_asked(board)
    yield from _unscored(board)
    if any(each.latest is not None and each.latest.capped for each in board.models):
        yield CAP_NOTE
    yield SIDE_NOTE
    yield _INTERVAL_NOTE
    yield f"stability is over {board.stability_window} runs, or as few as it says; below 30 it is a warning (!)"
    yield f"availability is over {board.window} runs, {_OPERATION_NOTE}"
    yield board.sight.told
    if board.sight.basis is not None:
        yield board.sight.basis
    yield board.record.told
    yield board.advice


def _evidence(board: BoardBody) -> Iterator[str]:
    """Say of every model that is not steady why its word was chosen."""
    said = [each.verdict for each in board.models if each.verdict is not None]
    return shared_lines((each.model, each.evidence) for each in said if each.verdict is not Word.STEADY)


def _not_asked(board: BoardBody) -> Iterator[str]:
    for each in board.models:
        if each.latest is not None and not each.in_latest_run:
            yield f"{each.model}: not asked in Run #{board.latest_run}; all but its mean is of Run #{each.latest.run}"


def _unscored(board: BoardBody) -> Iterator[str]:
    runs = sorted({each.latest.run for each in board.models if each.latest}, reverse=True)
    for run in runs:
        yield from unscored_lines(
            run, ((each.model, each.unscored) for each in board.models if each.latest and each.latest.run == run)
        )


def _ranking_row(standing: StandingBody, board: BoardBody) -> tuple[Text, ...]:
    latest, change = standing.latest, standing.change
    return texts(
        _rank(standing),
        named(standing.model, simulated=standing.simulated),
        _mean(standing, board.window),
        NONE if latest is None else _main(standing),
        NONE if change is None else signed(change.core_display),
        word_of(standing.verdict),
        " ".join(_letter(label) for label in standing.labels) or NONE,
        NONE if standing.stability is None else _stability(standing.stability, board.stability_window),
    )


def _row_beside(standing: StandingBody) -> tuple[Text, ...]:
    latest = standing.latest
    return texts(
        named(standing.model, simulated=standing.simulated),
        *(NONE if latest is None else dimension_of(latest, dimension) for dimension in _SIDE),
        NONE if latest is None else covered(latest.coverage),
        NONE if standing.availability is None else _availability(standing.availability),
        figure(standing.value),
        NONE if latest is None else money(latest.cost_usd),
    )


def _rank(standing: StandingBody) -> str:
    if standing.ranks is None:
        return NONE
    best, worst = standing.ranks.best, standing.ranks.worst
    return str(best) if best == worst else f"{best}-{worst}"


def _mean(standing: StandingBody, window: int) -> str:
    if standing.mean is None:
        return NONE
    runs = len(standing.runs)
    half = "" if standing.half_width is None else f" ± {_tenths(standing.half_width.exact)}"
    few = f" ({runs} run{'s' * (runs != 1)})" if runs < window else ""
    return f"{_tenths(standing.mean.exact)}{half}{few}"


def _tenths(points: Decimal) -> str:
    return format(scoring.rounded(points, 1), "f")


def _main(standing: StandingBody) -> str:
    assert standing.latest is not None
    shown = figure(standing.latest.core_display)
    return f"{shown} ({figure(standing.latest.core_raw)})" if standing.latest.capped else shown


def _letter(label: str | None) -> str:
    return NONE if label is None else label[0].upper()


def _stability(found: StabilityBody, window: int) -> str:
    few = f" (n={found.runs})" if found.runs < window else ""
    return f"{_tenths(found.stability.exact)}{few}{'!' * found.warning}"


def _availability(found: AvailabilityBody) -> str:
    if not found.calls:
        return NONE
    requests = f" ({percent(Decimal(found.usable) / found.attempts)})" if found.attempts else ""
    return f"{percent(Decimal(found.usable) / found.calls)}{requests}"
