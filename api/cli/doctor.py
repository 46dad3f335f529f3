"""`yz doctor`: what is there, what is not, and what to do about it."""

import typer

from api.cli.exits import ExitCode
from api.cli.output import AsJson, emit


def doctor(as_json: AsJson = False) -> None:
    """Look at everything that yz-index needs on this machine; exit status 3 if something of ours is down."""
    from api.cli.checkup import checkup
    from yzindex.settings import load_settings

    is_down = False
    for finding in checkup(load_settings()):
        is_down = is_down or not finding.ok
        if as_json:
            emit({"part": finding.part, "ok": finding.ok, "found": finding.found, "do": finding.do})
        else:
            typer.echo(f"{'ok     ' if finding.ok else 'trouble'}  {finding.part:10} {finding.found}")
            if finding.do:
                typer.echo(f"{'':20}{finding.do}")
    raise typer.Exit(ExitCode.OURS_IS_DOWN if is_down else ExitCode.DONE)
