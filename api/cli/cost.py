"""What an order may cost, by `--max-usd`, and orders that are only shown; `yz run` and `yz confirm` alike."""

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.exits import ExitCode, Failure

if TYPE_CHECKING:
    from api.shapes.runs import EstimateBody


def _usd(given: str) -> Decimal:
    try:
        amount = Decimal(given)
    except InvalidOperation:
        raise typer.BadParameter(f"{given!r} is not an amount") from None
    if not amount.is_finite() or amount < 0:
        raise typer.BadParameter(f"{given} is not an amount of 0 or more")
    return amount


DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what it would ask and cost; order nothing.")]
MaxUsd = Annotated[
    Decimal | None, typer.Option(parser=_usd, metavar="USD", help="Order nothing that may cost more than this.")
]


def check_cost(estimate: "EstimateBody", max_usd: Decimal | None) -> None:
    """Refuse what may cost more than was allowed, and what has no price to keep under it."""
    if max_usd is None:
        return
    if estimate.unpriced:
        raise Failure(
            ExitCode.BAD_NEWS,
            f"not ordered: no list price is known for {', '.join(estimate.unpriced)}, so --max-usd cannot be kept; "
            "add usd_per_million_prompt_tokens and usd_per_million_completion_tokens to the models file",
        )
    if estimate.at_most_usd > max_usd:
        fewer = ", or name fewer models" if len(estimate.models) > 1 else ""
        raise Failure(
            ExitCode.BAD_NEWS,
            f"not ordered: it may cost up to ${estimate.at_most_usd:.4f}, more than --max-usd {max_usd}; "
            f"allow more{fewer}",
        )
