"""`yz cancel`: end a run now."""

from typing import Annotated

import typer

from api.cli.output import AsJson, emit


def cancel(run: Annotated[int, typer.Argument(help="The run's number.")], as_json: AsJson = False) -> None:
    """End a run now: what is graded stands, the rest stays unscored. `yz resume` takes it up again."""
    from api.client import Client
    from api.terminal.progress import progress_line
    from yzindex.settings import load_settings

    with Client(load_settings().api_address) as client:
        found = client.cancel(run)
    if as_json:
        emit(found)
    else:
        typer.echo(f"Run #{found.number} {found.status} · {progress_line(found.progress)}")
