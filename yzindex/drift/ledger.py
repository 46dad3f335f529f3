"""The ledger: what was said is settled later, by what came after it. Pure; a day is settled by rows up to that day.

What settles each word:

- A confirmed drop or rise is *overturned* when the opposite is confirmed within 14 days, whatever the reason: what
  is undone so soon was no basis for a decision. Otherwise it is settled after 28 days by the answers that came
  meanwhile, until the model is next seen to change: overturned where their mean is not one standard error beyond the
  old level, else *held*. (At a daily standard deviation of 20 points, one in five true drops of ten points would be
  called wrong after 14 days, and one in twenty after 28.) With fewer than seven such days it stays *open*.
- `steady`, `luck of the draw` and `within chance` say that a movement was no change. They are overturned when a change
  of its direction that began on or before that day is confirmed within 14 days, and held otherwise.
- A move of the questions says that all models moved. It is overturned when verdicts went on before 14 days were over,
  since nothing had moved. Otherwise it is held where their mean distance from what is expected, over the 14 days after
  it, is two standard errors from that of the 28 days before; else overturned.
- A move of a grader was told by a sample of stored answers, and all the others are graded again before verdicts go on.
  It is overturned where these come out different half as often as the sample, or less often: then something passed by,
  and nothing moved. Otherwise it is held, also when the grader moves back soon, for what it said meanwhile was wrong.

`not enough evidence` and `suspected` say nothing that could be wrong.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from statistics import fmean, stdev

from yzindex.drift.outcomes import Settled
from yzindex.drift.words import Word
from yzindex.scoring import from_float, rounded, signed

#: False alarms that the method allows itself, all charts and both directions together.
FALSE_ALARMS_PER_MODEL_YEAR = 1
#: Words that say that a movement was no change of the model.
ACQUITTALS = frozenset({Word.STEADY, Word.LUCK, Word.WITHIN_CHANCE})

SOON = timedelta(days=14)
LONG = timedelta(days=28)
#: Days with a level that a settlement by levels needs.
LEAST_DAYS = 7
#: Standard errors by which a changed model must stay beyond its old level, and all models together beyond theirs.
CHANGED_DEVIATIONS = 1.0
MOVED_DEVIATIONS = 2.0
#: How often other answers must come out different for a grader's move, beside the sample that told it.
_LASTING_SHARE = 0.5


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """An outcome, and the reason for it in one sentence; none while it is open."""

    outcome: Settled
    because: str = ""


@dataclass(frozen=True, kw_only=True)
class Level:
    """How far a day's scores were from what was expected of them, in points, and the square of its error."""

    day: date
    points: float
    variance: float = 0.0


@dataclass(frozen=True, kw_only=True)
class ToldChange:
    """A confirmed drop (negative points) or rise of one model."""

    since: date
    day: date
    points: float


@dataclass(frozen=True, kw_only=True)
class GradedAgain:
    """Stored answers that were graded again, and how many of them came out different."""

    answers: int
    changed: int

    @property
    def share(self) -> float:
        """Share that came out different; 0 of none."""
        return self.changed / self.answers if self.answers else 0.0


NONE_GRADED_AGAIN = GradedAgain(answers=0, changed=0)


@dataclass(frozen=True, kw_only=True)
class ToldMove:
    """A move of everything; of a grader's also the sample that told it, and the others that were graded again then.

    Both are of the dimensions that came out different in the sample.
    """

    since: date
    day: date
    of_grader: bool
    #: Day on which verdicts went on.
    ended: date | None = None
    sample: GradedAgain = NONE_GRADED_AGAIN
    others: GradedAgain = NONE_GRADED_AGAIN


OPEN = Settlement(outcome=Settled.OPEN)


def settle_change(change: ToldChange, others: Iterable[ToldChange], levels: Iterable[Level], today: date) -> Settlement:
    """Settle a confirmed change by the model's other changes and its levels, which are from the *new* one."""
    later = sorted((each for each in others if change.day < each.day <= today), key=lambda each: each.day)
    undone = next((each for each in later if each.points * change.points < 0 and each.day <= change.day + SOON), None)
    if undone is not None:
        return _overturned(f"The opposite was confirmed on {undone.day.isoformat()}.")
    if today <= change.day + LONG:
        return OPEN
    # From the beginning of the next change the level is not this one's, and from its confirmation not to be seen.
    ends = [(each.since if each.since > change.day else each.day) - timedelta(days=1) for each in later]
    end = min([change.day + LONG, *ends])
    inside = _between(levels, change.day + timedelta(days=1), end)
    if len(inside) < LEAST_DAYS:
        return OPEN
    off = change.points + fmean(level.points for level in inside)
    error = sqrt(sum(level.variance for level in inside)) / len(inside)
    beyond = off * (1 if change.points > 0 else -1)
    told = f"Over {len(inside)} days after it the model was {_shown(off)} points off its old level (± {_size(error)})."
    return _held(told) if beyond >= CHANGED_DEVIATIONS * error else _overturned(told)


def settle_acquittal(day: date, moved: float, changes: Iterable[ToldChange], today: date) -> Settlement:
    """Settle a verdict that a movement (in points) was no change of the model."""
    missed = min(
        (
            change.day
            for change in changes
            if change.since <= day < change.day <= min(today, day + SOON)
            and change.points * (moved or change.points) > 0
        ),
        default=None,
    )
    if missed is not None:
        return _overturned(f"A change that had begun by then was confirmed on {missed.isoformat()}.")
    if today <= day + SOON:
        return OPEN
    return _held(f"No change that had begun by then was confirmed within {SOON.days} days.")


def settle_move(move: ToldMove, others: Iterable[ToldMove], levels: Iterable[Level], today: date) -> Settlement:
    """Settle a move of everything by other moves, and by the mean level of all models day by day."""
    return _settle_grader(move, today) if move.of_grader else _settle_questions(move, others, levels, today)


def _settle_grader(move: ToldMove, today: date) -> Settlement:
    found = move.others
    if move.ended is None or move.ended > today or not found.answers:
        return OPEN
    told = f"Of {found.answers} other stored answers that were graded again, {found.changed} came out different."
    return _held(told) if found.share > _LASTING_SHARE * move.sample.share else _overturned(told)


def _settle_questions(move: ToldMove, others: Iterable[ToldMove], levels: Iterable[Level], today: date) -> Settlement:
    # A grader that moves meanwhile only interrupts it.
    interrupted = any(other.of_grader and other.day == move.ended for other in others)
    if move.ended is not None and move.ended < move.day + SOON and move.ended <= today and not interrupted:
        return _overturned(f"By {move.ended.isoformat()} later answers had shown that nothing moved.")
    if today <= move.day + SOON:
        return OPEN
    kept = list(levels)
    before = _between(kept, move.since - LONG, move.since - timedelta(days=1))
    after = _between(kept, move.day + timedelta(days=1), move.day + SOON)
    if min(len(before), len(after)) < LEAST_DAYS:
        return OPEN
    moved = fmean(level.points for level in after) - fmean(level.points for level in before)
    spread = [stdev(level.points for level in part) ** 2 / len(part) for part in (before, after)]
    error = sqrt(sum(spread))
    off = f"{_shown(moved)} points off before (± {_size(error)})"
    told = f"Over {len(after)} days after it all models together were {off}."
    return _held(told) if abs(moved) > MOVED_DEVIATIONS * error else _overturned(told)


def _between(levels: Iterable[Level], first: date, last: date) -> list[Level]:
    return [level for level in levels if first <= level.day <= last]


def _shown(points: float) -> str:
    return signed(from_float(points), 1)


def _size(points: float) -> str:
    return str(rounded(from_float(points), 1))


def _held(because: str) -> Settlement:
    return Settlement(outcome=Settled.HELD, because=because)


def _overturned(because: str) -> Settlement:
    return Settlement(outcome=Settled.OVERTURNED, because=because)
