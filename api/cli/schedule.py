"""`yz schedule`: what is done every day by itself, and how it stands with today's run."""

from api.cli.exits import ExitCode, Failure
from api.cli.output import AsJson, emit


def schedule(as_json: AsJson = False) -> None:
    """Show the daily run: when next, what it asks and costs, today's, and the dates before; 1 if today's is held up."""
    from api.client import Client
    from yzindex.schedule import Today
    from yzindex.settings import load_settings

    with Client(load_settings().api_address) as client:
        found = client.schedule()
    if as_json:
        emit(found)
    else:
        from api.terminal.console import console
        from api.terminal.schedule import schedule_text

        console().print(schedule_text(found))
    if found.today.state is Today.HELD_UP:
        raise Failure(
            ExitCode.BAD_NEWS, f"today's run could not be ordered yet and is tried again: {found.today.because}"
        )
