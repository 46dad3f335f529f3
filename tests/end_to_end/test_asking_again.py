"""A model is lowered in the simulated provider, and the whole stack finds out by asking it again: on PostgreSQL, and
though the worker that asks is killed while it does. On SQLite the demo's story goes the same way.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from api.client import Client
from api.shapes.runs import RunRequest
from deploy.stack import Simulation, Stack
from tests.chaos.servers import postgres
from yzindex.records.analyses import troubles
from yzindex.records.database import Database
from yzindex.records.states import AnswerState, Direction, RunKind, RunStatus
from yzindex.records.tables import Answer, ConfirmedChange, Regrade, Run, StoredConfirmation
from yzindex.settings import SandboxChoice, Settings

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.bubblewrap,
    pytest.mark.postgres_programs,
    pytest.mark.timeout(400),
]

WITHIN_S = 150
FALLEN = "sim/opal"


def fleet(folder: Path, ability: float) -> Path:
    """A simulated fleet; one of its models has this ability in logits. Slow enough to be killed while it is asked."""
    file = folder / f"fleet{ability:g}.toml"
    models = {"sim/agate": 2.5, FALLEN: ability, "sim/onyx": 2.0}
    file.write_text(
        "[latency]\nmean_s = 0.8\nspread_s = 0.4\n"
        + "".join(f'[[models]]\nname = "{name}"\nability = {{ default = {value} }}\n' for name, value in models.items())
    )
    return file


@contextmanager
def running(folder: Path, ability: float, address: str) -> Iterator[Stack]:
    settings = Settings(
        data_dir=folder / "state",
        database_url=address,
        api_port=0,
        flower_port=0,
        sandbox_concurrency=2,
        daily_run=False,
        sandbox=SandboxChoice.BUBBLEWRAP,
    )
    with Stack(settings, simulation=Simulation(seed=5, config=fleet(folder, ability))) as stack:
        yield stack


def until(stack: Stack, holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < deadline, f"not within {WITHIN_S} s: {what}"
        stack.tend()
        time.sleep(0.1)


def all_ended(database: Database) -> bool:
    """Whether no run and no regrade is open."""
    with database.read() as session:
        runs = session.exec(select(Run.number).where(Run.finished_at == None)).first()  # noqa: E711
        regrades = session.exec(select(Regrade.id).where(Regrade.made_at == None)).first()  # noqa: E711
    return runs is None and regrades is None


def a_day_passes(database: Database) -> None:
    """Put everything that has happened a day back."""
    with database.write() as session:
        for run in session.exec(select(Run)):
            run.created_at -= timedelta(days=1)
            session.add(run)
        for regrade in session.exec(select(Regrade)):
            regrade.day -= timedelta(days=1)
            session.add(regrade)


def answers(database: Database, run: int, *states: AnswerState) -> list[Answer]:
    with database.read() as session:
        found = session.exec(select(Answer).where(Answer.run_number == run)).all()
    return [answer for answer in found if not states or answer.state in states]


def kill_who_asks(stack: Stack, database: Database, run: int) -> set[str]:
    """Kill the worker that asks models, half way through a run; return the questions whose replies die with it."""
    until(stack, lambda: _is_half_way(database, run), "half of the questions asked")
    worker = stack.child("models").pid
    os.kill(worker, signal.SIGSTOP)  # so that what it holds stays what it is while it is read
    held = {answer.question_id for answer in answers(database, run, AnswerState.ASKING)}
    os.kill(worker, signal.SIGKILL)
    return held


def _is_half_way(database: Database, run: int) -> bool:
    found = answers(database, run)
    return (
        2 * sum(answer.reply is not None for answer in found) >= len(found)
        or sum(answer.state is AnswerState.PENDING for answer in found) == 0
    )


def requests(stack: Stack) -> Counter[str]:
    """How often the provider was asked each question, by its own log."""
    lines = stack.folder.simulated_log.read_text().splitlines()
    return Counter(entry["question"] for entry in map(json.loads, lines) if entry["model"] == FALLEN)


def test_a_model_that_is_lowered_is_asked_again_until_its_drop_is_confirmed_though_the_worker_that_asks_is_killed(
    tmp_path: Path,
) -> None:
    with postgres() as server:
        with running(tmp_path, 2.5, server.address) as stack, Client(stack.api) as client:
            database = Database(stack.settings.database_address)
            client.submit(RunRequest(kind=RunKind.CALIBRATION))
            until(stack, lambda: all_ended(database), "calibrated")
        a_day_passes(database)

        with running(tmp_path, -4.0, server.address) as stack, Client(stack.api) as client:
            before = requests(stack)
            first = client.confirm(FALLEN).number
            held = kill_who_asks(stack, database, first)
            until(stack, lambda: all_ended(database), "asked by hand")
            asked = requests(stack) - before
            a_day_passes(database)
            client.submit(RunRequest())
            until(stack, lambda: bool(confirmed(database)), "confirmed")
            by_hand = client.run(first)

        assert held
        assert by_hand.status is RunStatus.CONCLUDED
        assert {answer.state for answer in answers(database, first)} == {AnswerState.GRADED}
        # Once each, and once more what the dead worker had asked and could not keep.
        assert set(asked) == {question.id for question in by_hand.questions}
        assert {question for question, times in asked.items() if times > 1} <= held
        assert max(asked.values()) <= 2
        (change,) = confirmed(database)
        assert (change.model, change.direction) == (FALLEN, Direction.FALL)
        assert change.size < -20
        assert change.run_number > first
        with database.read() as session:
            filed = [each.by_hand for each in session.exec(select(StoredConfirmation).order_by("run_number"))]
            assert troubles(session) == {}
        assert filed[0]
        assert not all(filed)
        database.close()


def confirmed(database: Database) -> list[ConfirmedChange]:
    with database.read() as session:
        return list(session.exec(select(ConfirmedChange)))
