"""Who a program is made to be, before bubblewrap starts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sandbox.bwrap import walls
from sandbox.inside import NOBODY


@pytest.fixture
def uid_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(walls, "_UID_MAP", tmp_path / "uid_map")
    monkeypatch.setattr(os, "getuid", lambda: 0)
    return tmp_path / "uid_map"


def test_root_gives_every_program_a_user_of_its_own(uid_map):
    uid_map.write_text("         0          0 4294967295\n")

    uids = {walls.uid_for_one_program() for _ in range(20)}

    assert len(uids) == 20
    assert all(uid is not None and 1_900_000_000 <= uid < 2_100_000_000 for uid in uids)


def test_where_so_high_a_user_does_not_exist_root_becomes_nobody(uid_map):
    uid_map.write_text("         0     100000      65536\n     70000     300000      10\n")

    assert walls.uid_for_one_program() == NOBODY


def test_another_user_stays_who_it_is(uid_map, monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 1000)

    assert walls.uid_for_one_program() is None
