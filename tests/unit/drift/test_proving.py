"""The proof's own machinery: seeds, troubles, boards, files of worlds, targets and tables."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from api.cli.commands import app
from yzindex.drift.history import Role
from yzindex.drift.proving.board import Board
from yzindex.drift.proving.external import BadWorld, check_world, read_worlds
from yzindex.drift.proving.figures import Figure, Replicate
from yzindex.drift.proving.proof import Proof, Setting, Source, names_of, prove
from yzindex.drift.proving.report import BEGIN, END, NoPlace, lines_of, objects_of, write_into
from yzindex.drift.proving.seeds import Purpose, numbers_of
from yzindex.drift.proving.targets import held_against
from yzindex.drift.proving.trials import Counts, tune
from yzindex.drift.proving.troubles import BadDay, Fading, FewModels, NewVersion, Outage
from yzindex.drift.proving.worlds import logit_worlds
from yzindex.drift.rules import Rules

WORLD = "A, noisy answers"
TINY = Counts(
    null_model_days=600, year_days=80, drops=1, great_drops=1, moves=1, unusual_every=0, tuning_years=2, troubles=False
)
GOOD_FILE = """
from yzindex.drift.proving.worlds import logit_worlds

WORLDS = {"mine": logit_worlds()["2PL"]}
"""


def asked(world, model: int = 3, day: int = 1) -> np.ndarray:
    """What a model makes of every question on a day."""
    questions = np.arange(len(world.question_dimension))
    numbers = np.random.default_rng(1)
    world.begin(day, numbers)
    return np.asarray(world.work(np.full(len(questions), model), questions, numbers))


@pytest.fixture
def world():
    return logit_worlds()[WORLD](np.random.default_rng(1))


@pytest.fixture(scope="module")
def proof() -> Proof:
    setting = Setting(source=Source(generated=(WORLD,)), purpose=Purpose.REHEARSAL, counts=TINY, processes=1)
    return prove(setting)


def test_no_two_purposes_trials_or_replicates_share_their_random_numbers() -> None:
    streams = [
        numbers_of(purpose, world, trial, replicate).random()
        for purpose in Purpose
        for world in ("A", "B")
        for trial in ("year", "pool 1")
        for replicate in range(3)
    ]

    assert len(set(streams)) == len(streams)


def test_an_outage_loses_answers_of_its_models_on_its_days_only(world) -> None:
    troubled = Outage(world, models=[3], days=range(5, 6))

    assert np.isnan(asked(troubled, 3, day=5)).all()
    assert not np.isnan(asked(troubled, 3, day=6)).any()
    assert not np.isnan(asked(troubled, 2, day=5)).any()


def test_a_fading_model_loses_its_share_day_by_day_and_a_bad_day_passes(world) -> None:
    fading, bad = Fading(world, model=3, since=10, share_per_day=0.05), BadDay(world, model=3, day=5, share=1.0)

    assert asked(fading, day=9).mean() > asked(fading, day=19).mean() > asked(fading, day=28).mean() > 0
    assert (asked(bad, day=5) == 0).all()
    assert asked(bad, day=6).mean() > 0.4


def test_a_new_version_is_named_from_its_day_on_and_few_models_are_the_first(world) -> None:
    renamed = NewVersion(world, model=2, since=4)

    asked(renamed, day=3)
    assert renamed.version(2) == 0
    asked(renamed, day=4)
    assert (renamed.version(2), renamed.version(1)) == (1, 0)
    assert FewModels(world, 4).models == 4


def test_a_board_on_which_nobody_answers_asks_each_question_once_and_ends_its_day(world) -> None:
    board = Board(world, np.random.default_rng(2), rules=Rules())
    for _ in range(20):
        board.play_day()
    board.analysis.charts.ratio[0, 3, 0] = 2 * board.analysis.charts.alarm[0]
    board.world = Outage(world, models=range(world.models), days=range(21, 22))

    board.play_day()

    assert board.day == 21


def test_a_board_draws_no_question_before_it_joins_the_pool(world) -> None:
    late = np.flatnonzero(world.harder == 1)[:30]
    board = Board(
        world, np.random.default_rng(2), rules=Rules(), askable=np.setdiff1d(np.arange(len(world.harder)), late)
    )
    for _ in range(70):
        board.play_day()
    before = np.concatenate([packet.question for packet in board.shown])
    board.askable = np.arange(len(world.harder))
    for _ in range(130):
        board.play_day()

    assert not np.isin(late, before).any()
    assert np.isin(late, np.concatenate([packet.question for packet in board.shown])).all()


def test_an_uncalibrated_board_begins_without_anything_to_grade_again(world) -> None:
    board = Board(world, np.random.default_rng(2), rules=Rules(), calibrated=False)

    board.play_day()

    assert board.calls[Role.CALIBRATION] == 0
    assert board.calls[Role.DAILY] == 4 * world.models


def test_the_same_setting_gives_the_same_proof_in_one_process_and_in_two(proof: Proof) -> None:
    setting = Setting(source=Source(generated=(WORLD,)), purpose=Purpose.REHEARSAL, counts=TINY, processes=2)

    again = prove(setting)

    assert again.replicates == proof.replicates
    assert again.tuned == proof.tuned


def test_the_methods_of_today_are_tuned_on_other_seeds_than_they_are_tried_on(proof: Proof) -> None:
    assert proof.tuned[WORLD] == tune(WORLD, logit_worlds()[WORLD], 2, 80, Rules())
    assert Purpose.TUNING not in {Purpose.PROOF, Purpose.REHEARSAL, Purpose.QUICK}


def falls_found(found: int, missed: int) -> list[Replicate]:
    """Replicates, one per drop."""
    replicates = [Replicate(world=WORLD) for _ in range(found + missed)]
    for place, replicate in enumerate(replicates):
        replicate.count(Figure.DROP_10, place < found)
    return replicates


def test_a_target_that_needs_a_bound_is_missed_by_a_share_that_only_touches_it() -> None:
    enough, touching = held_against(falls_found(364, 36), quick=False), held_against(falls_found(350, 50), quick=False)

    assert [finding.met for finding in (*enough, *touching)] == [True, False]
    assert touching[0].missed_by == "3.2 percentage points"


def test_the_quick_proof_calls_missed_only_what_its_trials_refute() -> None:
    few = held_against(falls_found(24, 8), quick=True)
    refuted = held_against(falls_found(14, 18), quick=True)

    assert [finding.met for finding in (*few, *refuted)] == [True, False]


def test_a_median_day_beyond_every_day_tried_misses_its_target() -> None:
    replicate = Replicate(world=WORLD)
    for days in (3.0, float("inf"), float("inf")):
        replicate.note(Figure.DAYS_20, days)

    (finding,) = held_against([replicate], quick=False)

    assert (finding.met, finding.measured) == (False, "never")


def test_a_world_worse_than_any_that_was_measured_is_reported_without_targets() -> None:
    replicate = Replicate(world="fast drift")
    replicate.count(Figure.FALSE_ALARMS, 1, 365 * 365)
    replicate.count(Figure.POOL_TOLD, True)
    replicate.count(Figure.DROP_10, False)
    replicate.note(Figure.DAYS_10, float("inf"))
    proof = Proof(
        replicates={"fast drift": (replicate,)},
        findings=tuple(held_against([replicate], quick=False)),
        tuned={"fast drift": {}},
        cpu_s={"fast drift": 1.0},
        purpose=Purpose.REHEARSAL,
    )

    assert [(finding.figure, finding.met) for finding in proof.findings] == [
        (Figure.FALSE_ALARMS, True), (Figure.POOL_TOLD, True),
    ]  # fmt: skip
    told = "\n".join(lines_of(proof, "yz prove"))
    assert "| 10-point drop found in 14 days | 0.0 % [0.0, 97.5] |" in told
    assert "| days to find a 10-point drop | never |" in told


def test_the_table_goes_between_the_markers_and_nowhere_else(tmp_path: Path, proof: Proof) -> None:
    document = tmp_path / "method.md"
    document.write_text(f"before\n{BEGIN}\nlast year\n{END}\nafter\n", encoding="utf-8")

    write_into(document, list(lines_of(proof, "yz prove")))

    text = document.read_text(encoding="utf-8")
    assert text.startswith(f"before\n{BEGIN}\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "last year" not in text
    assert f"### {WORLD}" in text and "| CUSUM of totals, h = 5 sd |" in text


def test_a_document_without_markers_is_left_alone(tmp_path: Path) -> None:
    document = tmp_path / "method.md"
    document.write_text("mine", encoding="utf-8")

    with pytest.raises(NoPlace, match="needs one line"):
        write_into(document, ["table"])

    assert document.read_text(encoding="utf-8") == "mine"


def test_a_proof_told_as_objects_is_json(proof: Proof) -> None:
    told = [json.loads(json.dumps(each)) for each in objects_of(proof)]

    assert {each["world"] for each in told} == {WORLD}
    assert any(each["figure"] == Figure.FALSE_ALARMS and each.get("trials", 0) >= 600 for each in told)


def test_worlds_of_a_file_are_read_and_tried(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(GOOD_FILE, encoding="utf-8")

    worlds = read_worlds(file)

    assert check_world("mine", worlds["mine"]).models == 11


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = 1", "defines no WORLDS"),
        ("WORLDS = {}", "defines no WORLDS"),
        ("WORLDS = {'a': 3}", "each value a function"),
        ("raise OSError('gone')", "cannot be run: OSError: gone"),
        ("def (", "cannot be run: SyntaxError"),
    ],
)
def test_a_file_that_defines_no_worlds_is_refused_with_the_reason(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "mine.py"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(BadWorld, match=told):
        read_worlds(file)


def without(method: str):
    world = logit_worlds()[WORLD](np.random.default_rng(1))
    setattr(world, method, None)
    return world


def grading(grade):
    world = logit_worlds()[WORLD](np.random.default_rng(1))
    setattr(world, "grade", grade)  # noqa: B010  # a method, to the type checker
    return world


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda numbers: without("move_pool"), "lacks move_pool"),
        (lambda numbers: FewModels(logit_worlds()[WORLD](numbers), 4), "has 4 models"),
        (lambda numbers: grading(lambda model, question, work: work[:-1]), "one score per model and question"),
        (lambda numbers: grading(lambda model, question, work: work + 1), "outside 0 to 1"),
        (lambda numbers: grading(lambda model, question, work: numbers.random(len(work))), "different scores"),
        (lambda numbers: 1 / 0, "fails: ZeroDivisionError"),
    ],
)
def test_a_world_that_lacks_a_method_or_gives_bad_answers_is_refused_before_anything_is_played(make, told) -> None:
    with pytest.raises(BadWorld, match=told):
        check_world("mine", make)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--external", "nowhere.py"], "is no file"),
        (["--matrix", "nowhere.npz"], "cannot be read"),
        (["--worlds", "Z"], "0 worlds are called 'Z'"),
        (["--quick", "--rehearse", "0.5"], "give one of them"),
        (["--rehearse", "3"], "is no share"),
        (["--quick", "--out", "nowhere.md"], "is no file"),
    ],
)
def test_bad_usage_of_the_command_ends_with_two_and_says_what_to_do(given: list[str], told: str) -> None:
    result = CliRunner().invoke(app, ["prove", *given])

    assert result.exit_code == 2
    assert told in result.output


def test_worlds_are_named_by_how_their_names_begin() -> None:
    assert names_of("A, not") == [WORLD, "not additive"]
