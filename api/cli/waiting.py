"""Wait for a run with its progress shown, then show what came of it; `yz run` and `yz resume` end alike."""

from typing import TYPE_CHECKING

from api.cli.exits import ExitCode, Failure
from api.cli.output import emit

if TYPE_CHECKING:
    from api.client import Client
    from api.shapes.runs import RunBody

QUEUE_AWAY = "  the queue does not answer: the run is kept and goes on when it does (yz doctor)"


def wait_for(client: "Client", number: int, *, as_json: bool) -> None:
    """Wait for a run's end; bad news where it gave no model a main score."""
    from api.terminal.progress import follow

    found = follow(client.wait(number), shown=not as_json)
    show_run(found, as_json=as_json)
    if not _has_main_score(found):
        raise Failure(ExitCode.BAD_NEWS, f"Run #{number} gave no model a main score; the reasons are above")


def show_run(run: "RunBody", *, as_json: bool) -> None:
    """Show a run's results."""
    if as_json:
        emit(run)
        return
    from api.terminal.console import console
    from api.terminal.tables import run_tables

    console().print(run_tables(run))


def _has_main_score(run: "RunBody") -> bool:
    return any(model.result is not None and model.result.core_display is not None for model in run.models)
