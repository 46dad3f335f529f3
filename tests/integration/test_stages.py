"""The stages of an answer under trouble: what is tried again, what ends, and that none of it is a score."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import DataError, OperationalError
from sqlmodel import select, update

from tests import rows
from worker import stages
from worker.patience import patiently
from worker.runtime import Runtime
from worker.trouble import MOST_GIVEN_BACK
from yzindex.dimensions import Dimension
from yzindex.errors import CodeRunnerUnavailable, ModelUnavailable
from yzindex.ports import CodeJob, CodeResult, ModelCall, ModelReply
from yzindex.records import answers
from yzindex.records.migrating import migrate
from yzindex.records.states import AnswerState
from yzindex.records.tables import Answer, StoredQuestion
from yzindex.settings import Settings


class Gateway:
    """A gateway that does what it is told."""

    def __init__(self, does: Callable[[], ModelReply]) -> None:
        self._does = does

    def ask(self, call: ModelCall) -> ModelReply:
        return self._does()


class NoSandbox:
    def run(self, job: CodeJob) -> CodeResult:
        raise CodeRunnerUnavailable("no container engine answers")


def program() -> ModelReply:
    return rows.model_reply("```python\ndef double(n):\n    return 2 * n\n```")


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    """A worker's runtime on a database with one row; its models answer, its sandbox does not."""
    runtime = Runtime(Settings(database_url=f"sqlite:///{tmp_path / 'yz.sqlite3'}"))
    migrate(runtime.database)
    rows.submit(runtime.database, [rows.question(Dimension.EXECUTION, 1)], rows.FLEET.models[:1])
    runtime.__dict__.update(gateway=Gateway(program), code_runner=NoSandbox(), fleet=rows.FLEET)
    yield runtime
    runtime.database.close()


def fails(error: Exception) -> Callable[[], ModelReply]:
    def ask() -> ModelReply:
        raise error

    return ask


def row(runtime: Runtime) -> Answer:
    with runtime.database.read() as session:
        return session.exec(select(Answer)).one()


def hasten(runtime: Runtime) -> None:
    """Let the row's time come."""
    with runtime.database.write() as session:
        session.exec(update(Answer).values(not_before_s=0.0))


def until_ended(runtime: Runtime, stage: Callable[[Runtime, int], None]) -> int:
    """Run a stage whenever the row is due; return how often that was."""
    for tried in range(1, 20):
        hasten(runtime)
        stage(runtime, 1)
        if row(runtime).state is AnswerState.UNSCORED:
            return tried
    raise AssertionError("the row never ended")


def test_a_provider_that_gave_its_last_answer_leaves_the_question_unscored_with_the_reason(runtime: Runtime) -> None:
    runtime.__dict__["gateway"] = Gateway(fails(ModelUnavailable("provider answered 429", final=True)))

    assert until_ended(runtime, stages.ask) == 1

    assert (row(runtime).score, row(runtime).reason) == (None, "provider answered 429")


def test_a_provider_that_asks_for_a_wait_of_ages_gets_a_quarter_of_an_hour(runtime: Runtime) -> None:
    runtime.__dict__["gateway"] = Gateway(fails(ModelUnavailable("busy", retry_after_s=1e300)))

    stages.ask(runtime, 1)

    assert row(runtime).state is AnswerState.PENDING
    answered = row(runtime).not_before_s
    stages.ask(runtime, 1)
    assert row(runtime).not_before_s == answered
    assert answered < 1e10


def test_without_a_sandbox_a_reply_is_kept_and_its_question_unscored_in_the_end(runtime: Runtime) -> None:
    stages.ask(runtime, 1)

    assert until_ended(runtime, stages.grade) == MOST_GIVEN_BACK + 1

    assert row(runtime).score is None
    assert row(runtime).reason == "no container engine answers"
    assert row(runtime).reply == program().text


def test_a_row_that_takes_its_workers_with_it_ends_unscored(runtime: Runtime) -> None:
    for death in range(MOST_GIVEN_BACK + 1):
        assert answers.claim_to_ask(runtime.database, 1, owner=f"dead-{death}", lease_s=-1)

    stages.ask(runtime, 1)

    assert row(runtime).state is AnswerState.UNSCORED
    assert "its worker died" in (row(runtime).reason or "")


def test_a_question_that_this_version_cannot_read_ends_unscored(runtime: Runtime) -> None:
    with runtime.database.write() as session:
        session.exec(update(StoredQuestion).values(body='{"id": "of-a-later-version"}'))

    until_ended(runtime, stages.ask)

    assert row(runtime).reason == "internal error: ValidationError"


@pytest.mark.parametrize("error", [DataError("INSERT", {}, Exception()), RuntimeError("a fault of ours")])
def test_a_fault_of_ours_is_bounded_and_never_a_score(runtime: Runtime, error: Exception) -> None:
    runtime.__dict__["gateway"] = Gateway(fails(error))

    assert until_ended(runtime, stages.ask) == MOST_GIVEN_BACK + 1

    assert row(runtime).score is None
    assert row(runtime).reason == f"internal error: {type(error).__name__}"


def test_an_outage_of_the_database_is_no_fault_of_the_row(runtime: Runtime) -> None:
    runtime.__dict__["gateway"] = Gateway(fails(OperationalError("SELECT", {}, Exception("gone"))))

    with pytest.raises(OperationalError):
        stages.ask(runtime, 1)

    assert row(runtime).given_back == 0


def test_a_write_waits_for_a_database_that_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", waits.append)

    def write(value: int) -> int:
        if len(waits) < 3:
            raise OperationalError("INSERT", {}, Exception("gone"))
        return value

    assert patiently(write, 7) == 7
    assert len(waits) == 3
