"""`yz run`: order a run, and wait for its result."""

from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from api.cli.cost import DryRun, MaxUsd, check_cost
from api.cli.exits import ExitCode, Failure
from api.cli.output import AsJson, emit
from yzindex.records.states import RunKind

if TYPE_CHECKING:
    from api.shapes.runs import EstimateBody, RunRequest


def run(
    kind: Annotated[
        RunKind,
        typer.Option(
            help="smoke: ten drawn questions; full: the whole bank; calibration: the whole bank once, so that the "
            "difficulty of each question is known. A confirmation is ordered by `yz confirm`."
        ),
    ] = RunKind.SMOKE,
    models: Annotated[str | None, typer.Option(metavar="A,B", help="Models by name; all of the fleet if left out.")] = (
        None
    ),
    seed: Annotated[int | None, typer.Option(min=0, help="Chooses the draw; if left out, the next one.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Show progress, then the result.")] = False,
    dry_run: DryRun = False,
    max_usd: MaxUsd = None,
    as_json: AsJson = False,
) -> None:
    """Order a run; its cost at list price is shown first."""
    from api.cli.waiting import QUEUE_AWAY, wait_for
    from api.client import Client
    from yzindex.settings import load_settings

    names = None if models is None else [name.strip() for name in models.split(",") if name.strip()]
    order = _order(kind, names, seed)
    with Client(load_settings().api_address) as client:
        estimate = client.estimate(order)
        _show_estimate(estimate, in_full=dry_run, as_json=as_json)
        check_cost(estimate, max_usd)
        if dry_run:
            return
        ordered = client.submit(order, idempotency_key=str(uuid4()))
        if as_json:
            emit(ordered)
        else:
            typer.echo(
                f"Run #{ordered.number} {ordered.kind} · seed {ordered.seed} · follow it: yz raw {ordered.number}"
            )
            if not ordered.dispatched:
                typer.echo(QUEUE_AWAY)
        if wait:
            wait_for(client, ordered.number, as_json=as_json)


def _order(kind: RunKind, names: list[str] | None, seed: int | None) -> "RunRequest":
    from pydantic import ValidationError

    from api.shapes.runs import RunRequest
    from yzindex.wording import place_of, reason_of

    try:
        return RunRequest(kind=kind, models=names, seed=seed)
    except ValidationError as error:
        fault = error.errors()[0]
        raise Failure(ExitCode.BAD_USAGE, f"not ordered: --{place_of(fault)}: {reason_of(fault)}") from error


def _show_estimate(estimate: "EstimateBody", *, in_full: bool, as_json: bool) -> None:
    if as_json:
        emit(estimate)
        return
    from api.terminal.tables import estimate_lines

    for line in estimate_lines(estimate, in_full=in_full):
        typer.echo(line)
