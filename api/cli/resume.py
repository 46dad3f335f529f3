"""`yz resume`: ask again what is unscored in a run."""

from typing import Annotated

import typer

from api.cli.output import AsJson, emit


def resume(
    run: Annotated[int, typer.Argument(help="The run's number.")],
    wait: Annotated[bool, typer.Option("--wait", help="Show progress, then the result.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask again what is unscored in a run, also in a cancelled one. What is graded stands and is not paid for twice."""
    from api.cli.waiting import QUEUE_AWAY, wait_for
    from api.client import Client
    from yzindex.settings import load_settings

    with Client(load_settings().api_address) as client:
        resumed = client.resume(run)
        if as_json:
            emit(resumed)
        elif resumed.reopened:
            typer.echo(f"Run #{run} · unscored questions tried again: {resumed.reopened} · follow it: yz raw {run}")
        else:
            typer.echo(f"Run #{run} has no unscored question; nothing is asked again")
        if resumed.dispatched is False and not as_json:
            typer.echo(QUEUE_AWAY)
        if wait:
            wait_for(client, run, as_json=as_json)
