"""By its name, whose cgroup a folder is, and whether anybody is going to remove it."""

from __future__ import annotations

import time

import pytest

from sandbox.owner import folder_name, is_abandoned_folder, is_folder_of_ours


def test_a_folder_of_a_living_owner_is_not_abandoned_within_its_time():
    name = folder_name("c0ffee", 60)

    assert is_folder_of_ours(name)
    assert name.endswith("c0ffee")
    assert not is_abandoned_folder(name)


def test_a_folder_of_a_living_owner_is_not_abandoned_by_a_clock_that_was_set(monkeypatch):
    name = folder_name("c0ffee", 60)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 7200)

    assert not is_abandoned_folder(name)


def test_a_folder_of_a_dead_owner_is_abandoned_at_once(monkeypatch):
    monkeypatch.setattr("sandbox.process._started", lambda pid: "1")
    name = folder_name("c0ffee", 60)
    monkeypatch.undo()

    assert is_abandoned_folder(name)


@pytest.mark.parametrize(("after_s", "abandoned"), [(58, False), (61, True)])
def test_a_folder_of_an_owner_that_cannot_be_seen_is_abandoned_when_its_time_is_up(monkeypatch, after_s, abandoned):
    monkeypatch.setattr("sandbox.process._pid_namespace", lambda: "pid:[1]")
    name = folder_name("c0ffee", 60)
    monkeypatch.undo()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + after_s)

    assert is_abandoned_folder(name) is abandoned


@pytest.mark.parametrize(
    "name", ["", "docker", "yz-sandbox", "yz-sandbox,", "system.slice", "yz-sandbox,a,b,c,d,1,e,f"]
)
def test_a_folder_of_others_is_never_abandoned(name):
    assert not is_abandoned_folder(name)
