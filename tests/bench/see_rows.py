"""Time of working out what a board can see: `python -m tests.bench.see_rows [--models 30] [--days 365]`.

The board is that of `judge_rows`. Told is what a day's work takes, as a worker does it on the board's last day.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from api.shapes.sight import sight_body
from tests.bench.judge_rows import BEGAN, QUESTIONS, ZONE, timed, write_run
from worker import seeing
from worker.runtime import Runtime
from yzindex import clock
from yzindex.days import today
from yzindex.records.database import Database
from yzindex.records.migrating import migrate
from yzindex.records.sights import SightClaim, board_sight
from yzindex.records.tables import StoredQuestion
from yzindex.settings import Settings


def write_board(database: Database, *, models: int, days: int) -> None:
    migrate(database)
    chance = random.Random(1)
    with database.write() as session:
        session.add_all(
            StoredQuestion(digest=each.digest, question_id=each.id, body=each.canonical()) for each in QUESTIONS
        )
    for number in range(1, days + 1):
        write_run(database, number, models, chance)


def look(runtime: Runtime, claim: SightClaim | None) -> None:
    """Take portion after portion, and tell how long the longest took."""
    took_s = []
    while claim is not None:
        began = time.perf_counter()
        claim = seeing.look(runtime, claim)
        took_s.append(time.perf_counter() - began)
    print(f"{len(took_s)} portions, the longest {max(took_s):.1f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--models", type=int, default=30)
    parser.add_argument("--days", type=int, default=365)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'yz.sqlite3'}")
        write_board(database, models=given.models, days=given.days)
        clock.live_ahead(BEGAN + timedelta(days=given.days - 1, hours=1) - clock.now())
        runtime = Runtime(Settings(timezone=ZONE.key))
        runtime.__dict__["database"] = database
        timed("a day", lambda: look(runtime, seeing.claim_today(runtime)))
        with database.read() as session:
            print(sight_body(board_sight(session), today(ZONE)).told)
        database.close()


if __name__ == "__main__":
    main()
