"""What only a stack of simulated models may do, so that a month and a moved grader can be looked at in minutes: live on
another day than its machine, and take something off every score. Refused wherever a real model could be asked.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from yzindex import clock
from yzindex.fleet import read_fleet
from yzindex.grading.grade import Grade
from yzindex.scoring import exact
from yzindex.settings import InvalidSettings, Settings


def enter(settings: Settings) -> None:
    """Let this process live as its settings say, or raise `InvalidSettings` where the fleet is not simulated."""
    if not (settings.simulated_days_ahead or settings.simulated_grader_loss):
        return
    fleet = None if settings.models_file is None else read_fleet(settings.models_file)
    if fleet is None or not all(provider.simulated for provider in fleet.providers):
        raise InvalidSettings(
            "YZ_SIMULATED_DAYS_AHEAD, YZ_SIMULATED_GRADER_LOSS: only for a models file whose providers are all "
            "simulated; unset them to ask real models"
        )
    clock.live_ahead(timedelta(days=settings.simulated_days_ahead))


def graded_by_moved_grader(grade: Grade, loss: float) -> Grade:
    """Take a share of a score off, and say in the grade's log that a simulation did."""
    if not loss:
        return grade
    taken = f"SIMULATED: the grader has moved and takes {loss:.0%} off"
    return replace(
        grade,
        score=exact(grade.score * (1 - Decimal(str(loss)))),
        reason=f"{taken}; {grade.reason}" if grade.reason else taken,
    )
