"""The demo's history: days played into the rows by the real draw, closing and analysis, each on its own day."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import col, select

from deploy.simulated_fleet import simulated_fleet
from deploy.story import history
from deploy.story.gradebook import Graded, replies_of
from deploy.story.history import HistoryPlayer
from deploy.story.world import World
from yzindex import clock
from yzindex.bank.files import Bank, load_bank
from yzindex.dimensions import Dimension
from yzindex.errors import CodeRunnerUnavailable
from yzindex.grading.grade import Grade, Verdict
from yzindex.grading.spec import Needs
from yzindex.records.analyses import troubles
from yzindex.records.database import Database
from yzindex.records.migrating import migrate
from yzindex.records.states import AnswerState, Purpose, RunKind, RunStatus
from yzindex.records.tables import Answer, Evaluation, Run, StoredCall, StoredVerdict
from yzindex.settings import Settings

TODAY = date(2026, 11, 25)
DAYS = 3
WORLD = World(seed=3, first_draw=40, fall_day=2, fortunes={})


class NoSandbox:
    """Every program that is to run is one of the bank's own, whose grade is known."""

    def run(self, *_: object) -> None:
        raise CodeRunnerUnavailable("a played day runs no program")


@pytest.fixture(scope="module")
def bank() -> Bank:
    """Four questions of each dimension, two easier and two harder."""
    whole = load_bank()
    kept = [
        question
        for dimension in Dimension
        for tier in ("easier", "harder")
        for question in [each for each in whole.of(dimension) if each.tier == tier][:2]
    ]
    return Bank(version="few", questions=tuple(sorted(kept, key=lambda each: each.id)))


@pytest.fixture(scope="module")
def graded(bank: Bank) -> Mapping[tuple[str, str], Graded]:
    """References are worth everything and wrong replies nothing: the graders are others' to test."""
    return {
        (question.id, reply): Graded(
            grade=Grade(
                score=Decimal(100 * (reply == question.reference)),
                verdict=Verdict.PASSED if reply == question.reference else Verdict.WRONG_ANSWER,
            ),
            ran_in="box",
        )
        for question in bank.questions
        for reply in replies_of(question)
        if question.grader.needs is not Needs.JUDGE
    }


def played(folder: Path, bank: Bank, graded: Mapping[tuple[str, str], Graded], told: list[int]) -> Database:
    """Play a short story into a folder, and give its database."""
    folder.mkdir()
    settings = Settings(data_dir=folder)
    database = Database(settings.database_address)
    migrate(database)
    player = HistoryPlayer(settings, WORLD, TODAY, graded=graded, log=folder / "log.jsonl")
    player.runtime.__dict__.update(bank=bank, fleet=simulated_fleet(player.config, 9), code_runner=NoSandbox())
    player.play(told.append)
    return database


@pytest.fixture(scope="module")
def story(
    tmp_path_factory: pytest.TempPathFactory, bank: Bank, graded: Mapping[tuple[str, str], Graded]
) -> Iterator[tuple[Path, Database, list[int]]]:
    """A calibration and two days, played once for all of these tests."""
    folder, told = tmp_path_factory.mktemp("story") / "first", list[int]()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(history, "LAST_DAY", DAYS)
        database = played(folder, bank, graded, told)
    yield folder, database, told
    database.close()


def daily(database: Database) -> list[Run]:
    with database.read() as session:
        rows = select(Run).where(col(Run.kind) != RunKind.CONFIRMATION).order_by(col(Run.number))
        return list(session.exec(rows))


def scores(database: Database) -> list[tuple[int, str, str, Decimal | None]]:
    with database.read() as session:
        found = session.exec(
            select(Answer, Evaluation.model)
            .join(Evaluation, col(Evaluation.id) == col(Answer.evaluation_id))
            .order_by(col(Answer.id))
        )
        return [(answer.run_number, model, answer.question_id, answer.score) for answer, model in found]


def test_every_day_is_a_concluded_run_of_its_own_day_and_draw(story: tuple[Path, Database, list[int]]) -> None:
    _, database, told = story

    found = daily(database)

    assert told == [0, 1, 2]
    assert [run.kind for run in found] == [RunKind.CALIBRATION, RunKind.SMOKE, RunKind.SMOKE]
    assert {run.status for run in found} == {RunStatus.CONCLUDED}
    assert [run.created_at.date() for run in found] == [TODAY - timedelta(days=days) for days in (3, 2, 1)]
    assert [run.seed for run in found[1:]] == [WORLD.draw_of(1), WORLD.draw_of(2)]


def test_every_answer_is_graded_and_every_day_judged_by_the_analysis(story: tuple[Path, Database, list[int]]) -> None:
    _, database, _ = story

    with database.read() as session:
        states = Counter(session.exec(select(Answer.state)))
        judged = Counter(verdict.day for verdict in session.exec(select(StoredVerdict)))
        missing = troubles(session)

    assert set(states) == {AnswerState.GRADED}
    assert judged == {TODAY - timedelta(days=2): 5, TODAY - timedelta(days=1): 5}
    assert missing == {}


def test_a_reply_of_the_bank_gets_the_grade_that_is_known_of_it(
    story: tuple[Path, Database, list[int]], graded: Mapping[tuple[str, str], Graded]
) -> None:
    _, database, _ = story

    with database.read() as session:
        answers = session.exec(select(Answer)).all()
    known = [
        (each, graded[each.question_id, each.reply or ""])
        for each in answers
        if (each.question_id, each.reply) in graded
    ]

    assert len(known) > len(answers) / 2
    assert all((each.score, each.ran_in) == (grade.grade.score, "box") for each, grade in known)


def test_what_is_judged_was_said_by_every_judge_and_is_kept_as_a_call(story: tuple[Path, Database, list[int]]) -> None:
    _, database, _ = story

    with database.read() as session:
        answers = session.exec(select(Answer).where(Answer.needs == Needs.JUDGE)).all()
        calls = session.exec(select(StoredCall).where(StoredCall.purpose == Purpose.JUDGE)).all()
    judged = [answer.id for answer in answers]
    said = Counter((call.answer_id, call.model_asked) for call in calls)

    assert judged
    assert set(said) == {(answer, judge) for answer in judged for judge in ("sim/judge-a", "sim/judge-b")}
    assert set(said.values()) == {1}


def test_the_provider_has_noted_every_reply_on_the_day_that_it_is_of(story: tuple[Path, Database, list[int]]) -> None:
    folder, database, _ = story
    entries = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]

    given = Counter((each["model"], each["question"]) for each in entries if each["question"] != "judge")

    assert given == Counter((model, question) for _, model, question, _ in scores(database))
    assert {each["time"][:10] for each in entries} == {run.created_at.date().isoformat() for run in daily(database)}


def test_the_process_lives_today_again_when_the_days_are_played(story: tuple[Path, Database, list[int]]) -> None:
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_story_played_again_elsewhere_gives_the_same_scores(
    story: tuple[Path, Database, list[int]],
    tmp_path: Path,
    bank: Bank,
    graded: Mapping[tuple[str, str], Graded],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, database, _ = story
    monkeypatch.setattr(history, "LAST_DAY", DAYS)

    again = played(tmp_path / "second", bank, graded, [])

    assert scores(again) == scores(database)
    again.close()
