"""`yz raw`: what was asked, what came back, what grading said."""

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.exits import ExitCode, Failure
from api.cli.output import AsJson, emit

if TYPE_CHECKING:
    from api.shapes.raw import RawAnswerBody


def raw(
    run: Annotated[int, typer.Argument(help="The run's number.")],
    answer: Annotated[int | None, typer.Option(help="Only this answer, in full.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the raw answers of a run; one of them in full with --answer."""
    from api.client import Client
    from api.terminal.tables import answer_text, raw_table
    from yzindex.settings import load_settings

    with Client(load_settings().api_address) as client:
        found: list[RawAnswerBody] = []
        for each in client.raw(run, answer=answer):
            emit(each) if as_json else found.append(each)
        if answer is not None and not (as_json or found):
            raise Failure(ExitCode.BAD_USAGE, f"Run #{run} has no answer {answer}; `yz raw {run}` lists them")
    if not as_json:
        from api.terminal.console import console

        console().print(raw_table(found) if answer is None else answer_text(found[0]))
