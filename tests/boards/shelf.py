"""The boards by name, each made into a file, or found there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.boards.cast import Cast
from tests.boards.folder import BoardFolder
from tests.boards.playing import BoardPlayer
from tests.boards.quarter import quarter
from yzindex.records.database import Database


def _play(database: Database, cast: Cast) -> None:
    BoardPlayer(database, cast).play()


def make_quarter(database: Path) -> BoardFolder:
    """Ninety days of twelve models."""
    board = BoardFolder(database=database, cast=quarter())
    board.make(_play)
    return board


BOARDS: Mapping[str, Callable[[Path], BoardFolder]] = {"quarter": make_quarter}
