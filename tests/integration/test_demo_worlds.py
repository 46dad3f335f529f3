"""Every world of the demo tells the story that it was found for, by the rules as they are."""

from __future__ import annotations

from contextlib import closing
from datetime import date

import pytest

from deploy.story.gradebook import grade_bank
from deploy.story.pool import Pool, pool_of
from deploy.story.search import tells
from deploy.story.world import World, known_worlds
from tests.sandboxes import runner_without_sandbox
from yzindex.bank.files import Bank, load_bank


@pytest.fixture(scope="module")
def bank() -> Bank:
    return load_bank()


@pytest.fixture(scope="module")
def pool(bank: Bank) -> Pool:
    """Graded by what is known of the bank's own answers, on any machine."""
    with closing(runner_without_sandbox()) as runner:
        return pool_of(bank, grade_bank(runner, bank.questions))


@pytest.mark.parametrize("world", known_worlds(), ids=lambda world: str(world.seed))
def test_a_known_world_tells_the_story_on_any_date(world: World, bank: Bank, pool: Pool) -> None:
    """If the analysis was changed, find the worlds anew: python -m deploy.story > deploy/story/worlds.jsonl"""
    assert tells(bank, pool, world, date(2027, 2, 28))
