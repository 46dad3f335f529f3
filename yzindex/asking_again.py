"""Asking about one model again, by hand or by the analysis: what it takes, and whether the day's allowance has it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from yzindex.bank.files import Bank
from yzindex.bank.question import Question
from yzindex.days import beginning_of, today
from yzindex.dimensions import MAIN_WEIGHTS
from yzindex.drift.rules import Rules
from yzindex.errors import YzIndexError
from yzindex.estimating import ModelEstimate, estimate
from yzindex.fleet import Fleet, Model
from yzindex.ordering import InvalidOrder, Ordered, Plan, current_graders, current_versions
from yzindex.records.confirmations import (
    Confirmation,
    Spent,
    find_confirmation,
    grade_earlier_answers,
    spent_on,
    submit_confirmation,
)
from yzindex.records.database import Database
from yzindex.records.runs import lock_numbering
from yzindex.records.states import ConfirmationStage, RunKind
from yzindex.settings import Settings
from yzindex.wording import did_you_mean, shown


class NotInFleet(YzIndexError):
    """The fleet has no model of this name."""


class AskingRefused(YzIndexError):
    """A model is not asked again now; the message says until when, or what to change."""


class StillAsking(AskingRefused):
    """What was ordered before about the model has not ended, so nobody knows what it will have cost."""


class OverBudget(AskingRefused):
    """It would take more than asking again about one model may take on one day."""


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What asking again about one model may take on one day."""

    #: Questions put to the model itself.
    calls: int
    #: At list price, the models that it is compared with included.
    cost_usd: Decimal


@dataclass(frozen=True, kw_only=True)
class Asking:
    """A run that would ask about a model: the model itself, or others to compare it with."""

    model: Model
    plan: Plan
    estimates: tuple[ModelEstimate, ...]

    @property
    def calls(self) -> int:
        return len(self.plan.questions) if self.model in self.plan.models else 0

    @property
    def about_usd(self) -> Decimal:
        return sum((each.about_usd for each in self.estimates), Decimal(0))


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """What ordering a confirmation by hand would come to now."""

    asking: Asking
    spent: Spent
    allowance: Allowance
    #: The run that was ordered already today, which another order finds and pays nothing for.
    run: int | None

    @property
    def refusal(self) -> AskingRefused | None:
        return None if self.run is not None else refusal(self.asking, self.spent, self.allowance)


def allowance_of(settings: Settings) -> Allowance:
    return Allowance(calls=settings.ask_again_calls, cost_usd=settings.ask_again_usd)


def asking_of(model: Model, asked: tuple[Model, ...], questions: Sequence[Question], seed: int, fleet: Fleet) -> Asking:
    """Say what it would be to put questions to the models asked about one."""
    plan = Plan(kind=RunKind.CONFIRMATION, seed=seed, models=asked, questions=tuple(questions))
    return Asking(model=model, plan=plan, estimates=estimate(plan, fleet))


def refusal(asking: Asking, spent: Spent, allowance: Allowance) -> AskingRefused | None:
    """Say why a model is not asked again now; None where it may be."""
    name = asking.model.slug
    if spent.asking is not None:
        return StillAsking(
            f"Run #{spent.asking} still asks about {name}; wait for its end, or end it by `yz cancel {spent.asking}`"
        )
    if spent.calls + asking.calls > allowance.calls:
        return OverBudget(
            f"{asking.calls} questions to {name} are more than YZ_ASK_AGAIN_CALLS={allowance.calls} leaves today "
            f"({spent.calls} are taken); {_way_on(alone_fits=asking.calls <= allowance.calls)}"
        )
    if spent.cost_usd + asking.about_usd > allowance.cost_usd:
        return OverBudget(
            f"asking {name} would cost about ${asking.about_usd:.4f}, more than YZ_ASK_AGAIN_USD={allowance.cost_usd} "
            f"leaves today (${spent.cost_usd:.4f} are spent); "
            f"{_way_on(alone_fits=asking.about_usd <= allowance.cost_usd)}"
        )
    return None


def plan_confirmation(
    database: Database, bank: Bank, fleet: Fleet, model: str, zone: ZoneInfo, allowance: Allowance
) -> Prospect:
    """Say what `order_confirmation` would do now, and write nothing. Raises `NotInFleet` or `InvalidOrder`."""
    day = today(zone)
    wanted = _by_hand(bank, fleet, model, day)
    with database.read() as session:
        run, spent = find_confirmation(session, wanted), spent_on(session, model, beginning_of(day, zone))
    return _prospect(wanted, fleet, run, spent, allowance)


def order_confirmation(
    database: Database, bank: Bank, fleet: Fleet, model: str, zone: ZoneInfo, allowance: Allowance
) -> Ordered:
    """Have a model asked fresh questions now, whatever the analysis makes of it; once a day for each model.

    The questions are random ones of the main dimensions. Raises `NotInFleet`, `InvalidOrder`, or `AskingRefused` where
    the day's allowance does not have it.
    """
    day = today(zone)
    wanted = _by_hand(bank, fleet, model, day)
    with database.write() as session:
        lock_numbering(session)
        run, spent = find_confirmation(session, wanted), spent_on(session, model, beginning_of(day, zone))
        if refused := _prospect(wanted, fleet, run, spent, allowance).refusal:
            raise refused
        filed = submit_confirmation(session, wanted, fleet, current_versions(bank, fleet))
        if filed.created:
            grade_earlier_answers(session, wanted, current_graders(fleet, day), zone)
    return Ordered(number=filed.number, created=filed.created)


def _by_hand(bank: Bank, fleet: Fleet, name: str, day: date) -> Confirmation:
    model = fleet.model(name)
    if model is None:
        hint = did_you_mean(name, [each.slug for each in fleet.models])
        raise NotInFleet(f"the fleet has no model {shown(name)}{hint}")
    chance = random.Random(f"{name} {day}")
    questions = [
        question
        for dimension in MAIN_WEIGHTS
        for question in chance.sample(bank.of(dimension), len(bank.of(dimension)))[: Rules().fresh_per_dimension]
    ]
    if not questions:
        raise InvalidOrder("models", f"bank {bank.version} has no questions in the main dimensions; use another bank")
    return Confirmation(
        model=model,
        suspicion=f"by hand on {day}",
        since=day,
        by_hand=True,
        stage=ConfirmationStage.FRESH,
        round=1,
        questions=questions,
        seed=day.toordinal(),
    )


def _prospect(wanted: Confirmation, fleet: Fleet, run: int | None, spent: Spent, allowance: Allowance) -> Prospect:
    asking = asking_of(wanted.model, (wanted.model,), wanted.questions, wanted.seed, fleet)
    return Prospect(asking=asking, spent=spent, allowance=allowance, run=run)


def _way_on(*, alone_fits: bool) -> str:
    return f"{'order it tomorrow, or ' * alone_fits}raise the setting and start the API anew"
