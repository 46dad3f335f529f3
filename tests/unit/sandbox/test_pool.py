"""The pool of waiting containers, without an engine: each serves once, is replaced, and none is left."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from sandbox import Case, Limits, Program, SandboxUnavailable, pool
from sandbox.pool import Pool
from sandbox.program import ContainerLimits

PROGRAM = Program(source="pass", cases=(Case(),))


class Engine:
    """Makes containers that only remember what was done to them."""

    def __init__(self) -> None:
        self.made: list[SimpleNamespace] = []
        self.removed: list[str] = []
        self.disowned: list[str] = []
        self.reaps = 0
        self.works = True
        self._names = map(str, itertools.count())

    def make(self, limits: ContainerLimits, lifetime_s: float) -> SimpleNamespace:
        self._require()
        container = SimpleNamespace(
            id=next(self._names),
            limits=limits,
            lifetime_s=lifetime_s,
            waits=True,
            hang_up=lambda: None,
            finished=True,
        )
        container.remove = lambda: self.remove(container.id)
        container.disown = lambda: self.disowned.append(container.id)
        self.made.append(container)
        return container

    def remove(self, name: str) -> None:
        self._require()
        self.removed.append(name)

    def reap(self) -> None:
        self.reaps += 1

    def _require(self) -> None:
        if not self.works:
            raise SandboxUnavailable("the engine is away")

    @property
    def left(self) -> set[str]:
        return {each.id for each in self.made} - set(self.removed)


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def opened(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], Pool[Any]]]:
    monkeypatch.setattr(pool, "_PAUSE_S", 0.01)
    pools = []

    def open_with(size: int) -> Pool[Any]:
        pools.append(Pool(engine.make, engine.reap, size=size, limits=PROGRAM.limits.of_container))
        pools[-1].begin()
        return pools[-1]

    yield open_with
    for each in pools:
        each.close()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def program(**limits: float) -> Program:
    return Program(source="pass", cases=(Case(),), limits=Limits(**limits))  # type: ignore[arg-type]


def test_it_is_filled_before_anybody_asks(engine, opened):
    waiting = opened(3)

    until(lambda: waiting.waiting == 3)

    assert len(engine.made) == 3


def test_each_container_serves_one_program_and_is_replaced_and_removed(engine, opened):
    waiting = opened(2)
    until(lambda: waiting.waiting == 2)
    lent = []
    for _ in range(5):
        with waiting.container(PROGRAM) as container:
            lent.append(container.id)

    until(lambda: set(lent) <= set(engine.removed) and waiting.waiting == 2)

    assert len(set(lent)) == 5
    assert {*lent[:2]} == {"0", "1"}
    assert len(engine.left) == 2


def test_while_containers_wait_programs_have_the_engine_to_themselves(engine, opened, monkeypatch):
    quiet_after_s = pool._QUIET_AFTER_S
    monkeypatch.setattr(pool, "_QUIET_AFTER_S", 1e6)  # no moment is quiet
    waiting = opened(3)
    until(lambda: waiting.waiting == 3)

    for _ in range(2):
        with waiting.container(PROGRAM):
            assert waiting._work(time.monotonic()) is None
        assert waiting._work(time.monotonic()) is None
    assert (len(engine.made), engine.removed, waiting.waiting) == (3, [], 1)

    with waiting.container(PROGRAM):  # none waits any more
        until(lambda: waiting.waiting >= 1)
    monkeypatch.setattr(pool, "_QUIET_AFTER_S", quiet_after_s)
    with waiting.container(PROGRAM):
        pass
    until(lambda: waiting.waiting == 3 and len(engine.left) == 3)


def test_what_may_still_run_is_removed_at_once(engine, opened, monkeypatch):
    monkeypatch.setattr(pool, "_QUIET_AFTER_S", 1e6)
    waiting = opened(3)
    until(lambda: waiting.waiting == 3)

    with waiting.container(PROGRAM):
        pass
    with waiting.container(PROGRAM) as hanging:
        hanging.finished = False

    until(lambda: engine.removed == [hanging.id])


def test_more_programs_at_once_than_containers_get_one_each(engine, opened):
    waiting = opened(1)
    until(lambda: waiting.waiting == 1)

    with waiting.container(PROGRAM) as one, waiting.container(PROGRAM) as two, waiting.container(PROGRAM) as three:
        assert len({one.id, two.id, three.id}) == 3


def test_a_fresh_one_is_made_on_request(engine, opened):
    waiting = opened(1)
    until(lambda: waiting.waiting == 1)

    with waiting.container(PROGRAM, fresh=True) as container:
        assert container.id != "0"

    assert waiting.waiting == 1


@pytest.mark.parametrize("limits", [{"memory_mib": 512}, {"pids": 5}, {"tmp_mib": 1}, {"total_wall_s": 3600}])
def test_a_program_that_fits_none_that_wait_gets_one_of_its_own(engine, opened, limits):
    waiting = opened(1)
    until(lambda: waiting.waiting == 1)
    other = program(**limits)

    with waiting.container(other) as container:
        assert container.limits == other.limits.of_container
        assert container.lifetime_s > other.limits.total_wall_s

    assert engine.removed == [container.id] != ["0"]
    assert waiting.waiting == 1


def test_one_of_no_size_makes_and_removes_at_once(engine, opened):
    waiting = opened(0)

    with waiting.container(PROGRAM) as container:
        assert engine.left == {container.id}

    assert engine.left == set()


def test_in_a_child_it_lets_go_of_what_stays_its_owners(engine, opened):
    waiting = opened(2)
    until(lambda: waiting.waiting == 2)
    in_child = threading.Thread(target=waiting.disown, daemon=True)

    with waiting._changed:  # as a thread that the child does not have may have left it
        in_child.start()
        in_child.join(20)

    assert sorted(engine.disowned) == ["0", "1"]
    assert engine.removed == []


def test_while_a_program_runs_that_fits_none_that_wait_the_engine_is_left_alone_too(engine, opened):
    waiting = opened(2)
    until(lambda: waiting.waiting == 2)
    with waiting.container(PROGRAM), waiting.container(program(memory_mib=512)):
        pass  # the first used one waits for its removal

    with waiting.container(program(memory_mib=512)):
        assert waiting._work(time.monotonic()) is None


def test_without_threads_it_makes_what_is_asked_for_and_waits_for_nothing(engine, opened, monkeypatch, caplog):
    def fail(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", fail)
    waiting = opened(2)
    with waiting.container(PROGRAM) as container:
        assert container.id == "0"
    monkeypatch.undo()
    assert (waiting.waiting, "can't start new thread" in caplog.text) == (0, True)

    with waiting.container(PROGRAM):
        pass

    until(lambda: waiting.waiting == 2)


def test_one_whose_runner_has_gone_is_not_lent(engine, opened):
    waiting = opened(2)
    until(lambda: waiting.waiting == 2)
    gone = list(engine.made)
    for each in gone:
        each.waits = False

    with waiting.container(PROGRAM) as container:
        assert container not in gone

    until(lambda: {each.id for each in gone} <= set(engine.removed))


def test_one_that_waits_too_long_is_replaced(engine, opened, monkeypatch):
    monkeypatch.setattr(pool, "_REPLACED_AFTER_S", 0.05)
    waiting = opened(1)

    until(lambda: len(engine.removed) >= 3)

    assert engine.removed[:3] == ["0", "1", "2"]
    assert waiting.waiting <= 1


def test_abandoned_containers_are_looked_for_again_and_again(engine, opened, monkeypatch):
    monkeypatch.setattr(pool, "REAP_EVERY_S", 0.02)
    opened(1)

    until(lambda: engine.reaps >= 3)


def test_trouble_with_the_engine_is_told_to_whoever_asks_and_ends_with_it(engine, opened):
    engine.works = False
    waiting = opened(1)

    with pytest.raises(SandboxUnavailable, match="away"), waiting.container(PROGRAM):
        pass
    engine.works = True

    until(lambda: waiting.waiting == 1)


def test_a_container_that_could_not_be_removed_is_removed_later(engine, opened, monkeypatch):
    monkeypatch.setattr(pool, "REAP_EVERY_S", 0.05)
    failed, remove = threading.Event(), engine.remove

    def fail_once(name):
        if not failed.is_set():
            failed.set()
            raise SandboxUnavailable("the engine is busy")
        remove(name)

    engine.remove = fail_once
    waiting = opened(1)
    with waiting.container(PROGRAM) as container:
        pass

    until(lambda: container.id in engine.removed)
    assert failed.is_set()


def test_a_container_that_the_engine_keeps_costs_nobody_a_record(engine, opened, monkeypatch):
    monkeypatch.setattr(pool, "_MOST_WAITING", 0)
    waiting = opened(1)
    until(lambda: waiting.waiting == 1)

    with waiting.container(PROGRAM):
        engine.works = False

    engine.works = True


def test_one_that_the_engine_keeps_does_not_keep_others_from_being_made(engine, opened):
    def refuse(name):
        raise SandboxUnavailable("it stays")

    engine.remove = refuse
    waiting = opened(1)
    until(lambda: waiting.waiting == 1)
    for _ in range(3):
        with waiting.container(PROGRAM) as container:
            container.finished = False

        until(lambda: waiting.waiting == 1)


def test_closing_removes_all_that_the_engine_lets_go_of(engine, opened):
    waiting, remove = opened(3), engine.remove
    until(lambda: waiting.waiting == 3)

    def keep_the_first(name):
        if name == engine.made[0].id:
            raise SandboxUnavailable("it stays")
        remove(name)

    engine.remove = keep_the_first
    waiting.close()

    assert engine.left == {engine.made[0].id}
    assert engine.disowned == [engine.made[0].id]


def test_closing_lets_go_of_what_there_is_no_time_to_remove(engine, opened, monkeypatch):
    monkeypatch.setattr(pool, "_CLOSE_WITHIN_S", 0)
    waiting = opened(2)
    until(lambda: waiting.waiting == 2)

    waiting.close()

    assert engine.removed == []
    assert sorted(engine.disowned) == ["0", "1"]


def test_a_fault_of_ours_does_not_end_the_pools_threads(engine, opened, caplog):
    faults, make = [KeyError("State")], engine.make

    def fail_once(*args):
        if threading.current_thread().name == "sandbox pool" and faults:
            raise faults.pop()
        return make(*args)

    engine.make = fail_once
    waiting = opened(1)

    until(lambda: waiting.waiting == 1)

    assert "goes on after a fault" in caplog.text


def test_what_waits_for_removal_is_bounded(engine, opened, monkeypatch):
    monkeypatch.setattr(pool, "_MOST_WAITING", 0)
    waiting = opened(1)

    with waiting.container(PROGRAM) as container:
        pass

    assert container.id in engine.removed


def test_closed_it_leaves_nothing_even_of_what_was_being_made(engine, opened):
    slow, may_go_on = threading.Event(), threading.Event()
    make = engine.make

    def make_slowly(*args):
        slow.set()
        may_go_on.wait(20)
        return make(*args)

    engine.make = make_slowly
    waiting = opened(2)
    slow.wait(20)
    closing = threading.Thread(target=waiting.close)
    closing.start()
    may_go_on.set()
    closing.join(20)

    assert engine.left == set()
    waiting.close()


def test_a_program_that_ends_after_the_pool_removes_its_container(engine, opened):
    waiting = opened(1)
    with waiting.container(PROGRAM) as container:
        waiting.close()

    assert container.id in engine.removed
    assert engine.left == set()
