"""The board of a quarter: ninety days, twelve models, and something of everything that can happen."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.boards.cast import Cast, Character, GraderTrouble
from tests.boards.questions import board_bank
from yzindex.dimensions import Dimension
from yzindex.fleet import LONGEST_NAME

DAYS = 90
FALLEN, FALLING, RISEN, CAPPED = "sim/flint", "sim/opal", "sim/gneiss", "sim/jasper"
OFTEN_OUT, RENAMED, LATE, GONE = "sim/onyx", "sim/basalt", "sim/marble", "sim/slate"
SLASHES = "sim/labs/quartz:72b@2026-03"
LONG = "sim/a-model-whose-name-is-as-long-as-names-may-be-".ljust(LONGEST_NAME, "x")
#: Days on which the grader of code execution takes a third off.
TROUBLE = GraderTrouble(dimension=Dimension.EXECUTION, first=66, last=69, loss=0.33)
#: When somebody has really changed, until that is confirmed.
_ASKS_ON = frozenset({20, 21, *range(31, 34), *range(46, 49), *range(85, 88), DAYS})

_CHARACTERS = (
    Character(slug="sim/agate", ability=2.1, eloquence=3.3, usd=Decimal(15), latency_s=6.0),
    Character(slug=FALLING, ability=1.9, eloquence=3.1, usd=Decimal(10), ability_from={84: 0.3}),
    Character(slug=FALLEN, ability=1.7, ability_from={30: 0.1}),
    Character(slug=CAPPED, ability=1.8, honesty=0.45),
    Character(slug=OFTEN_OUT, ability=1.6, outage=0.12, latency_s=9.0),
    Character(slug=RENAMED, ability=1.2, vendor="sim-labs", version_from={50: "sim/basalt-2026-10"}),
    Character(slug=LATE, ability=1.4, first_day=82, honesty=0.9),
    Character(slug=GONE, ability=0.9, gone_from=70, eloquence=2.2),
    Character(slug=SLASHES, ability=1.5, vendor="sim-labs", usd=Decimal("0.30")),
    Character(slug=LONG, ability=1.0, honesty=0.9, eloquence=2.4),
    Character(slug=RISEN, ability=0.3, ability_from={45: 1.6}, eloquence=2.0),
    Character(slug="sim/tuff", ability=0.2, honesty=0.8, eloquence=1.6, latency_s=1.0, usd=Decimal("0.15")),
)


def quarter(seed: int = 2) -> Cast:
    return Cast(
        seed=seed,
        bank=board_bank(variants=2),
        characters=_CHARACTERS,
        began=date(2026, 8, 24),
        days=DAYS,
        timezone="Europe/Berlin",
        trouble=TROUBLE,
        asks_on=_ASKS_ON,
    )
