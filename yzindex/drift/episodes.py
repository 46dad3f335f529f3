"""Spells in which the same was said of a model, day after day: what a reader of a long history wants to see of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from yzindex.drift.verdict import Verdict, Word

#: What is worth telling; of the others a history is full.
TOLD = frozenset({Word.MOVED, Word.CONFIRMED_DROP, Word.CONFIRMED_RISE, Word.RECOVERED, Word.SUSPECTED})


@dataclass(frozen=True, kw_only=True)
class Episode:
    """Successive verdicts on one model in one word, about one change."""

    first: Verdict
    last: Verdict

    @property
    def model(self) -> str:
        return self.first.model

    @property
    def word(self) -> Word:
        return self.first.word


class Episodes:
    """Takes verdicts in the order of their days, and keeps no more of them than it tells."""

    def __init__(self) -> None:
        self._open: dict[str, Episode] = {}
        self._ended: list[Episode] = []

    def add(self, verdicts: Iterable[Verdict]) -> None:
        """Add a day's verdicts."""
        for verdict in verdicts:
            before = self._open.get(verdict.model)
            if before is not None and _goes_on(before, verdict):
                self._open[verdict.model] = Episode(first=before.first, last=verdict)
                continue
            if before is not None:
                self._ended.append(self._open.pop(verdict.model))
            if verdict.word in TOLD:
                self._open[verdict.model] = Episode(first=verdict, last=verdict)

    def told(self) -> list[Episode]:
        """Give all so far, by their first day and model."""
        return sorted([*self._ended, *self._open.values()], key=lambda episode: (episode.first.day, episode.model))


def _goes_on(episode: Episode, verdict: Verdict) -> bool:
    if verdict.word is not episode.word:
        return False
    # A second confirmed change begins a new episode though the word is the same; a suspicion is dated anew at times.
    return verdict.word is Word.SUSPECTED or verdict.since == episode.last.since
