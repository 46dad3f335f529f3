"""Logs of lm-evaluation-harness as a history, and what is said of those that cannot be one."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tests.harness_logs import lm_eval_sample, write_lm_eval
from yzindex.drift.histories.forms import Form
from yzindex.drift.histories.reading import read_history
from yzindex.drift.history import History
from yzindex.errors import InvalidHistory

CHOICES = [lm_eval_sample(0, acc_norm=0.0, acc=1.0), lm_eval_sample(1, acc_norm=1.0, acc=0.0)]
TEXTS = [lm_eval_sample(0, through=through, exact_match=value) for through, value in (("strict", 0.0), ("loose", 1.0))]


def read(path: Path, *measures: str) -> History:
    return read_history([path], Form.LM_EVAL, measures=measures)


def refused(path: Path, *measures: str) -> str:
    with pytest.raises(InvalidHistory) as caught:
        read(path, *measures)
    return str(caught.value)


def test_results_give_each_document_the_preferred_metric_through_the_first_filter(tmp_path: Path) -> None:
    write_lm_eval(tmp_path, {"mc": CHOICES, "gen": TEXTS})

    history = read(tmp_path)

    assert (history.models, history.dimensions, history.versions) == (("vendor/model",), ("gen", "mc"), ("",))
    assert history.questions == ("gen@1.0/0", "mc@1.0/0", "mc@1.0/1")
    assert history.score.tolist() == [0, 1, 0]
    assert set(history.day.tolist()) == {date(2026, 11, 23).toordinal()}


@pytest.mark.parametrize(
    ("measures", "scores"),
    [
        (("acc_norm", "exact_match"), [0, 0, 1]),
        (("acc,none", "exact_match,loose"), [1, 1, 0]),
        (("exact_match,absent", "exact_match", "acc"), [0, 1, 0]),
    ],
)
def test_the_metric_is_the_first_asked_for_that_a_task_has(
    tmp_path, measures: tuple[str, ...], scores: list[float]
) -> None:
    write_lm_eval(tmp_path, {"mc": CHOICES, "gen": TEXTS})

    assert read(tmp_path, *measures).score.tolist() == scores


def test_a_metric_that_a_task_has_not_is_told_with_those_it_has(tmp_path: Path) -> None:
    write_lm_eval(tmp_path, {"gen": TEXTS})

    (file,) = tmp_path.glob("samples_gen_*")
    assert refused(tmp_path, "acc") == f"{file}: metrics: has no acc; it has exact_match,strict, exact_match,loose"


def test_a_task_without_preferred_metrics_is_scored_by_its_first(tmp_path: Path) -> None:
    write_lm_eval(tmp_path, {"chat": [lm_eval_sample(0, prompt_level=True, inst_level=[True, False])]})

    assert read(tmp_path).score.tolist() == [1]


def test_a_metric_that_is_the_better_the_lower_it_is_is_refused(tmp_path: Path) -> None:
    write_lm_eval(tmp_path, {"text": [lm_eval_sample(0, perplexity=0.5)]})

    message = refused(tmp_path)

    assert message.endswith(
        "perplexity: the lower the better, which no score is; choose another metric with --measure NAME, or NAME,FILTER"
    )


@pytest.mark.parametrize("value", [None, math.nan])
def test_a_metric_without_a_value_is_unscored(tmp_path: Path, value: object) -> None:
    write_lm_eval(tmp_path, {"mc": [lm_eval_sample(0, acc=value), lm_eval_sample(1, acc=1)]})

    np.testing.assert_array_equal(read(tmp_path).score, [np.nan, 1])


@pytest.mark.parametrize(
    ("value", "says"), [(1.5, "1.5 is outside 0–1"), ([1, 0], "[1, 0] is no number"), ("a", "'a'")]
)
def test_a_value_that_is_no_score_is_told_with_its_line(tmp_path: Path, value: object, says: str) -> None:
    write_lm_eval(tmp_path, {"mc": [lm_eval_sample(0, acc=1), lm_eval_sample(1, acc=value)]})

    (file,) = tmp_path.glob("samples_mc_*")
    assert refused(tmp_path).startswith(f"{file}:2: score: {says}")


@pytest.mark.parametrize("arguments", ["pretrained=org/m,dtype=float", {"pretrained": "org/m"}])
def test_a_model_of_a_hub_has_its_commit_for_a_version(tmp_path: Path, arguments: object) -> None:
    config = {"model": "hf", "model_args": arguments, "model_sha": "9f2c"}
    write_lm_eval(tmp_path, {"mc": CHOICES}, config=config, model_name="org/m")

    history = read(tmp_path)

    assert (history.models, history.versions) == (("org/m",), ("9f2c",))


def test_a_name_that_the_harness_made_up_for_one_run_is_not_taken(tmp_path: Path) -> None:
    write_lm_eval(tmp_path, {"mc": CHOICES}, config={"model": "dummy", "model_args": {}}, model_name="i82qcls7")

    assert read(tmp_path).models == ("dummy",)


def test_results_without_any_name_of_a_model_are_refused(tmp_path: Path) -> None:
    file = write_lm_eval(tmp_path, {"mc": CHOICES}, config={}, model_name=None)

    assert (
        refused(tmp_path) == f"{file}: model_name: the results name no model; run lm_eval with --model_args model=NAME"
    )


def test_days_and_models_are_found_in_folders_below(tmp_path: Path) -> None:
    for name, began in (("org__a", 1795402800), ("org__b", 1795489200)):
        folder = tmp_path / name
        folder.mkdir()
        write_lm_eval(folder, {"mc": CHOICES}, date=began, model_name=name)

    history = read(tmp_path)

    assert history.models == ("org__a", "org__b")
    assert history.day.tolist() == [date(2026, 11, day).toordinal() for day in (23, 23, 24, 24)]


def test_samples_named_beside_their_results_count_once(tmp_path: Path) -> None:
    results = write_lm_eval(tmp_path, {"mc": CHOICES, "gen": TEXTS})

    history = read_history([*sorted(tmp_path.glob("samples_*")), results], Form.LM_EVAL)

    assert len(history) == 3


def test_results_without_samples_say_how_to_get_them(tmp_path: Path) -> None:
    file = write_lm_eval(tmp_path, {})

    assert refused(file) == (
        f"{file}: samples: none lie beside it; run lm_eval with --log_samples and keep its files together"
    )


@pytest.mark.parametrize("name", ["samples_mc_2026-11-23T03-05-16.793253.jsonl", "out.json"])
def test_a_file_that_is_no_results_is_told_by_its_name(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text("{}")

    assert refused(file).startswith(f"{file}: is no results file of lm-eval: these are called results_TIME.json")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"date": 179', "is no results file of lm-eval: not whole JSON"),
        ("{}", "is no results file of lm-eval: date: Field required; config: Field required"),
        ('{"date": 1e300, "config": {"model": "m"}}', "date: 1e+300 is no time in seconds since 1970"),
    ],
)
def test_damaged_results_are_told_by_their_name(tmp_path: Path, content: str, says: str) -> None:
    file = write_lm_eval(tmp_path, {"mc": CHOICES})
    file.write_text(content)

    assert refused(file).startswith(f"{file}: {says}")


def test_damaged_samples_are_told_by_their_line(tmp_path: Path) -> None:
    write_lm_eval(tmp_path, {"mc": CHOICES})
    (file,) = tmp_path.glob("samples_mc_*")
    file.write_text(file.read_text()[:-40])

    assert refused(tmp_path).startswith(f"{file}:2: line: not JSON: ")


def test_samples_that_do_not_name_their_metrics_are_told_to_be_too_old(tmp_path: Path) -> None:
    sample = lm_eval_sample(0, acc=1.0)
    del sample["metrics"], sample["filter"]
    write_lm_eval(tmp_path, {"mc": [sample]})

    assert "the samples name none, as before lm-eval 0.4.7; run it with a newer one" in refused(tmp_path)


def test_an_empty_folder_is_told_by_its_name(tmp_path: Path) -> None:
    assert refused(tmp_path).startswith(f"{tmp_path}: folder: holds no results files of lm-eval")
