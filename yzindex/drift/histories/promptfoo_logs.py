"""What promptfoo writes with `promptfoo eval --output FILE.json`, or exports, in version 3 of its results or later.

A test has no name of its own that lasts: its number changes when another is put before it, and with `--repeat`. So a
question is what was asked and asserted: the prompt, the variables, the assertions.
"""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from pydantic import BaseModel, Field, JsonValue

from yzindex.drift.histories.columns import LoggedAnswer
from yzindex.drift.histories.faults import Faults
from yzindex.drift.histories.logs import (
    Attempt,
    Unreadable,
    answers_of,
    content_of,
    day_of,
    json_of,
    log_files,
    score_of,
    shaped,
)

_WHAT = "promptfoo output"
_OTHERWISE = "let the test's assertions score from 0 to 1"
_OLDEST_VERSION = 3
#: The `failureReason` of a call or a check that failed, which is not an assertion that did.
_ERROR = 2
_DIGEST_DIGITS = 12


class _Provider(BaseModel):
    id: str = ""
    label: str | None = None


class _Prompt(BaseModel):
    raw: str = ""
    label: str | None = None


class _TestCase(BaseModel):
    vars: JsonValue = None
    assertions: JsonValue = Field(default=None, alias="assert")


class _Result(BaseModel):
    test: int = Field(alias="testIdx")
    prompt_number: int = Field(alias="promptIdx")
    provider: _Provider | str
    prompt: _Prompt
    test_case: _TestCase = Field(default=_TestCase(), alias="testCase")
    vars: JsonValue = None
    score: JsonValue = None
    error: JsonValue = None
    failure_reason: int | None = Field(default=None, alias="failureReason")
    grading_result: JsonValue = Field(default=None, alias="gradingResult")


class _Summary(BaseModel):
    version: int
    timestamp: str | None = None
    results: list[_Result]


class _EvalConfig(BaseModel):
    description: str | None = None


class _Output(BaseModel):
    eval_id: str | None = Field(default=None, alias="evalId")
    results: _Summary
    config: _EvalConfig = _EvalConfig()


class _OutputVersion(BaseModel):
    """As much as every version has."""

    class Summary(BaseModel):
        version: int

    results: Summary


def read_promptfoo(paths: Sequence[Path], faults: Faults) -> list[LoggedAnswer]:
    """Read outputs; the dimension is an evaluation's description, the model a provider's label or else its id."""
    attempts = list[Attempt]()
    for file in log_files(paths, lambda path: path.suffix == ".json", faults, what="promptfoo outputs"):
        try:
            attempts += _attempts(file, faults)
        except Unreadable as error:
            faults.add(str(error))
    return answers_of(attempts)


def _attempts(file: Path, faults: Faults) -> Iterator[Attempt]:
    written = json_of(content_of(file), str(file), what=_WHAT)
    version = shaped(written, _OutputVersion, str(file), what=_WHAT).results.version
    if version < _OLDEST_VERSION:
        raise Unreadable(
            f"{file}: results.version: is {version}, and {_OLDEST_VERSION} is the oldest that can be read; "
            "export it with a newer promptfoo (promptfoo export eval ID --output FILE.json)"
        )
    output = shaped(written, _Output, str(file), what=_WHAT)
    if not output.results.results:
        raise Unreadable(f"{file}: results: there are none")
    day = day_of(output.results.timestamp or "", f"{file}: results.timestamp")
    dimension = output.config.description or "promptfoo"
    for result in output.results.results:
        place = f"{file}: test {result.test}, prompt {result.prompt_number}"
        try:
            score = None if _is_error(result) else score_of(result.score, place, otherwise=_OTHERWISE)
        except Unreadable as error:
            faults.add(str(error))
            continue
        yield Attempt(
            run=output.eval_id or str(file),
            number=f"{result.test}/{result.prompt_number}",
            place=place,
            day=day,
            model=_model(result.provider),
            dimension=dimension,
            question=f"{dimension}/{_digest(result)}",
            score=score,
        )


def _is_error(result: _Result) -> bool:
    """Tell a failed call from a failed assertion, which leaves its words in `error` too."""
    return result.failure_reason == _ERROR or (bool(result.error) and not result.grading_result)


def _model(provider: _Provider | str) -> str:
    return provider if isinstance(provider, str) else provider.label or provider.id


def _digest(result: _Result) -> str:
    asked = [
        result.prompt.label or result.prompt.raw,
        result.test_case.vars or result.vars,
        result.test_case.assertions,
    ]
    return sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:_DIGEST_DIGITS]
