"""Output of promptfoo as a history, and what is said of files that cannot be one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tests.harness_logs import PROMPTFOO_ERROR, promptfoo_result, write_promptfoo
from yzindex.drift.histories.forms import Form
from yzindex.drift.histories.reading import read_history
from yzindex.drift.history import History
from yzindex.errors import InvalidHistory


def read(path: Path) -> History:
    return read_history([path], Form.PROMPTFOO)


def refused(path: Path) -> str:
    with pytest.raises(InvalidHistory) as caught:
        read(path)
    return str(caught.value)


def test_a_result_gives_its_score_and_a_failed_assertion_is_no_error(tmp_path: Path) -> None:
    file = write_promptfoo(tmp_path, [promptfoo_result(0, 1), promptfoo_result(1, 0.5, x="bye")])

    history = read(file)

    assert (history.models, history.dimensions) == (("vendor:model",), ("arithmetic",))
    assert history.day.tolist() == [date(2026, 11, 23).toordinal()] * 2
    assert sorted(history.score.tolist()) == [0.5, 1]


@pytest.mark.parametrize(
    "error",
    [
        PROMPTFOO_ERROR,
        PROMPTFOO_ERROR | {"gradingResult": {"pass": False, "score": 0}},
        PROMPTFOO_ERROR | {"failureReason": None},
        PROMPTFOO_ERROR | {"failureReason": 0},
    ],
    ids=["as such", "and was graded", "of former versions", "of an unknown reason"],
)
def test_a_call_that_failed_is_unscored_though_promptfoo_gives_it_0(tmp_path: Path, error: dict[str, object]) -> None:
    file = write_promptfoo(tmp_path, [promptfoo_result(0, 0) | error])

    assert np.isnan(read(file).score).tolist() == [True]


def test_a_question_keeps_its_name_when_another_test_comes_before_it(tmp_path: Path) -> None:
    before = read(write_promptfoo(tmp_path, [promptfoo_result(0, x="hello")], name="a"))
    after = read(write_promptfoo(tmp_path, [promptfoo_result(0, x="new"), promptfoo_result(1, x="hello")], name="b"))

    assert set(before.questions) < set(after.questions)


def test_a_question_keeps_its_name_when_its_prompt_reads_otherwise_each_day(tmp_path: Path) -> None:
    today = promptfoo_result(1) | {"prompt": {"raw": "say hello (23 November)", "label": "say {{x}}"}}

    assert len(read(write_promptfoo(tmp_path, [promptfoo_result(0), today])).questions) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"prompt": {"raw": "shout hello", "label": "shout {{x}}"}},
        {"testCase": {"vars": {"x": "hello"}, "assert": [{"type": "equals", "value": "say"}]}},
        {"testCase": {"vars": {"x": "bye"}, "assert": [{"type": "contains", "value": "say"}]}},
    ],
    ids=["prompt", "assertion", "variable"],
)
def test_a_test_that_was_changed_is_another_question(tmp_path: Path, changed: dict[str, object]) -> None:
    file = write_promptfoo(tmp_path, [promptfoo_result(0), promptfoo_result(1) | changed])

    assert len(read(file).questions) == 2


def test_repeats_of_a_test_are_averaged_per_provider(tmp_path: Path) -> None:
    providers: list[object] = ["plain", {"id": "vendor:x", "label": "labelled"}]
    results = [
        promptfoo_result(test, score, number=number) | {"provider": provider}
        for test, scores in enumerate([(1, 0), (0, 0)])
        for number, (score, provider) in enumerate(zip(scores, providers, strict=True))
    ]

    history = read(write_promptfoo(tmp_path, results))

    assert history.models == ("labelled", "plain")
    assert history.score.tolist() == [0, 0.5]


def test_an_evaluation_that_was_written_twice_counts_once_with_what_was_retried(tmp_path: Path) -> None:
    write_promptfoo(
        tmp_path, [promptfoo_result(0), promptfoo_result(1, 0, x="bye") | PROMPTFOO_ERROR], name="a", evalId="e"
    )
    write_promptfoo(tmp_path, [promptfoo_result(0), promptfoo_result(1, 1, x="bye")], name="b", evalId="e")

    assert read(tmp_path).score.tolist() == [1, 1]


def test_two_evaluations_on_one_day_are_repeats(tmp_path: Path) -> None:
    for name in "ab":
        write_promptfoo(tmp_path, [promptfoo_result(0)], name=name)

    message = refused(tmp_path)

    assert message.startswith(f"{tmp_path}/b.json: test 0, prompt 0: row: 2026-11-23, vendor:model, arithmetic/")
    assert f"stands at {tmp_path}/a.json: test 0, prompt 0 too" in message


def test_an_evaluation_without_a_description_is_of_the_dimension_promptfoo(tmp_path: Path) -> None:
    file = write_promptfoo(tmp_path, [promptfoo_result(0)], config={})

    assert read(file).dimensions == ("promptfoo",)


@pytest.mark.parametrize(("score", "says"), [(7, "7 is outside 0–1"), ("good", "'good' is no number")])
def test_a_value_that_is_no_score_is_told_with_file_and_test(tmp_path: Path, score: object, says: str) -> None:
    file = write_promptfoo(tmp_path, [promptfoo_result(3, score, number=2)])

    assert refused(file) == (f"{file}: test 3, prompt 2: score: {says}; let the test's assertions score from 0 to 1")


def test_a_provider_without_a_name_is_told(tmp_path: Path) -> None:
    file = write_promptfoo(tmp_path, [promptfoo_result(0) | {"provider": {}}])

    assert refused(file) == f"{file}: test 0, prompt 0: model: is empty; give each answer its model"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"results": {"version": 3, ', "is no promptfoo output: not whole JSON"),
        ('{"name": "package"}', "is no promptfoo output: results: Field required"),
        ('{"results": {"version": 2, "table": {}}}', "results.version: is 2, and 3 is the oldest that can be read"),
        ('{"results": {"version": 3, "timestamp": "x", "results": []}}', "results: there are none"),
        ('{"results": {"version": 3, "results": [{}]}}', "is no promptfoo output: results.results.0.testIdx: Field"),
    ],
)
def test_what_is_no_output_is_told_by_its_name(tmp_path: Path, content: str, says: str) -> None:
    file = tmp_path / "out.json"
    file.write_text(content)

    assert refused(file).startswith(f"{file}: {says}")


def test_an_output_without_a_time_is_told(tmp_path: Path) -> None:
    file = write_promptfoo(tmp_path, [], results={"version": 3, "results": [promptfoo_result(0)]})

    assert refused(file) == f"{file}: results.timestamp: '' is no ISO time stamp"


def test_an_empty_folder_is_told_by_its_name(tmp_path: Path) -> None:
    assert refused(tmp_path).startswith(f"{tmp_path}: folder: holds no promptfoo outputs")
