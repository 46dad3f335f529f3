"""What a verdict means for somebody who uses the model. The rules are the index's own; causes are never guessed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from yzindex.drift.outcomes import WatchOutcome
from yzindex.drift.watching import FALL_POINTS
from yzindex.drift.words import Word
from yzindex.scoring import rounded

_BASIS = "A single day is no basis for a decision."
_BACKUP = "Consider a backup model"


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A watch on the model, from its opening to its end."""

    opened_on: date
    level: Decimal
    settles_on: date
    outcome: WatchOutcome
    settled_on: date | None = None


def advise(word: Word, *, watch: Watched | None = None, unstable: bool = False) -> str:
    """Give a verdict's advice in one or two sentences. `unstable` says that stability is below 30."""
    told = _ON_WORDS.get(word) or _on_watch(watch)
    return f"{told} Stability is below 30: a real warning." if unstable else told


def _on_watch(watch: Watched | None) -> str:
    if watch is None:
        return f"No action. {_BASIS}"
    level, points = rounded(watch.level), rounded(FALL_POINTS, 0)
    if watch.outcome is WatchOutcome.FELL_FURTHER:
        return f"{_BACKUP}: in the week after {watch.opened_on.isoformat()} it fell by more than {points} points more."
    if watch.outcome is WatchOutcome.NOT_KNOWN:
        return f"No action. {_BASIS} No day of the week after {watch.opened_on.isoformat()} had a main score."
    if watch.outcome is WatchOutcome.DID_NOT:
        return f"No action: in the week after {watch.opened_on.isoformat()} it did not fall by {points} points more."
    return (
        f"No action yet. {_BASIS} If the mean of the seven days to {watch.settles_on.isoformat()} is more than "
        f"{points} points below {level}, consider a backup model; the board will say so."
    )


_ON_WORDS = {
    Word.NOT_ENOUGH_EVIDENCE: "Decide nothing on it: too little is known.",
    Word.MOVED: "Decide nothing on these scores: it is not the models that moved.",
    Word.CONFIRMED_DROP: f"{_BACKUP}: the drop was confirmed on fresh questions.",
    Word.CONFIRMED_RISE: "No action: the rise was confirmed on fresh questions.",
    Word.RECOVERED: "The drop is over, by fresh questions: a backup model is no longer needed for it.",
    Word.SUSPECTED: f"Wait for the answer: it is not decided yet. {_BASIS}",
}
