"""What a process keeps between two looks at the rows: it reads what a fresh one would, and not all of it every time."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import time_machine
from sqlmodel import Session, col, select

from tests import rows
from tests.graded import answer_all_open, finish, scores
from yzindex.bank.files import Bank
from yzindex.bank.question import Question
from yzindex.dimensions import Dimension
from yzindex.drift.history import History
from yzindex.grading.spec import Needs
from yzindex.records import answers, history, interventions, regrade_history, regrades
from yzindex.records.database import Database
from yzindex.records.history import StoredHistory, read_stored_history
from yzindex.records.item_cache import ItemCache
from yzindex.records.item_figures import ItemFigures
from yzindex.records.judging import JudgingCache
from yzindex.records.migrating import migrate
from yzindex.records.question_list import question_list
from yzindex.records.question_view import question_view
from yzindex.records.regrade_history import RegradeHistory, read_regrades
from yzindex.records.regrade_plans import GradingDay, plan_regrades
from yzindex.records.run_answers import RunAnswers, read_run_answers
from yzindex.records.states import ENDED, OPEN, AnswerState, RegradePurpose
from yzindex.records.tables import Answer, Run

ZONE = ZoneInfo("UTC")
EASY, HARD = rows.question(Dimension.EXECUTION, 1), rows.question(Dimension.EXECUTION, 2)
READ, SIDE = rows.question(Dimension.GROUNDING, 3), rows.question(Dimension.JUDGMENT, 4)
DRAW = [EASY, HARD, READ, SIDE]
REWORDED = Question.model_validate(HARD.model_dump(mode="json") | {"prompt": "Write `double`, in other words."})
DAY = date(2026, 11, 21)
_EVENTS = (
    "conclude", "conclude", "order", "resume", "resume", "grade", "grade", "end", "cancel", "overdue", "clock", "plan",
    "regrade", "regrade",
)  # fmt: skip


class Board:
    """Rows to which things happen, a minute after each other."""

    def __init__(self, database: Database, clock: time_machine.Traveller) -> None:
        self.database = database
        self._clock = clock
        self._at = datetime(2026, 11, 20, 3, tzinfo=UTC)

    def wait(self) -> None:
        self._at += timedelta(minutes=1)
        self._clock.move_to(self._at)

    def concluded(self, last: str | None = "100", second: Question = HARD) -> int:
        """Conclude a run whose second question may be unscored."""
        number = rows.submit(self.database, [EASY, second, READ, SIDE])
        found = scores(("100", last), ("62.5",), integrity=(), judgment=("50",), communication=())
        finish(self.database, number, {"sim/agate": found, "sim/opal": found})
        return number

    def runs(self, *, ended: bool) -> list[int]:
        with self.database.read() as session:
            found = session.exec(select(Run.number, Run.status).order_by(col(Run.number)))
            return [number or 0 for number, status in found if (status in ENDED) is ended]

    def grade_one_open(self, number: int) -> None:
        with self.database.write() as session:
            opened = select(Answer).where(Answer.run_number == number, col(Answer.state).in_(OPEN))
            for answer in session.exec(opened.order_by(col(Answer.id)).limit(1)):
                answer.state, answer.score, answer.model_returned = AnswerState.GRADED, Decimal(25), "sim/another"
                session.add(answer)

    def plan(self, purpose: RegradePurpose, day: date, answers: int = 3) -> None:
        with self.database.write() as session:
            ids = [each or 0 for each in session.exec(select(Answer.id).order_by(col(Answer.id)).limit(answers))]
            plan_regrades(session, ids, purpose, GradingDay(day=day, grader_version="3", judge_set_version="none"))

    def regrade(self, score: str | None) -> None:
        """End the first rows that are due."""
        for due in regrades.regrades_due(self.database, tuple(Needs), limit=6):
            claim = regrades.claim_regrade(self.database, due, owner="w", lease_s=60.0)
            assert claim is not None
            if score is None:
                assert regrades.store_not_regraded(self.database, claim, "no judge")
            else:
                assert regrades.store_regrade(self.database, claim, Decimal(score))

    def something(self, chance: random.Random) -> None:
        """Let one of the things happen that can happen to rows."""
        self.wait()
        ended, opened = self.runs(ended=True), self.runs(ended=False)
        match chance.choice(_EVENTS):
            case "conclude":
                self.concluded(chance.choice(["100", "0", None]), chance.choice([HARD, REWORDED]))
            case "order":
                rows.submit(self.database, DRAW)
            case "resume" if ended:
                interventions.resume_run(self.database, chance.choice(ended))
            case "grade" if opened:
                self.grade_one_open(chance.choice(opened))
            case "end" if opened:
                answer_all_open(self.database, chance.choice(opened))
            case "cancel" if opened:
                interventions.cancel_run(self.database, chance.choice(opened))
            case "overdue":
                interventions.end_overdue(self.database, within_s=60.0)
                regrades.end_overdue_regrades(self.database, within_s=60.0)
            case "clock":
                interventions.resume_by_the_clock(self.database, after_s=60.0)
            case "plan":
                self.plan(chance.choice(list(RegradePurpose)), DAY + timedelta(days=chance.randrange(3)))
            case "regrade":
                self.regrade(chance.choice(["100", "0", None]))


@pytest.fixture
def board(database: Database) -> Iterator[Board]:
    with time_machine.travel(datetime(2026, 11, 20, 3, tzinfo=UTC), tick=False) as clock:
        yield Board(database, clock)


def read(database: Database, cache: JudgingCache) -> tuple[StoredHistory, RegradeHistory]:
    with database.read() as session:
        stored = read_stored_history(session, ZONE, cache=cache.answers)
        return stored, read_regrades(session, ZONE, stored, cache=cache.regrades)


def columns(history: History) -> list[object]:
    return [value.tolist() if isinstance(value, np.ndarray) else value for value in vars(history).values()]


def shown(stored: StoredHistory, regraded: RegradeHistory) -> str:
    """Everything that was read. As text, where two NaN are the same."""
    by_day = {
        day: [{name: np.asarray(value).tolist() for name, value in vars(each).items()} for each in given]
        for day, given in regraded.by_day.items()
    }
    mapped = [sorted(each.items()) for each in (stored.question_of, stored.day_of_run, by_day)]
    return repr((columns(stored.history), mapped, regraded.repairs))


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_to_the_rows_what_was_kept_reads_as_a_fresh_look_does(board: Board, seed: int) -> None:
    chance, cache, different = random.Random(seed), JudgingCache(), set()
    for _ in range(30):
        for _ in range(chance.randint(1, 5)):
            board.something(chance)
        found = shown(*read(board.database, cache))

        assert found == shown(*read(board.database, JudgingCache()))
        different.add(found)
    assert len(different) > 5


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_to_the_rows_figures_of_questions_read_as_a_fresh_look_does(board: Board, seed: int) -> None:
    chance, cache, different = random.Random(seed), ItemCache(), set()
    for _ in range(30):
        for _ in range(chance.randint(1, 5)):
            board.something(chance)
        found = figures(board.database, cache)

        assert found == figures(board.database, ItemCache())
        different.add(repr(found))
    assert len(different) > 5


def figures(database: Database, cache: ItemCache) -> dict[str, ItemFigures]:
    with database.read() as session:
        return dict(cache.figures(session))


def test_figures_of_the_list_are_those_that_a_page_counts_from_every_answer(board: Board) -> None:
    for last in ("100", "0", None, "62.5"):
        board.wait()
        board.concluded(last)
    bank = Bank(version="test", questions=(HARD,))

    (listed,) = (each for each in question_list(board.database, bank, ItemCache()) if each.question_id == HARD.id)
    (wording,) = question_view(board.database, bank, HARD.id, shows_prompts=False).wordings

    assert wording.figures is not None
    assert wording.figures == listed.figures
    assert (wording.figures.runs, wording.figures.asked, wording.figures.scored) == (4, 8, 6)
    assert wording.figures.mean == Decimal("54.166666667")
    assert wording.figures.passed_by == Decimal("0.333333333")


@pytest.mark.parametrize("ends", [answer_all_open, interventions.cancel_run])
def test_a_run_that_was_asked_again_and_has_ended_between_two_looks_is_read_again(
    board: Board, ends: Callable[[Database, int], None]
) -> None:
    number, cache = board.concluded(last=None), JudgingCache()
    before = shown(*read(board.database, cache))
    board.wait()
    interventions.resume_run(board.database, number)
    board.grade_one_open(number)
    ends(board.database, number)

    assert before != shown(*read(board.database, cache)) == shown(*read(board.database, JudgingCache()))


def test_a_late_reply_to_a_run_that_was_cancelled_changes_nothing_of_what_is_read(board: Board) -> None:
    number, cache = board.concluded(last=None), JudgingCache()
    board.wait()
    interventions.resume_run(board.database, number)
    with board.database.read() as session:
        opened = session.exec(select(Answer.id).where(col(Answer.state).in_(OPEN)).order_by(col(Answer.id))).first()
    claim = answers.claim_to_ask(board.database, opened or 0, owner="w", lease_s=60)
    assert claim is not None
    interventions.cancel_run(board.database, number)
    before = shown(*read(board.database, cache))

    assert answers.keep_late_reply(board.database, claim, rows.model_reply("late"))

    assert before == shown(*read(board.database, cache)) == shown(*read(board.database, JudgingCache()))


def test_only_runs_and_days_that_may_have_changed_are_read_again(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    runs_read: list[Sequence[int]] = []
    days_read: list[Sequence[date]] = []
    of_runs, of_days = read_run_answers, regrade_history._rows

    def counted_runs(session: Session, runs: Sequence[int]) -> dict[int, RunAnswers]:
        runs_read.append(runs)
        return of_runs(session, runs)

    def counted_days(session: Session, days: Sequence[date]) -> object:
        days_read.append(days)
        return of_days(session, days)

    monkeypatch.setattr(history, "read_run_answers", counted_runs)
    monkeypatch.setattr(regrade_history, "_rows", counted_days)
    cache = JudgingCache()
    whole, part = board.concluded(), board.concluded(last=None)
    board.plan(RegradePurpose.THERMOMETER, DAY, answers=1)
    read(board.database, cache)
    board.regrade("100")
    board.plan(RegradePurpose.THERMOMETER, DAY + timedelta(days=1), answers=1)
    read(board.database, cache)
    interventions.resume_run(board.database, part)
    read(board.database, cache)
    read(board.database, cache)
    answer_all_open(board.database, part)
    read(board.database, cache)
    newest = board.concluded()
    read(board.database, cache)

    assert runs_read == [[whole, part], [], [part], [part], [part], [newest]]
    assert days_read == [[DAY], [DAY, DAY + timedelta(days=1)], [], [], [], []]


def test_a_cache_that_is_given_another_database_reads_that(board: Board, tmp_path: Path) -> None:
    cache = JudgingCache()
    board.concluded()
    board.plan(RegradePurpose.THERMOMETER, DAY)
    board.regrade("100")
    first = shown(*read(board.database, cache))
    board.database = Database(f"sqlite:///{tmp_path / 'another.sqlite3'}")
    migrate(board.database)
    board.wait()
    board.concluded("0")
    board.plan(RegradePurpose.THERMOMETER, DAY)
    board.regrade("0")

    assert first != shown(*read(board.database, cache)) == shown(*read(board.database, JudgingCache()))
    board.database.close()
