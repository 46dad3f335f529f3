"""Who is on a played board, and what befalls them. Days are counted from 0, the day of the calibration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from yzindex.bank.files import Bank
from yzindex.dimensions import Dimension
from yzindex.fleet import Fleet, Model, Provider

Value = TypeVar("Value")
PROVIDER = "sim"
_JUDGES = ("sim/judge-a", "sim/judge-b")


@dataclass(frozen=True, kw_only=True)
class Character:
    """A model, and how it really is. Abilities are in logits; what is said `from` a day holds from then on."""

    slug: str
    #: What its provider calls it; the slug where it is empty.
    name: str = ""
    ability: float
    vendor: str = "sim"
    #: Chance that it does not fall for a probe of integrity.
    honesty: float = 0.98
    #: Points of an item, of 4, that a judge gives it on average.
    eloquence: float = 2.8
    #: Chance that its provider fails to answer.
    outage: float = 0.002
    latency_s: float = 3.0
    #: List price of a million completion tokens.
    usd: Decimal = Decimal("2.40")
    first_day: int = 0
    #: First day on which it is asked no more.
    gone_from: int | None = None
    ability_from: Mapping[int, float] = field(default_factory=dict)
    version_from: Mapping[int, str] = field(default_factory=dict)

    def is_asked(self, day: int) -> bool:
        return self.first_day <= day and (self.gone_from is None or day < self.gone_from)

    def ability_on(self, day: int) -> float:
        return _latest(self.ability_from, day, self.ability)

    def returned_on(self, day: int) -> str:
        """The model as its provider names it in a response."""
        return _latest(self.version_from, day, f"{self.slug}-2026-05")

    def model(self) -> Model:
        return Model(
            slug=self.slug,
            name=self.name,
            provider=PROVIDER,
            vendor=self.vendor,
            usd_per_million_prompt_tokens=self.usd / 4,
            usd_per_million_completion_tokens=self.usd,
        )


@dataclass(frozen=True, kw_only=True)
class GraderTrouble:
    """Days on which the grader of a dimension takes a share (0 to 1) off every score, of old answers too."""

    dimension: Dimension
    first: int
    last: int
    loss: float

    def loss_on(self, day: int, dimension: Dimension) -> float:
        return self.loss if dimension is self.dimension and self.first <= day <= self.last else 0.0


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Everything that a board is played from. The same cast and seed give the same board."""

    seed: int
    bank: Bank
    characters: tuple[Character, ...]
    #: Day of the calibration, and how many days come after it.
    began: date
    days: int
    timezone: str = "UTC"
    trouble: GraderTrouble | None = None
    #: Days on which what looks suspicious is asked again, which takes longer to play than all else.
    asks_on: frozenset[int] = frozenset()

    @property
    def fleet(self) -> Fleet:
        judges = [
            Model(slug=slug, provider=PROVIDER, vendor="sim-judges", usd_per_million_completion_tokens=Decimal(5))
            for slug in _JUDGES
        ]
        return Fleet(
            providers=(Provider(name=PROVIDER, base_url="http://127.0.0.1:9/v1", simulated=True),),
            models=tuple(character.model() for character in self.characters),
            judges=tuple(judges),
        )


def _latest(said: Mapping[int, Value], day: int, before: Value) -> Value:
    return said[max(known)] if (known := [each for each in said if each <= day]) else before
