"""The provider's own account beside the board's verdicts: what it really did, and whether each verdict was right."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from yzindex.dimensions import MAIN_WEIGHTS
from yzindex.drift.words import Word

#: A fall older than this is no news: within so many days a board is to find it.
_RECENT_DAYS = 14


@dataclass(frozen=True, kw_only=True)
class Reckoning:
    """One model: what its provider did to it, and whether the board's word agrees."""

    model: str
    really: str
    word: Word
    #: Within the time in which a board is to find it.
    fell: bool
    #: Whether a judge or a grader really moved that day.
    graders_moved: bool

    @property
    def is_right(self) -> bool:
        """Whether exactly a model that fell is accused; a day on which nothing is said of models needs its reason."""
        if self.word is Word.MOVED:
            return self.graders_moved
        return (self.word is Word.CONFIRMED_DROP) == self.fell

    def line(self, width: int) -> str:
        """Say it in one line."""
        return f"  {self.model:{width}}  {self.really:76}  {self.word:25}  {'right' if self.is_right else 'WRONG'}"


def reckon(
    truth: Mapping[str, Any], words: Mapping[str, Word], day: date, *, graders_moved: bool = False
) -> list[Reckoning]:
    """Hold each model's word of a day against the provider's account, and what was done to the graders here."""
    events = [event for event in truth["events"] if date.fromisoformat(event["on"]) <= day]
    return [_of_model(model, word, events, day, graders_moved) for model, word in words.items()]


def other_events(truth: Mapping[str, Any], words: Iterable[str]) -> list[str]:
    """Say what the provider did to others than the models that were spoken of."""
    models = set(words)
    return [
        f"{event['who']} takes {event['severity']:g} points of an item off since {event['on']}"
        for event in truth["events"]
        if event["who"] not in models
    ]


def _of_model(model: str, word: Word, events: list[Mapping[str, Any]], day: date, graders_moved: bool) -> Reckoning:
    falls = [event for event in events if event["who"] == model and event.get("logits", 0) < 0]
    recent = [event for event in falls if date.fromisoformat(event["on"]) > day - timedelta(days=_RECENT_DAYS)]
    return Reckoning(
        model=model,
        really=_told(falls[-1]) if falls else "nothing",
        word=word,
        fell=bool(recent),
        graders_moved=graders_moved,
    )


def _told(event: Mapping[str, Any]) -> str:
    before, after = (_right(event[side]) for side in ("chance_before", "chance_after"))
    return f"ability lowered on {event['on']}: right on {after:.0f} % of the main questions, not {before:.0f} %"


def _right(chances: Mapping[str, float]) -> float:
    return 100 * sum(float(weight) * chances[dimension] for dimension, weight in MAIN_WEIGHTS.items())
