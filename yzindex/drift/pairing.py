"""Then and now: fresh answers beside the same model's own earlier ones to the same questions."""

from dataclasses import dataclass

import numpy as np

from yzindex.drift.history import History, Role
from yzindex.drift.suspicion import Confirmed

#: Scores nearer than this are the same (0 to 1): earlier ones are means of several.
_SAME = 1e-6


@dataclass(frozen=True, kw_only=True)
class Paired:
    """Fresh answers worse than, better than and like the mean of the earlier ones; new questions are in none."""

    worse: int
    better: int
    equal: int


def then_and_now(history: History, confirmed: Confirmed) -> Paired:
    """Pair the answers that confirmed a change with those from before it began."""
    questions = len(history.questions)
    earlier = (
        (history.model == confirmed.model)
        & (history.day < confirmed.since)
        & np.isin(history.role, (Role.CALIBRATION, Role.DAILY))
        & ~np.isnan(history.score)
    )
    times = np.bincount(history.question[earlier], minlength=questions)
    total = np.bincount(history.question[earlier], weights=history.score[earlier], minlength=questions)
    question = np.concatenate([packet.question for packet in confirmed.rounds])
    score = np.concatenate([packet.score for packet in confirmed.rounds])
    known = times[question] > 0
    moved = score[known] - total[question[known]] / times[question[known]]
    worse, better = int((moved < -_SAME).sum()), int((moved > _SAME).sum())
    return Paired(worse=worse, better=better, equal=len(moved) - worse - better)
