"""A model is lowered in the simulated provider, and the whole stack finds out by asking it again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from api.client import Client
from api.shapes.runs import RunRequest
from deploy.stack import Simulation, Stack
from yzindex.records.analyses import troubles
from yzindex.records.database import Database
from yzindex.records.states import Direction, RunKind
from yzindex.records.tables import ConfirmedChange, Regrade, Run, StoredConfirmation
from yzindex.settings import SandboxChoice, Settings

pytestmark = [pytest.mark.end_to_end, pytest.mark.bubblewrap, pytest.mark.timeout(400)]

WITHIN_S = 150
FALLEN = "sim/opal"


def fleet(folder: Path, ability: float) -> Path:
    """A simulated fleet of quick models; one of them has this ability in logits."""
    file = folder / f"fleet{ability:g}.toml"
    models = {"sim/agate": 2.5, FALLEN: ability, "sim/onyx": 2.0}
    file.write_text(
        "[latency]\nmean_s = 0.05\nspread_s = 0.01\n"
        + "".join(f'[[models]]\nname = "{name}"\nability = {{ default = {value} }}\n' for name, value in models.items())
    )
    return file


@contextmanager
def running(folder: Path, ability: float) -> Iterator[Stack]:
    settings = Settings(
        data_dir=folder / "state", api_port=0, flower_port=0, sandbox_concurrency=2, sandbox=SandboxChoice.BUBBLEWRAP
    )
    with Stack(settings, simulation=Simulation(seed=5, config=fleet(folder, ability))) as stack:
        yield stack


def until(stack: Stack, holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < deadline, f"not within {WITHIN_S} s: {what}"
        stack.tend()
        time.sleep(0.1)


def all_ended(database: Database) -> bool:
    """Whether no run and no regrade is open."""
    with database.read() as session:
        runs = session.exec(select(Run.number).where(Run.finished_at == None)).first()  # noqa: E711
        regrades = session.exec(select(Regrade.id).where(Regrade.made_at == None)).first()  # noqa: E711
    return runs is None and regrades is None


def a_day_passes(database: Database) -> None:
    """Put everything that has happened a day back."""
    with database.write() as session:
        for run in session.exec(select(Run)):
            run.created_at -= timedelta(days=1)
            session.add(run)
        for regrade in session.exec(select(Regrade)):
            regrade.day -= timedelta(days=1)
            session.add(regrade)


def test_a_model_that_is_lowered_is_asked_again_by_the_workers_until_its_drop_is_confirmed(tmp_path: Path) -> None:
    with running(tmp_path, 2.5) as stack, Client(stack.api) as client:
        database = Database(stack.settings.database_address)
        client.submit(RunRequest(kind=RunKind.CALIBRATION))
        until(stack, lambda: all_ended(database), "calibrated")
    a_day_passes(database)

    with running(tmp_path, -4.0) as stack, Client(stack.api) as client:
        first = client.confirm(FALLEN).number
        until(stack, lambda: all_ended(database), "asked by hand")
        a_day_passes(database)
        client.submit(RunRequest())
        until(stack, lambda: bool(confirmed(database)), "confirmed")

    (change,) = confirmed(database)
    assert (change.model, change.direction) == (FALLEN, Direction.FALL)
    assert change.size < -20
    assert change.run_number > first
    with database.read() as session:
        by_hand = [each.by_hand for each in session.exec(select(StoredConfirmation).order_by("run_number"))]
        assert troubles(session) == {}
    assert by_hand[0]
    assert not all(by_hand)
    database.close()


def confirmed(database: Database) -> list[ConfirmedChange]:
    with database.read() as session:
        return list(session.exec(select(ConfirmedChange)))
