"""Logs of lm-evaluation-harness: `results_TIME.json`, and `samples_TASK_TIME.jsonl`, which `--log_samples` writes.

It has no unscored samples: a call that fails for good ends its whole run.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, JsonValue

from yzindex.drift.histories.columns import LoggedAnswer
from yzindex.drift.histories.faults import Faults
from yzindex.drift.histories.logs import (
    Attempt,
    Unreadable,
    answers_of,
    content_of,
    log_files,
    parsed,
    question_of,
    score_of,
)
from yzindex.jsonlines import Placed, read_models
from yzindex.wording import listed, shown

_WHAT = "results file of lm-eval"
_OTHERWISE = "choose another metric with --measure NAME, or NAME,FILTER"
_TIME = r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d+)?"
_RESULTS = re.compile(rf".*_(?P<time>{_TIME})\.json", re.DOTALL)
_SAMPLES = re.compile(rf"samples_(?P<task>.+)_(?P<time>{_TIME})\.jsonl", re.DOTALL)
#: Of a task's metrics the first of these, or else its own first.
_PREFERRED = ("acc", "exact_match")
#: Where the harness finds the name of a model; it invents one where there is none of them.
_NAMED_BY = ("peft", "delta", "pretrained", "model", "path", "engine")


class _Config(BaseModel):
    model: JsonValue = None
    model_args: JsonValue = None
    #: The commit of a model from a hub.
    model_sha: str | None = None


class _Results(BaseModel):
    #: Seconds since 1970, when the run began.
    date: float
    model_name: str | None = None
    config: _Config
    versions: dict[str, JsonValue] = {}
    higher_is_better: dict[str, dict[str, bool | None] | None] = {}


class _Sample(BaseModel):
    """A line; each metric is a field of its own."""

    model_config = ConfigDict(extra="allow")

    doc_id: int | str
    filter: str = "none"
    metrics: list[str] | None = None

    def value_of(self, metric: str) -> JsonValue:
        value: JsonValue = (self.model_extra or {}).get(metric)
        return value


@dataclass(frozen=True, kw_only=True)
class _Choice:
    """What counts as the score of a task's samples."""

    metric: str
    filter: str


def read_lm_eval(paths: Sequence[Path], faults: Faults, *, measures: Sequence[str]) -> list[LoggedAnswer]:
    """Read results with the samples beside them; a metric is the first of `measures` that a task has.

    A measure reads `metric` or `metric,filter`, as in the results.
    """
    found = log_files(paths, lambda path: bool(_RESULTS.fullmatch(path.name)), faults, what="results files of lm-eval")
    files = dict.fromkeys(each for path in found for each in _results_files(path))
    attempts = list[Attempt]()
    for file in files:
        try:
            attempts += _attempts(file, measures, faults)
        except Unreadable as error:
            faults.add(str(error))
    return answers_of(attempts)


def _results_files(path: Path) -> list[Path]:
    """Give the results that samples belong to; other files as they are."""
    name = _SAMPLES.fullmatch(path.name)
    beside = {} if name is None else _beside(path, _RESULTS, name["time"])
    return list(beside) or [path]


def _beside(path: Path, form: re.Pattern[str], time: str) -> dict[Path, re.Match[str]]:
    """Give the files of a form and time in the same folder, with what their names say."""
    names = {each: form.fullmatch(each.name) for each in sorted(path.parent.iterdir())}
    return {each: name for each, name in names.items() if name is not None and name["time"] == time}


def _attempts(file: Path, measures: Sequence[str], faults: Faults) -> Iterator[Attempt]:
    name = _RESULTS.fullmatch(file.name)
    if name is None:
        raise Unreadable(f"{file}: is no {_WHAT}: these are called results_TIME.json; name one, or its folder")
    results = parsed(content_of(file), _Results, str(file), what=_WHAT)
    samples = _beside(file, _SAMPLES, name["time"])
    if not samples:
        raise Unreadable(
            f"{file}: samples: none lie beside it; run lm_eval with --log_samples and keep its files together"
        )
    day, model = _day(results, file), _model(results, file)
    for each, named in samples.items():
        try:
            yield from _attempts_at_task(named["task"], each, results, measures, faults, day=day, model=model)
        except Unreadable as error:
            faults.add(str(error))


def _attempts_at_task(
    task: str, file: Path, results: _Results, measures: Sequence[str], faults: Faults, *, day: date, model: str
) -> Iterator[Attempt]:
    placed, unread = read_models(file, _Sample, what="sample", strict=False, nan_allowed=True)
    for fault in unread:
        faults.add(fault)
    if not placed:
        return
    choice = _choice(placed, file, measures)
    if (results.higher_is_better.get(task) or {}).get(choice.metric) is False:
        raise Unreadable(f"{file}: {shown(choice.metric)}: the lower the better, which no score is; {_OTHERWISE}")
    for each in placed:
        if each.value.filter == choice.filter:
            try:
                score = score_of(each.value.value_of(choice.metric), each.place, otherwise=_OTHERWISE)
            except Unreadable as error:
                faults.add(str(error))
                continue
            yield Attempt(
                run=each.place,
                number="1",
                place=each.place,
                day=day,
                model=model,
                version=results.config.model_sha or "",
                dimension=task,
                question=question_of(task, results.versions.get(task), each.value.doc_id),
                score=score,
            )


def _choice(placed: list[Placed[_Sample]], file: Path, measures: Sequence[str]) -> _Choice:
    """Choose the first measure that the samples have; with none, a preferred metric, through their first filter."""
    first = placed[0].value
    if first.metrics is None:
        raise Unreadable(f"{file}: metrics: the samples name none, as before lm-eval 0.4.7; run it with a newer one")
    there = {(metric, each.value.filter): None for each in placed for metric in each.value.metrics or ()}
    for measure in measures:
        metric, _, through = measure.partition(",")
        if found := [each for each in there if each[0] == metric and through in ("", each[1])]:
            return _Choice(metric=found[0][0], filter=found[0][1])
    if measures or not there:
        names = [",".join(each) for each in there] or ["none"]
        raise Unreadable(f"{file}: metrics: has no {listed(measures) or 'metric'}; it has {listed(names)}")
    metric = next((each for each in _PREFERRED if each in first.metrics), first.metrics[0])
    return _Choice(metric=metric, filter=first.filter)


def _day(results: _Results, file: Path) -> date:
    try:
        return datetime.fromtimestamp(results.date, UTC).date()
    except (ValueError, OverflowError, OSError) as error:
        raise Unreadable(f"{file}: date: {shown(results.date)} is no time in seconds since 1970") from error


def _model(results: _Results, file: Path) -> str:
    """Name the model; where its arguments did not, the harness made up a new name for this run alone."""
    arguments = results.config.model_args
    given = arguments if isinstance(arguments, dict) else str(arguments)
    is_named = any((key if isinstance(given, dict) else f"{key}=") in given for key in _NAMED_BY)
    name = results.model_name if is_named else results.config.model
    if not isinstance(name, str):
        raise Unreadable(f"{file}: model_name: the results name no model; run lm_eval with --model_args model=NAME")
    return name
