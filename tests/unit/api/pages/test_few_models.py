"""Pages on a board of too few models to tell what everyone moves by."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.judged import day, expect, flat, judge, play
from yzindex.drift.words import Word
from yzindex.records.database import Database

AGATE = "sim/agate"


@pytest.fixture
def fallen(database: Database) -> None:
    """One model on two days; nothing is known of what others moved by."""
    for number, score in ((1, "90"), (2, "80")):
        run = play(database, {AGATE: flat(score)})
        expect(database, run, AGATE, {"execution": "0.85", "grounding": "0.85"})
        terms = None if number == 1 else (1, "-10", "-8", "0")
        judge(database, run, on=day(number), word=Word.LUCK, terms=terms)


@pytest.mark.parametrize("address", [f"/models/{AGATE}", f"/compare?model={AGATE}&run_a=1&run_b=2"])
def test_what_everyone_moved_by_is_not_told_as_nothing(browser: TestClient, fallen: None, address: str) -> None:
    page = browser.get(address).text

    assert "not estimated" in page
    assert "everyone +0.00" not in page
