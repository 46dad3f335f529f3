"""`yz verdict`: what is said of each model, and what it means."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.output import AsJson, emit

if TYPE_CHECKING:
    from api.shapes.verdicts import VerdictBody


def verdict(
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="Judge that past day anew, from the answers up to it alone, in the database of DATABASE_URL.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the newest day's verdicts as they are stored, with what each means and the board's own record."""
    found, notes = _stored() if as_of is None else (_recomputed(as_of.date()), ["judged anew; nothing of it is stored"])
    if as_json:
        for each in found:
            emit(each)
        return
    from api.terminal.console import console
    from api.terminal.verdicts import verdict_table

    versions = ", ".join(sorted({each.analysis_version for each in found}))
    title = f"Verdicts of {found[0].day.isoformat()} · analysis version {versions}" if found else "No verdict yet"
    console().print(verdict_table(title, found, notes))


def _stored() -> tuple[list["VerdictBody"], list[str]]:
    from api.client import Client
    from yzindex.settings import load_settings

    with Client(load_settings().api_address) as client:
        found = client.verdicts()
    return found.verdicts, [found.record.told]


def _recomputed(day: date) -> list["VerdictBody"]:
    from api.cli.stored import stored
    from api.shapes.verdicts import verdict_body
    from yzindex.records.recomputing import verdicts_as_of
    from yzindex.settings import load_settings

    settings = load_settings()
    with stored(settings) as database, database.read() as session:
        return [verdict_body(view) for view in verdicts_as_of(session, settings.zone, day, asks=settings.ask_again)]
