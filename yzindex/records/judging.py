"""From the stored rows to verdicts: the one function by which a run is judged and any past day is judged again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from yzindex.drift.folding import Folder
from yzindex.drift.judge import Day, Judge
from yzindex.drift.spreads import Spread
from yzindex.records.history import AnswerCache, StoredHistory, read_stored_history
from yzindex.records.regrade_history import RegradeCache, RegradeHistory, read_regrades
from yzindex.records.tables import StoredAnalysis


@dataclass(frozen=True, kw_only=True, eq=False)
class Judged:
    """Every day of the rows, and the state that the last one left."""

    stored: StoredHistory
    regrades: RegradeHistory
    judge: Judge
    days: tuple[Day, ...]
    #: How the draws that were possible are spread, of each day in their order.
    spreads: tuple[Spread, ...]

    @property
    def wants_repair(self) -> bool:
        """Whether a grader has moved and nothing was planned that would repair what is known."""
        move = self.judge.analysis.fleet.move
        return move is not None and move.chart is None and not self.regrades.repairs_since(move.day)


class JudgingCache:
    """What a process keeps from one look at a database's rows to the next: only what is new is read and judged."""

    def __init__(self) -> None:
        self.answers = AnswerCache()
        self.regrades = RegradeCache()
        self.folder = Folder()


def judged(
    session: Session,
    zone: ZoneInfo,
    *,
    asks: bool,
    as_of: date | None = None,
    concluding: int | None = None,
    cache: JudgingCache | None = None,
) -> Judged:
    """Judge the answers up to the end of a day, or all. The same rows give the same verdicts, and nothing looks ahead.

    `asks` says whether models can be asked again; of days that were judged before, that is remembered. A run that the
    caller is about to conclude is named as `concluding`; a `cache` that is kept makes the next call quick.
    """
    cache = cache or JudgingCache()
    stored = read_stored_history(session, zone, as_of=as_of, concluding=concluding, cache=cache.answers)
    regrades = read_regrades(session, zone, stored, as_of=as_of, cache=cache.regrades)
    asked = dict.fromkeys(stored.day_of_run.values(), asks) | _asked_then(session, stored.day_of_run)
    if as_of is None and asked:
        asked[max(asked)] = asks
    fold = cache.folder.fold(stored.history, regrades.by_day, asked)
    return Judged(stored=stored, regrades=regrades, judge=fold.judge, days=fold.days, spreads=fold.spreads)


def _asked_then(session: Session, day_of_run: Mapping[int, int]) -> dict[int, bool]:
    """Whether models could be asked again on each day that was judged: as it was for the day's last run."""
    known = dict[int, bool]()
    rows = select(col(StoredAnalysis.run_number), col(StoredAnalysis.asks)).order_by(col(StoredAnalysis.run_number))
    for run, asked in session.connection().execute(rows):
        if run in day_of_run:
            known[day_of_run[run]] = asked
    return known
