"""How far a run has come: little enough to be read twice a second by everybody who watches."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import col, select

from yzindex.records.database import Database
from yzindex.records.run_views import NO_PROGRESS, Progress, progress_of
from yzindex.records.runs import find_run
from yzindex.records.states import ENDED, RunStatus
from yzindex.records.tables import Evaluation


@dataclass(frozen=True, kw_only=True)
class RunProgress:
    """Of a run, and of each of its models in the order in which they were ordered."""

    number: int
    status: RunStatus
    models: Mapping[str, Progress]

    @property
    def progress(self) -> Progress:
        return sum(self.models.values(), NO_PROGRESS)

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED


def run_progress(database: Database, number: int) -> RunProgress:
    """Read the progress of a run; raise `UnknownRun`."""
    with database.read() as session:
        run = find_run(session, number)
        rows = select(Evaluation.id, Evaluation.model).where(Evaluation.run_number == number)
        models = dict(session.exec(rows.order_by(col(Evaluation.id))).all())
        progress = progress_of(session, models)
    return RunProgress(
        number=number,
        status=run.status,
        models={model: progress.get(id_, NO_PROGRESS) for id_, model in models.items()},
    )
