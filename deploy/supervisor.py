"""Keep children running: start them in stages, start the dead again, stop them in reverse order.

Has no thread of its own: whoever holds it calls `tend` a few times a second.
"""

import time
from collections.abc import Callable, Sequence

from deploy.child import Child, Recipe
from deploy.faults import ChildFailed
from deploy.patience import Patience

Say = Callable[[str], None]

START_WITHIN_S = 90.0
#: A worker touches its file every few seconds; one that has not for this long hangs.
HEARTBEAT_WITHIN_S = 60.0
_TICK_S = 0.05


class Supervisor:
    """The children, in the stages they were started in."""

    def __init__(self, say: Say, clock: Callable[[], float] = time.monotonic) -> None:
        self._say = say
        self._clock = clock
        self._stages: list[list[_Kept]] = []

    def start(self, recipes: Sequence[Recipe]) -> None:
        """Start a stage and return when all of it is ready.

        Raises `ChildFailed` when one ends before, or is not ready in time: a first start is not tried again.
        """
        stage: list[_Kept] = []
        self._stages.append(stage)
        # One by one into the stage: what was started before a failure is there to be stopped.
        stage.extend(_Kept(recipe, self._clock) for recipe in recipes)
        deadline = self._clock() + START_WITHIN_S
        waiting = stage
        while waiting := [kept for kept in waiting if not kept.child.is_ready()]:
            _refuse_unready(waiting, late=self._clock() > deadline)
            time.sleep(_TICK_S)

    def tend(self) -> None:
        """Look after every child once; raise `ChildFailed` for one that keeps dying."""
        for kept in self._kept():
            kept.tend(self._say)

    def _kept(self) -> "list[_Kept]":
        return [kept for stage in self._stages for kept in stage]

    def child(self, name: str) -> Child:
        """The running process of that name."""
        return next(kept.child for kept in self._kept() if kept.child.recipe.name == name)

    def stop(self) -> None:
        """Stop the last stage first; ask, wait a bounded time, then kill. An interrupt while waiting kills at once."""
        try:
            for stage in reversed(self._stages):
                self._stop_stage([kept.child for kept in stage])
        finally:
            for kept in self._kept():
                kept.child.end()
            self._stages.clear()

    def _stop_stage(self, children: list[Child]) -> None:
        for child in children:
            child.ask_to_end()
        started = self._clock()
        while waiting := [child for child in children if not child.has_ended()]:
            for child in waiting:
                if self._clock() - started > child.recipe.stop_s:
                    self._say(f"{child.recipe.name} did not end within {child.recipe.stop_s:g} s and was killed")
                    child.end()
            time.sleep(_TICK_S)
        for child in children:
            child.end()


class _Kept:
    """A child that is started again when it dies or hangs."""

    def __init__(self, recipe: Recipe, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._patience = Patience()
        self._again_at: float | None = None
        self.child = Child(recipe)
        self._begin_watch()

    def tend(self, say: Say) -> None:
        if self._again_at is not None:
            if self._clock() >= self._again_at:
                self.child = Child(self.child.recipe)
                self._again_at = None
                self._begin_watch()
        elif (fault := self._fault()) is not None:
            self._bury(fault, say)

    def _fault(self) -> str | None:
        if self.child.has_ended():
            return f"ended with {self.child.end()}"
        if self._hangs():
            self.child.end()
            return f"gave no sign of life for {HEARTBEAT_WITHIN_S:g} s and was killed"
        return None

    def _bury(self, fault: str, say: Say) -> None:
        name, log = self.child.recipe.name, self.child.recipe.log
        now = self._clock()
        wait_s = self._patience.after_death(lived_s=now - self._started, now=now)
        if wait_s is None:
            raise ChildFailed(f"{name} keeps dying: it {fault}. The end of {log}:\n{self.child.tail()}")
        say(f"{name} {fault}; starting it again in {wait_s:g} s (see {log})")
        self._again_at = now + wait_s

    def _begin_watch(self) -> None:
        self._started = self._seen_at = self._clock()
        self._seen: int | None = None

    def _hangs(self) -> bool:
        """Watch the file change by our own clock: after a suspended night every file on disk looks old."""
        heartbeat = self.child.recipe.heartbeat
        if heartbeat is None:
            return False
        touched = heartbeat.stat().st_mtime_ns if heartbeat.exists() else None
        if touched != self._seen:
            self._seen, self._seen_at = touched, self._clock()
        return self._clock() - self._seen_at > HEARTBEAT_WITHIN_S


def _refuse_unready(waiting: "list[_Kept]", *, late: bool) -> None:
    for child in (kept.child for kept in waiting):
        if child.has_ended():
            fault = f"did not start: it ended with {child.end()}"
        elif late:
            fault = f"was not ready within {START_WITHIN_S:g} s"
        else:
            continue
        raise ChildFailed(f"{child.recipe.name} {fault}. The end of {child.recipe.log}:\n{child.tail()}")
