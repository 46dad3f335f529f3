"""Logs of Inspect AI: `.eval`, which is a zip file, and `.json`.

Of a zip file only the summaries are read where they are enough: they hold the scores without the transcripts.
"""

import re
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel, Field, JsonValue, RootModel

from yzindex.drift.histories.columns import LoggedAnswer
from yzindex.drift.histories.faults import Faults
from yzindex.drift.histories.logs import (
    Attempt,
    Unreadable,
    answers_of,
    content_of,
    day_of,
    log_files,
    parsed,
    question_of,
    refuse_length,
    score_of,
)
from yzindex.wording import listed, shown

if sys.version_info >= (3, 14):
    import zipfile

    from compression import zstd
else:
    from backports import zstd
    from backports.zstd import zipfile

_WHAT = "Inspect log"
_OTHERWISE = "choose another scorer with --measure NAME, or one value of several with --measure NAME.KEY"
#: A folder of logs holds other JSON too.
_LOG_NAME = re.compile(r"\d{4}-\d\d-\d\dT.*\.json|.*\.eval", re.DOTALL)
#: What the letters and words are worth, as Inspect's own metrics have it.
_WORTH = {"c": 1.0, "p": 0.5, "i": 0.0, "n": 0.0, "yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}
#: Reasons of a score that speak of whoever graded, not of the model.
_GRADER_FAILED = {"grader_failed", "scoring_failed"}
#: What reading a damaged zip file raises.
_DAMAGED = (zipfile.BadZipFile, zlib.error, zstd.ZstdError, EOFError, NotImplementedError, RuntimeError, ValueError)


class _Score(BaseModel):
    value: JsonValue = None
    reason: str | None = None


class _Sample(BaseModel):
    """A sample, or its summary."""

    id: int | str
    epoch: int = 1
    scores: dict[str, _Score] | None = None
    error: JsonValue = None
    invalidation: JsonValue = None


class _Samples(RootModel[list[_Sample]]):
    pass


class _Spec(BaseModel):
    created: str
    task: str
    task_id: str = ""
    task_version: int | str = 0
    model: str


class _Log(BaseModel):
    spec: _Spec = Field(alias="eval")
    #: Whether a sample was declared invalid; its summary does not say so.
    invalidated: bool = False
    samples: list[_Sample] | None = None


def read_inspect(paths: Sequence[Path], faults: Faults, *, measures: Sequence[str]) -> list[LoggedAnswer]:
    """Read logs; the scorer is the first of `measures` that a log has, its first where none is asked for."""
    logs = list[tuple[Path, _Log]]()
    for file in log_files(paths, lambda path: bool(_LOG_NAME.fullmatch(path.name)), faults, what="Inspect logs"):
        try:
            logs.append((file, _log(file)))
        except Unreadable as error:
            faults.add(str(error))
    logs.sort(key=lambda read: read[1].spec.created)
    return answers_of(attempt for file, log in logs for attempt in _attempts(file, log, measures, faults))


def _log(file: Path) -> _Log:
    if file.suffix == ".eval":
        return _log_in_zip(file)
    return parsed(content_of(file), _Log, str(file), what=_WHAT)


def _log_in_zip(file: Path) -> _Log:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            # A run that was broken off has no header.
            head = "header.json" if "header.json" in names else "_journal/start.json"
            if head not in names:
                raise Unreadable(f"{file}: is no {_WHAT}: the zip file holds neither header.json nor {head}")
            log = parsed(_member(archive, file, head), _Log, f"{file}: {head}", what=_WHAT)
            return log.model_copy(update={"samples": list(_samples(archive, file, log))})
    except OSError as error:
        raise Unreadable(f"{file}: cannot be read: {error.strerror or error}") from error
    except _DAMAGED as error:
        raise Unreadable(f"{file}: cannot be read: the zip file is damaged, or was never finished: {error}") from error


def _samples(archive: zipfile.ZipFile, file: Path, log: _Log) -> Iterator[_Sample]:
    names = list(dict.fromkeys(archive.namelist()))
    whole = [name for name in names if re.fullmatch(r"samples/[^/]+\.json", name)]
    lists = [name for name in names if name == "summaries.json"]
    lists = lists or [name for name in names if re.fullmatch(r"_journal/summaries/[^/]+\.json", name)]
    if lists and not log.invalidated:
        for name in lists:
            yield from parsed(_member(archive, file, name), _Samples, f"{file}: {name}", what=_WHAT).root
    else:
        for name in whole:
            yield parsed(_member(archive, file, name), _Sample, f"{file}: {name}", what=_WHAT)


def _member(archive: zipfile.ZipFile, file: Path, name: str) -> bytes:
    refuse_length(archive.getinfo(name).file_size, f"{file}: {name}")
    return archive.read(name)


def _attempts(file: Path, log: _Log, measures: Sequence[str], faults: Faults) -> Iterator[Attempt]:
    try:
        day = day_of(log.spec.created, f"{file}: created")
        scorer = _scorer(log, file, measures)
    except Unreadable as error:
        faults.add(str(error))
        return
    for sample in log.samples or []:
        place = f"{file}: sample {shown(sample.id)}, epoch {sample.epoch}"
        try:
            score = _score(sample, scorer, place)
        except Unreadable as error:
            faults.add(str(error))
            continue
        yield Attempt(
            run=log.spec.task_id or str(file),
            number=str(sample.epoch),
            place=place,
            day=day,
            model=log.spec.model,
            dimension=log.spec.task,
            question=question_of(log.spec.task, log.spec.task_version, sample.id),
            score=score,
        )


def _scorer(log: _Log, file: Path, measures: Sequence[str]) -> str:
    """Choose a scorer; any will do where every sample ended in an error."""
    if not log.samples:
        raise Unreadable(f"{file}: samples: the log has none; log them (--log-samples)")
    scored = [sample for sample in log.samples if sample.scores]
    if not scored and not all(sample.error for sample in log.samples):
        raise Unreadable(f"{file}: scores: no sample has one; score the log first (inspect score FILE)")
    there = list(dict.fromkeys(name for sample in scored for name in sample.scores or {}))
    if not measures or not there:
        return there[0] if there else ""
    for measure in measures:
        if measure in there or measure.rpartition(".")[0] in there:
            return measure
    raise Unreadable(f"{file}: scores: has no scorer {listed(measures)}; it has {listed(there)}")


def _score(sample: _Sample, scorer: str, place: str) -> float | None:
    scores = sample.scores or {}
    name, _, key = (scorer, "", "") if scorer in scores else scorer.rpartition(".")
    if sample.error or sample.invalidation or name not in scores or scores[name].reason in _GRADER_FAILED:
        return None
    value = scores[name].value
    if key and isinstance(value, dict):
        value = value.get(key)
    if isinstance(value, str):
        value = _worth(value)
    return score_of(value, place, otherwise=_OTHERWISE)


def _worth(written: str) -> JsonValue:
    """Give the number that a letter, a word or digits stand for; other texts as they are."""
    try:
        return _WORTH[written.lower()] if written.lower() in _WORTH else float(written)
    except ValueError:
        return written
