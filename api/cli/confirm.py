"""`yz confirm`: have a model asked again now."""

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.cost import DryRun, MaxUsd, check_cost
from api.cli.exits import ExitCode, Failure
from api.cli.output import AsJson, emit

if TYPE_CHECKING:
    from api.shapes.confirmations import ConfirmationEstimateBody


def confirm(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model's name in the fleet.")],
    wait: Annotated[bool, typer.Option("--wait", help="Show progress, then the result.")] = False,
    dry_run: DryRun = False,
    max_usd: MaxUsd = None,
    as_json: AsJson = False,
) -> None:
    """Ask a model fresh questions now, whatever its chart says; its cost at list price is shown first.

    A second time on the same day finds the first run. What asking again may take of a model and day
    (YZ_ASK_AGAIN_CALLS, YZ_ASK_AGAIN_USD) holds for this too.
    """
    from api.cli.waiting import QUEUE_AWAY, wait_for
    from api.client import Client
    from yzindex.settings import load_settings

    with Client(load_settings().api_address) as client:
        estimate = client.estimate_confirmation(model)
        if as_json:
            emit(estimate)
        else:
            _show(model, estimate, in_full=dry_run)
        if estimate.refused is not None:
            raise Failure(ExitCode.BAD_NEWS, f"not ordered: {estimate.refused}")
        if estimate.run is None:
            check_cost(estimate, max_usd)
        if dry_run:
            return
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


def _show(model: str, estimate: "ConfirmationEstimateBody", *, in_full: bool) -> None:
    if estimate.run is not None:
        typer.echo(f"{model} has its run of today, so that nothing more is asked or paid: Run #{estimate.run}")
        return
    from api.terminal.tables import estimate_lines

    for line in estimate_lines(estimate, in_full=in_full):
        typer.echo(line)
    budget = estimate.budget
    typer.echo(
        f"  asked again today: {budget.calls_taken} of {budget.calls} calls (YZ_ASK_AGAIN_CALLS)"
        f" and ${budget.usd_taken:.4f} of ${budget.usd:.4f} (YZ_ASK_AGAIN_USD)"
    )
