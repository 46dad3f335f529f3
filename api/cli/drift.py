"""`yz drift`: verdicts on anyone's history."""

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.exits import ExitCode, Failure
from api.cli.output import AsJson, emit
from yzindex.drift.histories.forms import Form, Repeats

if TYPE_CHECKING:
    from yzindex.drift.judge import Day
    from yzindex.drift.verdict import Verdict

COLUMNS = ("date", "model", "verdict", "size", "lo", "hi", "since", "evidence")

#: Shared with `yz power`.
Paths = Annotated[list[Path], typer.Argument(metavar="PATH...", help="CSV files (- is standard input), or logs.")]
FromForm = Annotated[Form, typer.Option("--from", help="What the files are: CSV, or logs of a harness.")]
OfRepeats = Annotated[
    Repeats, typer.Option(help="Several answers of a model to a question on one day: a fault, or attempts to average.")
]
Measures = Annotated[
    list[str] | None,
    typer.Option("--measure", metavar="NAME", help="Scorer (inspect) or metric (lm-eval); may be given several times."),
]


def drift(
    paths: Paths,
    form: FromForm = Form.CSV,
    repeats: OfRepeats = Repeats.REFUSE,
    measures: Measures = None,
    latest: Annotated[bool, typer.Option("--latest", help="Only the newest verdict on each model.")] = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print CSV, as is done where the output is no terminal.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say of every model on every day of a history whether it changed, or what else explains its score.

    On a terminal, a table of the newest verdicts and of what happened before; elsewhere CSV, a row per day and model.
    Sizes are in points of 0 to 100.

    Exit status 1: on the history's last day a confirmed drop stands. 2: the history has faults; nothing is judged.
    """
    if as_csv and as_json:
        raise Failure(ExitCode.BAD_USAGE, "--csv and --json exclude each other; leave one of them out")
    from yzindex.drift.histories.reading import read_history
    from yzindex.drift.judge import judge

    days = judge(read_history(paths, form, repeats=repeats, measures=measures or ()))
    if as_json or as_csv or not sys.stdout.isatty():
        last = _print_rows(days, latest=latest, as_json=as_json)
    else:
        last = _print_tables(days, latest=latest)
    raise typer.Exit(ExitCode.BAD_NEWS if _a_drop_stands(last) else ExitCode.DONE)


def _print_rows(days: "Iterable[Day]", *, latest: bool, as_json: bool) -> "Sequence[Verdict]":
    """Print verdicts as they are found, or the newest of each model; return those of the last day."""
    last: Sequence[Verdict] = ()
    newest: dict[str, Verdict] = {}
    show = _json_row if as_json else _csv_row
    if not as_json:
        _csv_line(COLUMNS)
    for day in days:
        last = day.verdicts
        newest |= {verdict.model: verdict for verdict in last}
        for verdict in () if latest else last:
            show(verdict)
    for model in sorted(newest) if latest else ():
        show(newest[model])
    return last


def _print_tables(days: "Iterable[Day]", *, latest: bool) -> "Sequence[Verdict]":
    from api.cli.verdict_tables import episode_table, newest_table
    from api.terminal.console import console
    from yzindex.drift.episodes import Episodes

    last: Sequence[Verdict] = ()
    newest: dict[str, Verdict] = {}
    episodes = Episodes()
    for day in days:
        last = day.verdicts
        newest |= {verdict.model: verdict for verdict in last}
        episodes.add(last)
    console().print(newest_table([newest[model] for model in sorted(newest)]))
    if not latest:
        console().print(episode_table(episodes.told()))
    return last


def _json_row(verdict: "Verdict") -> None:
    emit(dict(zip(COLUMNS, _cells(verdict), strict=True)))


def _csv_row(verdict: "Verdict") -> None:
    _csv_line(_cells(verdict))


def _csv_line(cells: Iterable[object]) -> None:
    csv.writer(sys.stdout, lineterminator="\n").writerow(cells)


def _a_drop_stands(verdicts: "Sequence[Verdict]") -> bool:
    from yzindex.drift.verdict import Word

    return any(verdict.word is Word.CONFIRMED_DROP for verdict in verdicts)


def _cells(verdict: "Verdict") -> Iterator[str | float | None]:
    """What `COLUMNS` name. Sizes are estimates with an interval: hundredths of a point are more than they tell."""
    yield verdict.day.isoformat()
    yield verdict.model
    yield verdict.word.value
    for points in (verdict.size, verdict.lo, verdict.hi):
        yield None if points is None else _hundredths(points)
    yield None if verdict.since is None else verdict.since.isoformat()
    yield verdict.evidence


def _hundredths(points: Decimal) -> float:
    from yzindex.scoring import rounded

    # Adding zero turns a rounded -0.0 into 0.0.
    return float(rounded(points)) + 0.0
