"""Which world a demo happens in: of those that were found, the first from its seed on that tells the story today."""

from collections.abc import Sequence
from datetime import date

from deploy.story.pool import Pool
from deploy.story.search import tells
from deploy.story.world import World
from yzindex.bank.files import Bank

#: Worlds that are rehearsed, about a second each. The questions that are asked again depend on the date.
_REHEARSALS = 4


def choose_world(worlds: Sequence[World], bank: Bank, pool: Pool, seed: int, last_day: date) -> World:
    """Choose by seed; where none of a few tells the whole story on this day, the seed's own is told as it comes."""
    own = next((place for place, world in enumerate(worlds) if world.seed == seed), seed % len(worlds))
    tried = [worlds[(own + each) % len(worlds)] for each in range(min(_REHEARSALS, len(worlds)))]
    return next((world for world in tried if tells(bank, pool, world, last_day)), tried[0])
