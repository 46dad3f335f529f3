"""The morning's answer in one to a few sentences: the top of the board, and the headline of a run's report.

Decided by the verdicts alone. What was confirmed on an earlier day still stands, and is not told as news.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from yzindex.drift.rules import Rules
from yzindex.drift.watching import FALL_POINTS
from yzindex.drift.words import Word
from yzindex.report.counting import counted, sentence_of, spelled
from yzindex.scoring import rounded

#: A confirmed change as news, and as it stands on later days, of one model and of several.
_GOT = {Word.CONFIRMED_DROP: "got worse", Word.CONFIRMED_RISE: "got better", Word.RECOVERED: "recovered"}
_STANDS = {
    Word.CONFIRMED_DROP: ("model is worse", "models are worse"),
    Word.CONFIRMED_RISE: ("model is better", "models are better"),
    Word.RECOVERED: ("model has recovered", "models have recovered"),
}
#: Words that say of a fall that it was none of the model's own.
_ACQUITTED = (Word.LUCK, Word.WITHIN_CHANCE)
_FALL = rounded(FALL_POINTS, 0)


class Moved(StrEnum):
    """What moved when it was not the models."""

    GRADER = "the grader"
    QUESTIONS = "the questions"


@dataclass(frozen=True, kw_only=True)
class Move:
    """A time without verdicts on models that goes on."""

    cause: Moved
    #: Day on which it was told.
    told_on: date


@dataclass(frozen=True, kw_only=True)
class Said:
    """What is said of one model on the day."""

    model: str
    word: Word
    #: Points of `core_raw` since the run before; None where there is nothing to compare.
    change: Decimal | None = None
    #: Day on which a confirmed change began, and day on which it was confirmed; None of other words.
    since: date | None = None
    confirmed_on: date | None = None
    #: Known answers of the model.
    known: int = 0
    #: Whether the day gave it a main score.
    scored: bool = True


@dataclass(frozen=True, kw_only=True)
class MorningFacts:
    """The verdicts of one day, and the day on which they are read."""

    read_on: date
    #: Day of the verdicts; None before the first.
    day: date | None
    said: tuple[Said, ...] = ()
    moves: tuple[Move, ...] = ()
    #: First day on which anything can be said of a model, where it is known and to come.
    verdicts_from: date | None = None


def headline(run_number: int, facts: MorningFacts) -> str:
    """Give the title of what is written on a run."""
    return f"Run #{run_number}: {morning(facts)}"


def morning(facts: MorningFacts) -> str:
    """Say what the day's verdicts come to."""
    if facts.day is None:
        return "Too early: no run has concluded yet."
    if facts.read_on <= facts.day:
        return _answer(facts, facts.day, "today")
    return f"No run today. The newest is of {facts.day.isoformat()}: {_answer(facts, facts.day, 'that day')}"


def _answer(facts: MorningFacts, day: date, when: str) -> str:
    if not facts.said:
        return "No verdict speaks of this run."
    if any(each.word is Word.MOVED for each in facts.said):
        return _moved(facts.moves, day, when)
    if all(each.word is Word.NOT_ENOUGH_EVIDENCE for each in facts.said):
        return _nothing_to_say(facts, when)
    return " ".join(_told(facts.said, day, when))


def _moved(moves: Sequence[Move], day: date, when: str) -> str:
    causes = " and ".join(cause.value for cause in Moved if any(move.cause is cause for move in moves))
    moved = sentence_of(f"{causes or 'questions or grader'} moved")
    earlier = min((move.told_on for move in moves), default=day)
    if earlier < day:
        return f"{moved}, as told on {earlier.isoformat()}: still no verdicts {when}."
    return f"{moved}: no verdicts {when}."


def _nothing_to_say(facts: MorningFacts, when: str) -> str:
    known, needed = max((each.known for each in facts.said), default=0), Rules().least_known
    if facts.verdicts_from is not None or known < needed:
        start = "no verdicts yet" if facts.verdicts_from is None else _start(facts.verdicts_from)
        so_far = f"; so far {known} of {needed} answers of a model known" if known < needed else ""
        return f"Too early: {start}{so_far}."
    if not any(each.scored for each in facts.said):
        return f"No verdicts {when}: no model has a scored answer in both main dimensions."
    return f"No verdicts {when}: there is too little to compare with."


def _start(day: date) -> str:
    return f"verdicts start on {day.isoformat()} at the earliest"


def _told(said: Sequence[Said], day: date, when: str) -> Iterable[str]:
    fresh = [each for each in said if each.word in _GOT and each.confirmed_on == day]
    standing = [each for each in said if each.word in _GOT and each.confirmed_on != day]
    suspected = sum(each.word is Word.SUSPECTED for each in said)
    falls = [each for each in said if each.word in _ACQUITTED and (each.change or 0) < -FALL_POINTS]
    worse = [each for each in fresh if each.word is Word.CONFIRMED_DROP]
    for word, got in _GOT.items():
        if news := sum(each.word is word for each in fresh):
            yield sentence_of(f"{counted(news, 'model')} {got}.")
        if word is Word.CONFIRMED_DROP and worse and falls:
            yield _falls_beside(falls, worse, when)
    if suspected:
        yield sentence_of(f"{counted(suspected, 'model is', 'models are')} suspected, asking again: not decided.")
    if standing:
        yield _standing(standing, is_all=not fresh and not suspected)
    if not fresh and not suspected and not standing:
        yield "Nothing changed."
    if falls and not worse:
        yield _falls(falls, when)
    if unknown := sum(each.word is Word.NOT_ENOUGH_EVIDENCE for each in said):
        yield sentence_of(f"of {counted(unknown, 'model')} too little is known.")


def _standing(standing: Sequence[Said], *, is_all: bool) -> str:
    parts = [
        f"{counted(len(found), *stands)}{_since(found)}"
        for word, stands in _STANDS.items()
        if (found := [each for each in standing if each.word is word])
    ]
    rest = "; nothing else changed" if is_all else ""
    return sentence_of(f"{', '.join(parts)}, as confirmed before{rest}.")


def _since(found: Sequence[Said]) -> str:
    days = sorted({each.since for each in found if each.since is not None})
    return f" since {' and '.join(day.isoformat() for day in days)}" if days else ""


def _falls(falls: Sequence[Said], when: str) -> str:
    luck = sum(each.word is Word.LUCK for each in falls)
    ways = {"by luck of the draw": luck, "within chance": len(falls) - luck}
    told = [(way, count) for way, count in ways.items() if count]
    reasons = f", {told[0][0]}" if len(told) == 1 else ": " + " and ".join(f"{spelled(n)} {way}" for way, n in told)
    return sentence_of(f"{counted(len(falls), 'model')} fell by more than {_FALL} points {when}{reasons}.")


def _falls_beside(falls: Sequence[Said], worse: Sequence[Said], when: str) -> str:
    much = "as much" if _as_much(falls, worse) else f"more than {_FALL} points"
    return sentence_of(f"{counted(len(falls), 'other')} fell by {much} {when}, and did not.")


def _as_much(falls: Sequence[Said], worse: Sequence[Said]) -> bool:
    """Whether each fell at least as far as one of those that got worse did on that day, in whole points."""
    least = max((rounded(each.change, 0) for each in worse if each.change is not None), default=Decimal(0))
    return least < 0 and all(each.change is not None and rounded(each.change, 0) <= least for each in falls)
