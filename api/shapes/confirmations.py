"""What asking a model again by hand would take."""

from pydantic import Field

from api.shapes.runs import EstimateBody, estimate_body
from api.shapes.values import Body, Exact
from yzindex.asking_again import Prospect


class BudgetBody(Body):
    """What asking again about one model may take today, and what it has taken, by hand or by itself."""

    calls: int = Field(description="`YZ_ASK_AGAIN_CALLS`: questions put to the model.")
    calls_taken: int
    usd: Exact = Field(description="`YZ_ASK_AGAIN_USD`: US dollars at list price.")
    usd_taken: Exact


class ConfirmationEstimateBody(EstimateBody):
    """What asking a model again would ask and cost now; nothing was written."""

    budget: BudgetBody
    run: int | None = Field(description="The run that asks already today; another order gives it and costs nothing.")
    refused: str | None = Field(description="Why an order would be refused now; null where it would not.")


def confirmation_estimate_body(prospect: Prospect) -> ConfirmationEstimateBody:
    asking, spent, allowance = prospect.asking, prospect.spent, prospect.allowance
    refusal = prospect.refusal
    return ConfirmationEstimateBody(
        **dict(estimate_body(asking.plan, asking.estimates)),
        budget=BudgetBody(
            calls=allowance.calls, calls_taken=spent.calls, usd=allowance.cost_usd, usd_taken=spent.cost_usd
        ),
        run=prospect.run,
        refused=None if refusal is None else str(refusal),
    )
