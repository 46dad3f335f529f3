"""`yz power`: what a board can see, and what more questions would buy."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.drift import FromForm, Measures, OfRepeats
from api.cli.exits import ExitCode, Failure
from api.cli.output import AsJson, emit
from yzindex.drift.histories.forms import Form, Repeats

if TYPE_CHECKING:
    from rich.console import RenderableType

    from yzindex.drift.history import History
    from yzindex.drift.power import Option, Sight


def power(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH...]", help="A history, as for `yz drift`; if left out, this board's own."),
    ] = None,
    form: FromForm = Form.CSV,
    repeats: OfRepeats = Repeats.REFUSE,
    measures: Measures = None,
    replicates: Annotated[int, typer.Option(min=20, max=10_000, help="Falls simulated of each size.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Chooses the simulated worlds.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Say how large a drop this board finds, and how soon; and what more daily questions or asking again would buy.

    Falls of 5, 10 and 20 points are simulated in models and on questions like its own, and looked for by the analysis.
    """
    from yzindex.drift.power import options_of, power_of

    history = _history(paths, form, repeats, measures or ())
    # Nobody can be asked of a file; an installed board asks suspicious models again.
    options = options_of(asks=not paths)
    sights = power_of(history, options, replicates=replicates, seed=seed)
    if not sights:
        from yzindex.drift.rules import Rules
        from yzindex.drift.sight import told_unknown

        reason = told_unknown(Rules())
        emit({"reason": reason}) if as_json else typer.echo(reason)
    elif as_json:
        for sight in sights:
            emit(dict(_fields(sight)))
    else:
        from api.terminal.console import console

        console().print(table_of(sights))


def _history(paths: Sequence[Path] | None, form: Form, repeats: Repeats, measures: Sequence[str]) -> "History":
    if paths:
        from yzindex.drift.histories.reading import read_history

        return read_history(paths, form, repeats=repeats, measures=measures)
    return _own_history()


def _own_history() -> "History":
    from contextlib import closing

    from api.cli.checkup import database_finding
    from yzindex.records.database import Database
    from yzindex.records.history import read_history
    from yzindex.settings import load_settings

    settings = load_settings()
    (finding,) = database_finding(settings)
    if not finding.ok:
        raise Failure(ExitCode.OURS_IS_DOWN, f"{finding.found}; {finding.do}")
    with closing(Database(settings.database_address)) as database, database.read() as session:
        return read_history(session, settings.zone)


def _fields(sight: "Sight") -> Iterator[tuple[str, object]]:
    from yzindex.drift.sight import HORIZON_DAYS, SOON_DAYS

    yield "daily_questions", sight.daily_questions
    yield "multiple", sight.option.multiple
    yield "asks_again", sight.option.asks
    yield "points", sight.points
    yield "nine_in_ten_within_days", sight.wanted_within
    for days in (SOON_DAYS, HORIZON_DAYS):
        share, low, high = sight.share_within(days)
        yield f"found_within_{days}_days", sight.found_within(days)
        yield f"share_within_{days}_days", [round(each, 3) for each in (share, low, high)]
    yield "replicates", sight.replicates


def table_of(sights: "Sequence[Sight]") -> "RenderableType":
    """Show what each way to run the board finds."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    from yzindex.drift.sight import HORIZON_DAYS, SOON_DAYS

    table = Table(title=f"What a board of {sights[0].models} models can see", title_justify="left", box=SIMPLE_HEAD)
    for name in ("board", "daily questions", "drop", "nine in ten within", f"found in {SOON_DAYS} days", "simulated"):
        table.add_column(name, no_wrap=True)
    shown: Option | None = None
    for sight in sights:
        share, low, high = (100 * each for each in sight.share_within(SOON_DAYS))
        within = f"{sight.wanted_within} days" if sight.wanted_within else f"more than {HORIZON_DAYS} days"
        table.add_row(
            "" if sight.option == shown else _name(sight.option, sights[0].option),
            "" if sight.option == shown else str(sight.daily_questions),
            f"{sight.points:g} points",
            within,
            f"{share:.0f} % [{low:.0f}, {high:.0f}]",
            str(sight.replicates),
        )
        shown = sight.option
    note = "Simulated from this history's own fit: levels, difficulty and noise as they are, falls of ability."
    return Group(table, Text(f"  {note}"))


def _name(option: "Option", today: "Option") -> str:
    if option == today:
        return "as it is, asking again" if option.asks else "as it is"
    if option.multiple != today.multiple:
        return f"{option.multiple}× the daily questions"
    return "asking again" if option.asks else "without asking again"
