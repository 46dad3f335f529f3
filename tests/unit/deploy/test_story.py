"""The demo's story: its worlds, its state, and the provider's account beside the board's words."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.simulated.log import RequestLog
from deploy.simulated.truth import truth
from deploy.story.pool import Pool
from deploy.story.reckoning import Reckoning, other_events, reckon
from deploy.story.rehearsal import Rehearsal
from deploy.story.state import StoryState, read_state, write_state
from deploy.story.world import FALLEN, LAST_DAY, World, known_worlds
from yzindex.bank.draw import smoke_draw
from yzindex.bank.files import Bank, load_bank
from yzindex.dimensions import MAIN_WEIGHTS
from yzindex.drift.words import Word

LAST = date(2026, 11, 25)
WORLD = World(seed=3, first_draw=40, fall_day=29, fortunes={"sim/flint": 7})


@pytest.fixture(scope="module")
def bank() -> Bank:
    return load_bank()


@pytest.fixture(scope="module")
def pool(bank: Bank) -> Pool:
    """References are worth everything and wrong replies nothing: the graders are others' to test."""
    questions = sorted((each for each in bank.questions if each.dimension in MAIN_WEIGHTS), key=lambda each: each.id)
    worth = {(each.id, wrong.reply): 0.0 for each in questions for wrong in each.wrong}
    return Pool(questions=tuple(questions), worth=worth | {(each.id, each.reference): 100.0 for each in questions})


def account(day: date) -> Any:
    return truth(WORLD.config(LAST), RequestLog(), load_bank().questions, day)


def told(word: Word, day: date = LAST, *, graders_moved: bool = False) -> Reckoning:
    (found,) = reckon(account(day), {FALLEN: word}, day, graders_moved=graders_moved)
    return found


def test_a_world_falls_on_its_day_and_its_judges_are_severe_the_morning_after() -> None:
    config = WORLD.config(LAST)

    assert [(event.on, event.who) for event in config.events] == [
        (LAST - timedelta(days=2), "sim/flint"),
        (LAST + timedelta(days=1), "sim/judge-a"),
        (LAST + timedelta(days=1), "sim/judge-b"),
    ]
    assert {model.name: model.fortune for model in config.models if model.fortune} == {"sim/flint": 7}


def test_the_fall_is_about_eleven_points_in_every_known_world(pool: Pool) -> None:
    for world in known_worlds():
        config = world.config(LAST)
        model = next(each for each in config.models if each.name == FALLEN)
        logits = config.events[0].logits
        assert logits is not None
        lowered = model.model_copy(update={"ability": model.ability.plus(logits)})

        # Wrong replies are worth something to the real graders, which these figures leave out.
        assert 8 < pool.level(config, model) - pool.level(config, lowered) < 17


def test_every_known_world_is_of_another_seed() -> None:
    seeds = [world.seed for world in known_worlds()]

    assert len(seeds) == len(set(seeds)) >= 1


def test_a_story_is_the_same_whenever_it_is_rehearsed(bank: Bank, pool: Pool) -> None:
    def scores() -> list[list[float]]:
        rehearsal = Rehearsal(pool, WORLD.config(LAST))
        rehearsal.calibrate()
        for day in range(1, 4):
            rehearsal.play(day, smoke_draw(bank, WORLD.draw_of(day)))
        return [packet.score.tolist() for packet in rehearsal.packets]

    assert scores() == scores()


def test_a_daily_draw_is_answered_the_same_whatever_was_asked_again_before(bank: Bank, pool: Pool) -> None:
    """A story can be looked for by its last days only because of this."""

    def last_scores(days: int) -> list[float]:
        rehearsal = Rehearsal(pool, WORLD.config(LAST))
        rehearsal.calibrate()
        for day in range(LAST_DAY - days, LAST_DAY + 1):
            rehearsal.play(day, smoke_draw(bank, WORLD.draw_of(day)))
        today = LAST.toordinal()
        last: list[float] = next(each for each in rehearsal.packets if each.day == today).score.tolist()
        return last

    assert last_scores(0) == last_scores(3)


@pytest.mark.parametrize(
    ("word", "right"),
    [(Word.CONFIRMED_DROP, True), (Word.SUSPECTED, False), (Word.WITHIN_CHANCE, False), (Word.LUCK, False)],
)
def test_of_a_model_that_fell_only_the_accusation_is_right(word: Word, right: bool) -> None:
    assert told(word).is_right is right


def test_before_its_fall_the_same_model_must_not_be_accused() -> None:
    day = LAST - timedelta(days=3)

    assert told(Word.STEADY, day).is_right
    assert "WRONG" in told(Word.CONFIRMED_DROP, day).line(10)


def test_that_the_grader_moved_is_right_only_if_it_did() -> None:
    assert told(Word.MOVED, graders_moved=True).is_right
    assert not told(Word.MOVED).is_right


def test_what_was_really_done_is_told_from_the_providers_account() -> None:
    assert told(Word.SUSPECTED).really.startswith("ability lowered on 2026-11-23: right on ")
    assert other_events(account(LAST), [FALLEN]) == []
    assert other_events(account(LAST + timedelta(days=1)), [FALLEN])[0].startswith("sim/judge-a takes 0.8 points")


def test_a_folder_keeps_its_story_and_goes_on_with_the_next_morning(tmp_path: Path) -> None:
    state = StoryState(seed=3, world=WORLD, last_day=LAST)

    write_state(tmp_path, state)
    kept = read_state(tmp_path)

    assert kept == state
    assert kept is not None
    assert kept.next_morning(LAST).days_ahead(LAST) == 1
    assert kept.next_morning(LAST + timedelta(days=3)).days_ahead(LAST + timedelta(days=3)) == 0
    assert read_state(tmp_path / "other") is None
