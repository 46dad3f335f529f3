"""The evidence of a verdict in one sentence, made from its figures. No cause is ever guessed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from yzindex.drift.charts import FALL
from yzindex.drift.decomposition import Decomposition
from yzindex.drift.history import Role
from yzindex.drift.move import Move
from yzindex.drift.suspicion import Confirmed
from yzindex.drift.words import Word
from yzindex.scoring import from_float, rounded, signed


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a sentence may be made of. Points are of the chart named."""

    word: Word
    chart: str
    since: date | None
    size: float | None
    decomposition: Decomposition | None
    draws_better: int | None
    known: int
    least_known: int
    confirmed: Confirmed | None
    move: Move | None
    asks: bool


def sentence(facts: Facts) -> str:
    """Say why the word was chosen."""
    return _SENTENCES[facts.word](facts)


def _too_early(facts: Facts) -> str:
    if facts.known < facts.least_known:
        return f"Too early to say: {facts.known} of {facts.least_known} answers known."
    if facts.decomposition is None:
        return "A main dimension has no scored answer, or no earlier one, so there is nothing to compare."
    return "Too few answers are known in one of the dimensions."


def _moved(facts: Facts) -> str:
    move = facts.move
    if move is None or move.chart is not None:
        since = "" if move is None else f" since {date.fromordinal(move.since).isoformat()}"
        return f"All models moved together{since}, so it is not this model. No verdict on models."
    shift = "" if move.points is None else f" ({signed(from_float(move.points))} points on average)"
    return f"Stored answers graded again are scored differently{shift}: the grader moved. No verdict on models."


def _confirmed(facts: Facts) -> str:
    confirmed = facts.confirmed
    assert confirmed is not None
    way = "lower" if confirmed.direction == FALL else "higher"
    is_fresh = all(packet.role is not Role.DAILY for packet in confirmed.rounds)
    others = "; no other model was there to compare with" if facts.asks else "; no other model was asked"
    if confirmed.common is not None:
        moved = signed(from_float(confirmed.common.points))
        others = f"; {confirmed.common.answers} other models asked as well moved by {moved}"
    elif not is_fresh:
        others = ""
    unit = "points" if facts.chart == "main" else f"points of {facts.chart}"
    answers = f"{confirmed.estimate.answers} {'fresh' if is_fresh else 'later'} answers"
    return (
        f"{answers} are {_shown(from_float(abs(confirmed.estimate.points)))} {unit} {way} than what was known before "
        f"{date.fromordinal(confirmed.since).isoformat()}{others}."
    )


def _suspected(facts: Facts) -> str:
    since = "" if facts.since is None else f" since {facts.since.isoformat()}"
    then = "It is being asked again." if facts.asks else "Later answers will tell."
    return f"Off what is expected{since} after the draw is taken out. {then}"


def _steady(facts: Facts) -> str:
    return f"Moved by {_shown(_change(facts))} points."


def _luck(facts: Facts) -> str:
    assert facts.decomposition is not None
    draw, change = abs(facts.decomposition.draw), abs(_change(facts))
    if draw > change:
        moved = signed(_change(facts))
        return f"The draw alone is {signed(facts.decomposition.draw)} points, the change {moved}{_rank(facts)}."
    return f"{_shown(draw)} of the {_shown(change)} points are the draw{_rank(facts)}."


def _chance(facts: Facts) -> str:
    assert facts.decomposition is not None
    draw, change = signed(facts.decomposition.draw), signed(_change(facts))
    if facts.decomposition.draw * _change(facts) < 0:
        return f"The draw went the other way ({draw} beside {change} points){_rank(facts)}; {_NO_CHANGE}."
    return f"The draw explains {draw} of {change} points{_rank(facts)}; {_NO_CHANGE}."


_NO_CHANGE = "the rest does not add up to a change"


def _rank(facts: Facts) -> str:
    return "" if facts.draws_better is None else f" (worse than {facts.draws_better} of 100 possible draws)"


def _change(facts: Facts) -> Decimal:
    assert facts.decomposition is not None
    return facts.decomposition.change


def _shown(value: Decimal) -> str:
    # Adding zero turns a rounded "-0.00" into "0.00".
    return str(rounded(value) + 0)


_SENTENCES: Mapping[Word, Callable[[Facts], str]] = {
    Word.NOT_ENOUGH_EVIDENCE: _too_early,
    Word.MOVED: _moved,
    Word.CONFIRMED_DROP: _confirmed,
    Word.CONFIRMED_RISE: _confirmed,
    Word.RECOVERED: _confirmed,
    Word.SUSPECTED: _suspected,
    Word.STEADY: _steady,
    Word.LUCK: _luck,
    Word.WITHIN_CHANCE: _chance,
}
