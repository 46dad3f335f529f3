"""`yz config`: what the settings come to."""

from typing import TYPE_CHECKING

import typer

from api.cli.exits import YzGroup
from api.cli.output import AsJson, emit

if TYPE_CHECKING:
    from yzindex.settings import Settings

app = typer.Typer(cls=YzGroup, no_args_is_help=True, help="Look at the settings.")


@app.callback()
def _group() -> None:
    """Keeps `check` a command of its own while it is the only one."""


@app.command("check")
def check(as_json: AsJson = False) -> None:
    """Read all settings, the models file and the bank; exit status 2 if one of them cannot be used."""
    from yzindex.bank.files import INSTALLED, load_bank
    from yzindex.fleet import load_fleet
    from yzindex.settings import load_settings

    settings = load_settings()
    _show_settings(settings, as_json=as_json)
    bank, fleet = load_bank(settings.bank_dir or INSTALLED), load_fleet(settings)
    found: dict[str, object] = {
        "bank": bank.version,
        "questions": len(bank.questions),
        "models": [model.slug for model in fleet.models],
        "judges": [judge.slug for judge in fleet.judges],
    }
    if as_json:
        emit(found)
        return
    for name, value in found.items():
        typer.echo(f"{name}: {', '.join(value) or 'none' if isinstance(value, list) else value}")


def _show_settings(settings: "Settings", *, as_json: bool) -> None:
    from rich.table import Table

    table = Table("setting", "value", "from", box=None)
    for variable, value, source in settings.rows():
        if as_json:
            emit({"setting": variable, "value": value, "from": source})
        table.add_row(variable, value, source)
    if not as_json:
        from api.terminal.console import console

        console().print(table)
