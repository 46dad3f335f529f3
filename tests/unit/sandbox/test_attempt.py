"""What becomes of a wall limit: it is believed only after another run, alone."""

from __future__ import annotations

import fcntl
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox import Case, CaseRecord, Limit, Limits, Outcome, Program, alone
from sandbox.attempt import Attempt, run_attempts

DONE = CaseRecord(
    outcome=Outcome.COMPLETED, limit=None, exit_status=0, stdout=b"", stderr=b"", value=None, cpu_s=0.1, wall_s=0.1
)
WALL = replace(DONE, outcome=Outcome.TIME_LIMIT, limit=Limit.WALL, exit_status=-9)
CPU = replace(WALL, limit=Limit.CPU)


@pytest.fixture(autouse=True)
def _own_locks(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


class Tries:
    """Gives these records one after the other, for as many cases as each try has."""

    def __init__(self, *records: CaseRecord) -> None:
        self.left = list(records)
        self.programs: list[Program] = []

    def __call__(self, program: Program, **_: bool) -> Attempt:
        self.programs.append(program)
        cases = tuple(self.left.pop(0) for _ in program.cases)
        return Attempt(container_id=str(len(self.programs)), image="", cases=cases, cut_short_by=None)


def program(cases: int) -> Program:
    return Program(source="", cases=tuple(Case(stdin=b"%d" % number) for number in range(cases)))


def ran(tries: Tries, cases: int) -> list[CaseRecord]:
    return list(run_attempts(program(cases), tries, engine="").cases)


def test_a_case_that_hits_only_the_wall_limit_is_run_again_and_the_second_run_counts():
    tries = Tries(DONE, WALL, DONE, DONE)

    assert ran(tries, 3) == [DONE, DONE, DONE]
    assert [[case.stdin for case in each.cases] for each in tries.programs] == [[b"0", b"1", b"2"], [b"1"]]


def test_what_hits_it_again_is_believed():
    tries = Tries(WALL, DONE, WALL, WALL, DONE)

    assert ran(tries, 3) == [WALL, DONE, DONE]
    assert [[case.stdin for case in each.cases] for each in tries.programs] == [[b"0", b"1", b"2"], [b"0", b"2"]]


def test_what_a_second_run_shows_of_the_program_counts():
    wrong = replace(DONE, outcome=Outcome.RUNTIME_ERROR, exit_status=1)

    assert ran(Tries(WALL, wrong), 1) == [wrong]


def test_cpu_seconds_are_the_programs_own_and_believed_at_once():
    tries = Tries(CPU, DONE)

    assert ran(tries, 2) == [CPU, DONE]
    assert len(tries.programs) == 1


def test_a_second_run_takes_twice_the_wall_seconds_of_a_case_and_no_longer_than_the_first():
    given_s = []
    for total_wall_s in (300, 40):
        tries = Tries(WALL, WALL, WALL, WALL)
        run_attempts(replace(program(2), limits=Limits(wall_s=30, total_wall_s=total_wall_s)), tries, engine="")
        given_s.append(tries.programs[1].limits.total_wall_s)

    assert given_s == [60, 40]


@pytest.mark.parametrize(("tries", "believed"), [(1, Outcome.COMPLETED), (2, Outcome.MEMORY_LIMIT)])
def test_a_place_whose_memory_ran_out_before_the_first_case_is_tried_once_more(tries, believed):
    left = [Attempt(container_id="", image="", cases=(), cut_short_by=(Outcome.MEMORY_LIMIT, Limit.MEMORY))] * tries
    asked = []

    def attempt(program: Program, *, fresh: bool, suspected: bool) -> Attempt:
        asked.append((fresh, suspected))
        return left.pop() if left else Attempt(container_id="", image="", cases=(DONE, DONE), cut_short_by=None)

    cases = run_attempts(program(2), attempt, engine="").cases

    assert [case.outcome for case in cases] == [believed] * 2
    assert asked == [(False, False), (True, True)]


def test_memory_that_runs_out_after_a_case_is_believed_at_once():
    cut_short = Attempt(container_id="", image="", cases=(DONE,), cut_short_by=(Outcome.MEMORY_LIMIT, Limit.MEMORY))

    record = run_attempts(program(2), lambda *_, **__: cut_short, engine="")

    assert [case.outcome for case in record.cases] == [Outcome.COMPLETED, Outcome.MEMORY_LIMIT]


def until_locked(folder: Path, name: str) -> None:
    """Wait until another holds one of the two locks."""
    deadline = time.monotonic() + 20
    (locks,) = folder.iterdir()
    with (locks / name).open("rb") as file:
        while time.monotonic() < deadline:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            fcntl.flock(file, fcntl.LOCK_UN)
            time.sleep(0.005)
    raise AssertionError(f"nobody locked {name}")


def test_who_is_alone_waits_for_those_that_run_and_newcomers_wait_for_it(tmp_path):
    order: list[str] = []
    running, may_end = threading.Event(), threading.Event()

    def first() -> None:
        with alone.together():
            running.set()
            may_end.wait(20)
            order.append("first ends")

    def by_itself() -> None:
        with alone.alone():
            order.append("alone")

    def newcomer() -> None:
        with alone.together():
            order.append("newcomer")

    threads = [threading.Thread(target=each) for each in (first, by_itself, newcomer)]
    threads[0].start()
    running.wait(20)
    threads[1].start()
    until_locked(tmp_path, "gate")
    threads[2].start()
    time.sleep(0.2)
    assert order == []
    may_end.set()
    for thread in threads:
        thread.join(20)

    assert order == ["first ends", "alone", "newcomer"]


@pytest.mark.parametrize("how", [alone.together, alone.alone])
def test_who_cannot_have_the_lock_goes_on_after_a_while(monkeypatch, how):
    monkeypatch.setattr(alone, "MOST_WAITED_S", 0.05)

    with alone.alone(), how():
        pass


def test_a_second_run_gets_a_place_made_for_it():
    asked = []

    def attempt(program: Program, *, fresh: bool, suspected: bool) -> Attempt:
        asked.append((fresh, suspected))
        return Attempt(container_id="", image="", cases=(WALL,), cut_short_by=None)

    run_attempts(program(1), attempt, engine="")

    assert asked == [(False, False), (True, False)]


def test_a_place_that_went_away_makes_the_next_one_suspected():
    asked = []

    def attempt(program: Program, *, fresh: bool, suspected: bool) -> Attempt:
        asked.append((fresh, suspected))
        return Attempt(container_id="", image="", cases=(), cut_short_by=None)

    (case,) = run_attempts(program(1), attempt, engine="").cases

    assert asked == [(False, False), (True, True)]
    assert (case.outcome, case.limit) == (Outcome.RUNTIME_ERROR, None)


def test_several_run_together():
    with alone.together(), alone.together():
        pass


def test_a_folder_of_another_user_is_refused(tmp_path, monkeypatch):
    from sandbox import SandboxUnavailable

    monkeypatch.setattr("os.getuid", lambda: 4321)
    (tmp_path / "yz-sandbox-locks-4321").mkdir()

    with pytest.raises(SandboxUnavailable, match="belongs to another user"), alone.together():
        pass
