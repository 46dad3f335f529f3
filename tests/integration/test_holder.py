"""Rows whose holder died on this machine are free at once; rows of holders elsewhere wait for their lease."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import select, update

from tests import rows
from worker.holder import holder_of_this_process, is_dead, release_rows_of_the_dead
from yzindex.dimensions import Dimension
from yzindex.grading.spec import Needs
from yzindex.records import answers, outbox, regrades
from yzindex.records.database import Database
from yzindex.records.regrade_plans import GradingDay, plan_regrades
from yzindex.records.states import AnswerState, RegradePurpose
from yzindex.records.tables import Answer

LEASE_S = 60.0


@pytest.fixture
def answer_id(database: Database) -> int:
    rows.submit(database, [rows.question(Dimension.EXECUTION, 1)], rows.FLEET.models[:1])
    with database.read() as session:
        return session.exec(select(Answer.id)).one() or 0


def dead_holder() -> str:
    """The name of a process that has ended."""
    program = "from worker.holder import holder_of_this_process as name; print(name())"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def claimed(database: Database, answer_id: int, owner: str) -> None:
    assert answers.claim_to_ask(database, answer_id, owner=owner, lease_s=LEASE_S)


def being_published(database: Database, answer_id: int, owner: str) -> None:
    assert outbox.take_to_publish(database, outbox.due(database, epoch="e"), token=owner, epoch="e")


def being_published_again(database: Database, answer_id: int, owner: str) -> None:
    being_published(database, answer_id, "first")
    outbox.note_published(database, token="first")
    assert outbox.take_to_publish(database, outbox.due(database, epoch="f"), token=owner, epoch="f")


def handed_over(database: Database, answer_id: int, owner: str) -> None:
    claim = answers.claim_to_ask(database, answer_id, owner=owner, lease_s=LEASE_S)
    assert claim
    assert answers.store_reply(database, claim, rows.model_reply("paid for"))


@pytest.mark.parametrize("hold", [claimed, being_published, being_published_again, handed_over])
def test_what_a_dead_process_of_this_machine_held_is_due_at_once(
    database: Database, answer_id: int, hold: Callable[[Database, int, str], None]
) -> None:
    hold(database, answer_id, dead_holder())
    assert outbox.due(database, epoch="f") == []

    assert release_rows_of_the_dead(database) == 1

    assert [row.id for row in outbox.due(database, epoch="f")] == [answer_id]
    assert release_rows_of_the_dead(database) == 0


def test_a_stored_answer_that_a_dead_process_graded_again_is_due_at_once(database: Database, answer_id: int) -> None:
    with database.write() as session:
        session.exec(update(Answer).values(state=AnswerState.GRADED, score=Decimal(100)))
        on = GradingDay(day=date(2026, 11, 20), grader_version="3", judge_set_version="none")
        plan_regrades(session, [answer_id], RegradePurpose.CONFIRMATION, on)
    (regrade_id,) = regrades.regrades_due(database, tuple(Needs), limit=2)
    assert regrades.claim_regrade(database, regrade_id, owner=dead_holder(), lease_s=LEASE_S)
    assert regrades.regrades_due(database, tuple(Needs), limit=2) == []

    assert release_rows_of_the_dead(database) == 1

    assert regrades.regrades_due(database, tuple(Needs), limit=2) == [regrade_id]


@pytest.mark.parametrize("hold", [claimed, being_published, handed_over])
def test_what_the_living_hold_is_left_to_them(
    database: Database, answer_id: int, hold: Callable[[Database, int, str], None]
) -> None:
    hold(database, answer_id, holder_of_this_process())

    assert release_rows_of_the_dead(database) == 0


def test_of_a_process_on_another_machine_or_in_another_namespace_nothing_is_known() -> None:
    host, word, boot, namespace, pid, started = dead_holder().split()

    assert is_dead(" ".join((host, word, boot, namespace, pid, started)))
    assert not is_dead(" ".join(("elsewhere", word, boot, namespace, pid, started)))
    assert not is_dead(" ".join((host, word, "another-boot", namespace, pid, started)))
    assert not is_dead(" ".join((host, word, boot, "pid:[1]", pid, started)))
    assert not is_dead("publisher:00ff")


def test_a_process_that_only_waits_to_be_buried_is_dead() -> None:
    program = "from worker.holder import holder_of_this_process as name; print(name(), flush=True)"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as zombie:
        assert zombie.stdout
        name = zombie.stdout.read().strip()
        os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)  # until it has ended, and without burying it

        assert is_dead(name)


@pytest.mark.parametrize("hidden", [FileNotFoundError, PermissionError])
def test_a_living_process_that_the_system_hides_is_not_taken_for_dead(
    monkeypatch: pytest.MonkeyPatch, hidden: type[OSError]
) -> None:
    name = holder_of_this_process()
    read = Path.read_text

    def hide(path: Path, *arguments: str, **options: str) -> str:
        if path.name == "stat":
            raise hidden(path)
        return read(path, *arguments, **options)

    monkeypatch.setattr(Path, "read_text", hide)

    assert not is_dead(name)
