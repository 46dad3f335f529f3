"""Logs of Inspect AI as a history, and what is said of those that cannot be one."""

from __future__ import annotations

import math
import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tests.harness_logs import inspect_log, inspect_sample, write_inspect_eval, write_inspect_json
from yzindex.drift.histories.forms import Form
from yzindex.drift.histories.reading import read_history
from yzindex.drift.history import History
from yzindex.errors import InvalidHistory

SAMPLES = [
    inspect_sample(1, "C"),
    inspect_sample(2, "I"),
    inspect_sample("three", "P"),
    inspect_sample(4, error="RuntimeError('429')"),
]


def read(path: Path, *measures: str) -> History:
    return read_history([path], Form.INSPECT, measures=measures)


def refused(path: Path, *measures: str) -> str:
    with pytest.raises(InvalidHistory) as caught:
        read(path, *measures)
    return str(caught.value)


def scores_of(history: History) -> dict[str, float]:
    return {history.questions[question]: score for question, score in zip(history.question, history.score, strict=True)}


def assert_holds_samples(history: History) -> None:
    assert (history.models, history.dimensions) == (("vendor/model",), ("arithmetic",))
    assert set(history.day.tolist()) == {date(2026, 11, 23).toordinal()}
    assert history.questions == ("arithmetic/1", "arithmetic/2", "arithmetic/4", "arithmetic/three")
    np.testing.assert_array_equal(history.score, [1, 0, np.nan, 0.5])


def test_a_json_log_gives_each_sample_its_score_and_one_with_an_error_none(tmp_path: Path) -> None:
    history = read(write_inspect_json(tmp_path, inspect_log(SAMPLES)))

    assert_holds_samples(history)


@pytest.mark.parametrize(
    "parts",
    [
        ("start", "samples", "journal", "summaries", "header"),
        ("start", "samples", "journal"),
        ("start", "samples"),
        ("header", "summaries"),
    ],
    ids=["whole", "broken off", "broken off before summaries", "without samples"],
)
def test_a_zipped_log_is_read_from_what_it_has(tmp_path: Path, parts: tuple[str, ...]) -> None:
    history = read(write_inspect_eval(tmp_path, inspect_log(SAMPLES), parts=parts))

    assert_holds_samples(history)


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_logs_of_former_versions_are_compressed_otherwise(tmp_path: Path, compression: int) -> None:
    history = read(write_inspect_eval(tmp_path, inspect_log(SAMPLES), compression=compression))

    assert_holds_samples(history)


@pytest.mark.parametrize(
    ("value", "score"),
    [
        ("C", 1), ("I", 0), ("P", 0.5), ("N", 0), ("yes", 1), ("False", 0), ("0.25", 0.25), (True, 1), (0.75, 0.75),
        (1, 1), (math.nan, None),
    ],
)  # fmt: skip
def test_a_value_is_worth_what_inspect_takes_it_for(tmp_path: Path, value: object, score: float | None) -> None:
    history = read(write_inspect_json(tmp_path, inspect_log([inspect_sample(1, value)])))

    np.testing.assert_array_equal(history.score, [np.nan if score is None else score])


@pytest.mark.parametrize("value", [7, -0.5, "1.5", "maybe", [1, 0], {"a": 1}, "nan and more"])
def test_a_value_that_is_no_score_is_told_with_file_sample_and_what_to_do(tmp_path: Path, value: object) -> None:
    file = write_inspect_json(tmp_path, inspect_log([inspect_sample(1, "C"), inspect_sample(2, value, epoch=3)]))

    message = refused(file)

    assert message.startswith(f"{file}: sample 2, epoch 3: score: ")
    assert "choose another scorer with --measure NAME" in message


def test_a_grader_that_failed_leaves_a_sample_unscored(tmp_path: Path) -> None:
    sample = inspect_sample(1, scores={"judge": {"value": "I", "reason": "grader_failed"}})

    history = read(write_inspect_json(tmp_path, inspect_log([sample])))

    assert np.isnan(history.score).tolist() == [True]


def test_a_sample_that_was_scored_in_spite_of_an_error_is_unscored(tmp_path: Path) -> None:
    sample = inspect_sample(1, scores={"includes": {"value": "I"}}, error="TimeoutError()")

    history = read(write_inspect_json(tmp_path, inspect_log([sample])))

    assert np.isnan(history.score).tolist() == [True]


def test_epochs_are_averaged_without_those_that_have_no_score(tmp_path: Path) -> None:
    samples = [
        inspect_sample(1, "C", epoch=1),
        inspect_sample(1, "I", epoch=2),
        inspect_sample(1, error="boom", epoch=3),
    ]

    history = read(write_inspect_json(tmp_path, inspect_log(samples)))

    assert scores_of(history) == {"arithmetic/1": 0.5}


def test_a_retried_log_counts_once_with_what_the_retry_scored(tmp_path: Path) -> None:
    kept = [inspect_sample(1, "C"), inspect_sample(3, "C")]
    broken = inspect_log([*kept, inspect_sample(2, error="boom"), inspect_sample(3, error="boom", epoch=2)])
    retried = inspect_log(
        [*kept, inspect_sample(2, "I"), inspect_sample(3, "I", epoch=2)], created="2026-11-24T09:00:00+00:00"
    )
    # Read by their time, not by their names.
    write_inspect_eval(tmp_path, retried, name="a")
    write_inspect_json(tmp_path, broken, name="b")

    history = read(tmp_path)

    assert scores_of(history) == {"arithmetic/1": 1, "arithmetic/2": 0, "arithmetic/3": 0.5}
    assert {history.questions[question]: day for question, day in zip(history.question, history.day, strict=True)} == {
        "arithmetic/1": date(2026, 11, 23).toordinal(),
        "arithmetic/2": date(2026, 11, 24).toordinal(),
        "arithmetic/3": date(2026, 11, 23).toordinal(),
    }


def test_two_runs_on_one_day_are_repeats(tmp_path: Path) -> None:
    first = write_inspect_json(tmp_path, inspect_log([inspect_sample(1, "C")]))
    second = write_inspect_json(tmp_path, inspect_log([inspect_sample(1, "I")], task_id="t2"), name="arithmetic_b")

    message = refused(tmp_path)

    assert message == (
        f"{second}: sample 1, epoch 1: row: 2026-11-23, vendor/model, arithmetic/1 stands at {first}: sample 1, "
        "epoch 1 too (scores 1 and 0); keep one, or take the mean of attempts with --repeats mean"
    )


def test_samples_of_another_version_of_a_task_are_other_questions(tmp_path: Path) -> None:
    write_inspect_json(tmp_path, inspect_log([inspect_sample(1)], task_version="2-A"))

    assert read(tmp_path).questions == ("arithmetic@2-A/1",)


def test_an_invalidated_sample_is_unscored_though_its_summary_does_not_say_so(tmp_path: Path) -> None:
    samples = [inspect_sample(1, "I", invalidation={"author": "me"}), inspect_sample(2, "C")]
    file = write_inspect_eval(tmp_path, inspect_log(samples, invalidated=True))

    np.testing.assert_array_equal(read(file).score, [np.nan, 1])


@pytest.mark.parametrize(
    ("measures", "score"),
    [((), 1), (("quality",), 0.25), (("parts.b",), 0.5), (("absent", "quality"), 0.25), (("dotted.name",), 0)],
)
def test_the_scorer_is_the_first_asked_for_that_there_is(tmp_path, measures: tuple[str, ...], score: float) -> None:
    values = {"includes": "C", "quality": 0.25, "parts": {"a": 1, "b": "P"}, "dotted.name": 0}
    sample = inspect_sample(1, scores={name: {"value": value} for name, value in values.items()})
    file = write_inspect_json(tmp_path, inspect_log([sample]))

    assert read(file, *measures).score.tolist() == [score]


def test_a_scorer_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    file = write_inspect_json(tmp_path, inspect_log(SAMPLES))

    assert refused(file, "judge") == f"{file}: scores: has no scorer judge; it has includes"


def test_a_log_whose_samples_all_failed_is_all_unscored(tmp_path: Path) -> None:
    file = write_inspect_json(tmp_path, inspect_log([inspect_sample(1, error="boom")]))

    assert np.isnan(read(file, "includes").score).tolist() == [True]


@pytest.mark.parametrize(
    ("samples", "says"),
    [
        ([inspect_sample(1, scores={})], "scores: no sample has one; score the log first (inspect score FILE)"),
        ([], "samples: the log has none; log them (--log-samples)"),
    ],
)
def test_a_log_without_scores_or_samples_is_told_so(
    tmp_path: Path, samples: list[dict[str, object]], says: str
) -> None:
    file = write_inspect_json(tmp_path, inspect_log(samples))

    assert refused(file) == f"{file}: {says}"


def test_of_a_folder_logs_are_read_wherever_they_lie_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "eval-set.json").write_text("{}")
    (tmp_path / "deeper").mkdir()
    write_inspect_json(tmp_path / "deeper", inspect_log(SAMPLES))

    assert_holds_samples(read(tmp_path))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.json", b"", "is no Inspect log: not whole JSON"),
        ("a.json", b'{"eval": {"created": "2026', "is no Inspect log: not whole JSON: Unterminated string"),
        ("a.json", b"[" * 100_000, "is no Inspect log: nested too deeply"),
        ("a.json", b"\xff\xfe\xff", "is no Inspect log: not whole JSON"),
        ("a.json", b'{"results": []}', "is no Inspect log: eval: Field required"),
        ("a.json", b"[1]", "is no Inspect log: "),
        ("a.eval", b"{}", "cannot be read: the zip file is damaged, or was never finished: File is not a zip file"),
    ],
)
def test_what_is_no_log_is_told_by_its_name(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)

    assert refused(file).startswith(f"{file}: {says}")


def test_a_zip_file_that_is_cut_off_damaged_or_foreign_is_told_by_its_name(tmp_path: Path) -> None:
    whole = write_inspect_eval(tmp_path, inspect_log(SAMPLES)).read_bytes()
    cut, damaged, foreign = (tmp_path / f"{name}.eval" for name in ("cut", "damaged", "foreign"))
    cut.write_bytes(whole[: len(whole) // 2])
    at = whole.rindex(b"summaries.json", 0, whole.index(b"PK\x01\x02")) + 20
    damaged.write_bytes(whole[:at] + b"\0\0\0\0" + whole[at + 4 :])
    with zipfile.ZipFile(foreign, "w") as archive:
        archive.writestr("word/document.xml", "")

    for file in (cut, damaged):
        assert refused(file).startswith(f"{file}: cannot be read: the zip file is damaged")
    assert refused(foreign).startswith(f"{foreign}: is no Inspect log: the zip file holds neither header.json nor")


def test_a_date_that_is_none_is_told(tmp_path: Path) -> None:
    file = write_inspect_json(tmp_path, inspect_log(SAMPLES, created="yesterday"))

    assert refused(file) == f"{file}: created: 'yesterday' is no ISO time stamp"


def test_an_empty_folder_and_a_file_that_is_not_there_are_told(tmp_path: Path) -> None:
    assert refused(tmp_path) == f"{tmp_path}: folder: holds no Inspect logs; name the folder or the files that do"
    assert refused(tmp_path / "no") == f"{tmp_path}/no: cannot be read: there is no such file or folder"


def test_faults_of_many_samples_are_told_to_the_tenth(tmp_path: Path) -> None:
    file = write_inspect_json(tmp_path, inspect_log([inspect_sample(number, 5) for number in range(30)]))

    lines = refused(file).split("\n")

    assert len(lines) == 11
    assert lines[-1] == "and 20 more faults"
