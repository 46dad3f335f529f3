"""What follows for a suspicion from its evidence. Nothing is changed here: the fold does what these say."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from yzindex.drift.charts import FALL
from yzindex.drift.confirming import Common, Estimate
from yzindex.drift.packets import Packet
from yzindex.drift.rules import Rules
from yzindex.drift.suspicion import Suspicion

#: Gives the change that some of a suspicion's rounds tell; None of too few answers.
ChangeOf = Callable[[Sequence[Packet]], Estimate | None]


class Outcome(StrEnum):
    """What becomes of a suspicion now."""

    #: The answers agree with it: compared with the other models, it holds or falls.
    AGREED = "agreed"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    #: It was not this model but all of them.
    ALL_MOVED = "all moved"
    #: More answers are needed.
    OPEN = "open"


def weigh(suspicion: Suspicion, change_of: ChangeOf, rules: Rules) -> Outcome:
    """Weigh fresh answers by themselves, before anybody else was asked."""
    if suspicion.estimate is None:
        return Outcome.OPEN
    if _agrees(suspicion, suspicion.estimate, change_of, rules):
        return Outcome.AGREED
    hopeless = speaks_against(suspicion.estimate, suspicion.direction, rules)
    return Outcome.DISMISSED if hopeless or _is_at_its_end(suspicion, rules) else Outcome.OPEN


def speaks_against(estimate: Estimate | None, direction: int, rules: Rules) -> bool:
    """Whether fresh answers leave so little of a change of this direction that its suspicion is dropped at once."""
    return estimate is not None and estimate.deviations(direction) > -rules.dismiss_deviations


def compare(suspicion: Suspicion, own: Estimate, common: Common, rules: Rules) -> Outcome:
    """Decide once others were asked; `own` is the model's change without what is common."""
    together = common.deviations if suspicion.direction == FALL else -common.deviations
    if together < -rules.moved_deviations:
        return Outcome.ALL_MOVED
    if own.deviations(suspicion.direction) < -rules.confirm_deviations:
        return Outcome.CONFIRMED
    return Outcome.DISMISSED if _is_at_its_end(suspicion, rules) else Outcome.OPEN


def weigh_later(suspicion: Suspicion, excess: float, change_of: ChangeOf, rules: Rules) -> Outcome:
    """Weigh later answers of the draw, where nobody can be asked: the chart, `excess` past its alarm, must climb on.

    Later answers must agree by themselves too. A suspicion that ends clears no chart: what was added up by then still
    counts, so that an answer that raised the alarm earlier by being lower is never to a model's good.
    """
    if excess < 0:
        return Outcome.DISMISSED
    if excess < rules.passive_margin + rules.passive_confirmation:
        return Outcome.OPEN
    return Outcome.CONFIRMED if _agrees(suspicion, change_of(suspicion.rounds), change_of, rules) else Outcome.OPEN


def _agrees(suspicion: Suspicion, estimate: Estimate | None, change_of: ChangeOf, rules: Rules) -> bool:
    return (
        estimate is not None
        and estimate.deviations(suspicion.direction) < -rules.confirm_deviations
        and _holds_without_its_best_day(suspicion, change_of, rules)
    )


def _holds_without_its_best_day(suspicion: Suspicion, change_of: ChangeOf, rules: Rules) -> bool:
    """Whether the rounds agree well enough without any one of their days: nobody is convicted on one day."""
    days = {packet.day for packet in suspicion.rounds}
    if len(days) < rules.least_rounds:
        return False
    for day in days:
        others = change_of([packet for packet in suspicion.rounds if packet.day != day])
        if others is None or others.deviations(suspicion.direction) > -rules.each_day_deviations:
            return False
    return True


def _is_at_its_end(suspicion: Suspicion, rules: Rules) -> bool:
    return suspicion.rounds_since_alarm >= rules.most_rounds
