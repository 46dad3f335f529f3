"""What one process holds for itself: one for all its threads, another after a fork."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox.per_process import PerProcess


class Held:
    """Remembers what was done to it."""

    def __init__(self) -> None:
        self.was: list[str] = []

    def close(self) -> None:
        self.was.append("closed")

    def disown(self) -> None:
        self.was.append("disowned")


@pytest.fixture
def held() -> PerProcess[Held]:
    return PerProcess(Held)


def test_all_threads_get_the_same(held):
    with ThreadPoolExecutor(4) as pool:
        given = list(pool.map(lambda _: held.get(), range(20)))

    assert all(each is given[0] for each in given)


def test_it_is_closed_once_and_another_made_afterwards(held):
    first = held.get()

    held.close()
    held.close()

    assert first.was == ["closed"]
    assert held.get() is not first


def test_what_was_never_made_is_not_made_to_be_closed():
    PerProcess(lambda: pytest.fail("made")).close()


@pytest.mark.parametrize("act", ["get", "close"])
def test_a_child_lets_go_of_its_parents(held, monkeypatch, act):
    first, parent = held.get(), os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: parent + 1)

    getattr(held, act)()

    assert first.was == ["disowned"]
    assert held.get() is not first
