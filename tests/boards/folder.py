"""A board on disk: its database, its fleet and its bank in one folder, and the environment that serves them."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from deploy.fleet_file import write_fleet
from tests.boards.cast import Cast
from yzindex.bank.files import Bank
from yzindex.records.database import Database
from yzindex.records.migrating import migrate


@dataclass(frozen=True, kw_only=True)
class BoardFolder:
    """Where a board lies, and the day that it has come to."""

    database: Path
    cast: Cast

    @property
    def last_day(self) -> date:
        return self.cast.began + timedelta(days=self.cast.days)

    @property
    def address(self) -> str:
        return f"sqlite:///{self.database.resolve()}"

    def make(self, play: Callable[[Database, Cast], None]) -> None:
        """Play the board into its database, unless that is there already, perhaps with tables of an earlier version.

        Half a board is never left behind.
        """
        if self.database.exists():
            # Its fleet and its bank are there, too; whoever reads them meanwhile would find them half written.
            self._migrate()
            return
        self._write_fleet_and_bank()
        unfinished = self.database.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        database = Database(f"sqlite:///{unfinished.resolve()}")
        try:
            migrate(database)
            play(database, self.cast)
        finally:
            database.close()
        _empty_the_log(unfinished)
        unfinished.rename(self.database)

    def _migrate(self) -> None:
        database = Database(self.address)
        migrate(database)
        database.close()

    def environment(self, port: int = 0) -> dict[str, str]:
        """What `python -m api` needs to serve it, living on the board's last day."""
        ours = {
            "DATABASE_URL": self.address,
            "YZ_DATA_DIR": str(self.database.parent.resolve()),
            "YZ_MODELS_FILE": str(self._fleet.resolve()),
            "YZ_BANK_DIR": str(self._bank.resolve()),
            "YZ_TIMEZONE": self.cast.timezone,
            "YZ_API_PORT": str(port),
            "YZ_SIMULATED_DAYS_AHEAD": str((self.last_day - date.today()).days),  # noqa: DTZ011  to the nearest day
        }
        return {name: value for name, value in os.environ.items() if not name.startswith("YZ_")} | ours

    @property
    def _fleet(self) -> Path:
        return self.database.parent / "fleet.toml"

    @property
    def _bank(self) -> Path:
        return self.database.parent / "bank"

    def _write_fleet_and_bank(self) -> None:
        self.database.parent.mkdir(parents=True, exist_ok=True)
        write_fleet(self.cast.fleet, self._fleet)
        write_bank(self.cast.bank, self._bank)


def write_bank(bank: Bank, folder: Path) -> None:
    """Write a bank so that `load_bank` gives the same one."""
    folder.mkdir(exist_ok=True)
    (folder / "questions.jsonl").write_text("\n".join(question.canonical() for question in bank.questions))
    (folder / "VERSION").write_text(bank.version)


def _empty_the_log(database: Path) -> None:
    """Write what is still in the write-ahead log into the file itself, which is then all there is."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
