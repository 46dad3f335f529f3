"""The board of a year: thirty models, of which a few change. Made to time pages on, not to be looked at closely."""

from __future__ import annotations

import random
from datetime import date

from tests.boards.cast import Cast, Character
from tests.boards.questions import board_bank

DAYS, MODELS = 365, 30
_FALL, _RISE = -1.5, 1.5


def year(seed: int = 1, *, days: int = DAYS, models: int = MODELS) -> Cast:
    numbers = random.Random(f"{seed} characters")
    return Cast(
        seed=seed,
        bank=board_bank(variants=2),
        characters=tuple(_character(place, days, numbers) for place in range(models)),
        began=date(2025, 11, 21),
        days=days,
    )


def _character(place: int, days: int, numbers: random.Random) -> Character:
    """Every sixth falls at half time, and every seventh rises."""
    ability = numbers.uniform(0.2, 2.2)
    changes = {6: _FALL, 7: _RISE}
    change = next((by for every, by in changes.items() if place % every == every - 1), None)
    return Character(
        slug=f"sim/model-{place:02}",
        ability=ability,
        honesty=numbers.choice((0.99, 0.97, 0.7)),
        outage=numbers.choice((0.0, 0.002, 0.02)),
        ability_from={} if change is None else {days // 2: ability + change},
    )
