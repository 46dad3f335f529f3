"""The boards by name, each made into a file, or found there."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.boards.cast import Cast
from tests.boards.folder import BoardFolder
from tests.boards.hostile import hostile, write_hostile
from tests.boards.playing import BoardPlayer
from tests.boards.quarter import quarter
from tests.boards.wholesale import WholesaleWriter
from tests.boards.year import year
from yzindex.records.database import Database


def make_quarter(database: Path) -> BoardFolder:
    """Ninety days of twelve models."""
    return _made(database, quarter(), lambda rows, cast: BoardPlayer(rows, cast).play())


def make_year(database: Path) -> BoardFolder:
    """A year of thirty models."""
    return _made(database, year(), lambda rows, cast: WholesaleWriter(rows, cast).write())


def make_hostile(database: Path) -> BoardFolder:
    """A week of six models whose every text is hostile."""
    return _made(database, hostile(), write_hostile)


BOARDS: Mapping[str, Callable[[Path], BoardFolder]] = {
    "quarter": make_quarter,
    "year": make_year,
    "hostile": make_hostile,
}


def _made(file: Path, cast: Cast, play: Callable[[Database, Cast], None]) -> BoardFolder:
    board = BoardFolder(database=file, cast=cast)
    board.make(play)
    return board


def shared_board(name: str, folders: pytest.TempPathFactory) -> BoardFolder:
    """Make a board once for all processes of a test session; whoever comes first makes others wait.

    Only to be read: tests of other processes look at the same one.
    """
    # Each process of pytest-xdist has a folder of its own in the session's.
    root = folders.getbasetemp().parent if os.environ.get("PYTEST_XDIST_WORKER") else folders.getbasetemp()
    folder = root / f"board-{name}"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return BOARDS[name](folder / "yz.sqlite3")
