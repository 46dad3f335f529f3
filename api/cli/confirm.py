"""`yz confirm`: have a model asked again now."""

from typing import Annotated

import typer

from api.cli.output import AsJson, emit


def confirm(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model's name in the fleet.")],
    wait: Annotated[bool, typer.Option("--wait", help="Show progress, then the result.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask a model fresh questions now, whatever its chart says; a second time on the same day finds the first run."""
    from api.cli.waiting import QUEUE_AWAY, wait_for
    from api.client import Client
    from yzindex.settings import load_settings

    with Client(load_settings().api_address) as client:
        ordered = client.confirm(model)
        if as_json:
            emit(ordered)
        else:
            done = "is asked" if ordered.created else "was asked already today:"
            typer.echo(f"{model} {done} {len(ordered.questions)} fresh questions · Run #{ordered.number}")
            if ordered.dispatched is False:
                typer.echo(QUEUE_AWAY)
        if wait:
            wait_for(client, ordered.number, as_json=as_json)
