"""The morning's thermometer, which in real use the clock starts before the daily run."""

import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from celery import Celery
from sqlmodel import select

from deploy.faults import DemoFailed
from deploy.stack import Stack
from yzindex.addresses import celery_address
from yzindex.records.database import Database
from yzindex.records.states import REGRADE_OPEN, RegradePurpose
from yzindex.records.tables import Regrade
from yzindex.scoring import signed

_WITHIN_S = 60.0
_LOOK_EVERY_S = 0.5


def read_thermometer(stack: Stack, database: Database, day: date, say: Callable[[str], None]) -> None:
    """Have stored answers graded again, as on every morning, and say by how much they moved."""
    with Celery("yz-index-demo", broker=celery_address(stack.settings.redis_address), set_as_current=False) as celery:
        celery.send_task("yz.thermometer", queue="control", ignore_result=True)
    deadline = time.monotonic() + _WITHIN_S
    while not (rows := _rows(database, day)) or any(row.state in REGRADE_OPEN for row in rows):
        if time.monotonic() > deadline:
            raise DemoFailed(f"stored answers were not graded again in time; look into {stack.folder.logs}")
        stack.tend()
        time.sleep(_LOOK_EVERY_S)
    moved = [row.score_now - row.score_before for row in rows if row.score_now is not None]
    if moved:
        average = signed(sum(moved, Decimal(0)) / len(moved), 1)
        say(f"  stored answers graded again: {len(moved)}, on average {average} points")


def _rows(database: Database, day: date) -> list[Regrade]:
    with database.read() as session:
        return list(
            session.exec(select(Regrade).where(Regrade.day == day, Regrade.purpose == RegradePurpose.THERMOMETER))
        )
