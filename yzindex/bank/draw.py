"""The day's draw: the same questions for every model, reproducible from the bank and one seed.

A smoke draw takes two questions of each dimension, one from the easier and one from the harder half. Each half is
walked through in shuffled cycles, so that consecutive seeds draw without replacement until a cycle is used up.
"""

from hashlib import sha256

from yzindex.bank.files import Bank
from yzindex.bank.question import Question, Tier
from yzindex.dimensions import Dimension
from yzindex.errors import InvalidDraw


def smoke_draw(bank: Bank, seed: int) -> tuple[Question, ...]:
    """Draw ten questions in the order of the dimensions, easier before harder. `seed` is 0 or more."""
    if seed < 0:
        raise InvalidDraw(f"seed {seed} is negative; give 0 or more")
    return tuple(_drawn(bank, dimension, tier, seed) for dimension in Dimension for tier in Tier)


def full_draw(bank: Bank) -> tuple[Question, ...]:
    """Draw every question of the bank, in the order of the dimensions."""
    return tuple(question for dimension in Dimension for question in bank.of(dimension))


def _drawn(bank: Bank, dimension: Dimension, tier: Tier, seed: int) -> Question:
    half = [question for question in bank.of(dimension) if question.tier is tier]
    if not half:
        raise InvalidDraw(f"bank {bank.version} has no {tier} question of {dimension}; add one or use another bank")
    cycle, position = divmod(seed, len(half))
    return _shuffled(half, cycle)[position]


def _shuffled(half: list[Question], cycle: int) -> list[Question]:
    order = _by_hash(half, cycle)
    # The last of one cycle must not come again as the first of the next (of two, one always has to at times).
    if cycle and len(order) > 2 and order[0] == _by_hash(half, cycle - 1)[-1]:
        order[0], order[1] = order[1], order[0]
    return order


def _by_hash(half: list[Question], cycle: int) -> list[Question]:
    # Sorting by hash is the same on every machine, Python version and platform.
    return sorted(half, key=lambda question: sha256(f"{cycle}/{question.id}".encode()).digest())
