"""Boards in the rows for reports: the published days in May, and nine models on days chosen for what they show.

What is published are scores of dimensions. Single answers are not, so they are chosen here so that these come out
exactly; the days before the first published one are made up.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import time_machine

from tests import rows
from tests.graded import Scores, finish, scores
from worker import closing
from worker.runtime import Runtime
from yzindex.bank.question import Question, Tier
from yzindex.fleet import Fleet, Model, Provider
from yzindex.records import runs
from yzindex.records.database import Database
from yzindex.records.runs import Submission, lock_numbering, next_seed
from yzindex.records.states import RunKind, RunStatus
from yzindex.records.tables import Run, now
from yzindex.settings import Settings

OPUS, SONNET, DEEPSEEK, GPT = "claude-opus-4.7", "claude-sonnet-4.6", "deepseek-v4-pro", "gpt-5.5"
BANK = rows.small_bank(per_tier=4)
#: The day of Run #116.
SEED_DAY = datetime(2026, 5, 14, 3, tzinfo=UTC)
FIRST_NUMBER = 84
#: Two answers whose mean is the published score.
_PUBLISHED: tuple[Mapping[str, Scores], ...] = (
    {
        OPUS: scores(grounding=("53", "100"), judgment=("66.8", "50")),
        SONNET: scores(grounding=("50.6", "100"), judgment=("66.8", "50")),
    },
    {
        OPUS: scores(execution=("50", "100"), grounding=("71.6", "100"), judgment=("26.8", "50")),
        SONNET: scores(execution=("50", "100"), grounding=("93", "100"), judgment=("26.8", "50")),
        DEEPSEEK: scores(execution=("38", "100"), grounding=("38", "100"), judgment=("26.8", "50")),
    },
    {
        GPT: scores(grounding=("29", "100"), judgment=(None, None), communication=(None, None), integrity=("0", "100")),
        DEEPSEEK: scores(
            grounding=("29", "100"), judgment=("10", "10"), communication=("30", "30"), integrity=("0", "0")
        ),
    },
)
_FLAT = scores(execution=("100", "100"), grounding=("50", "50"))
_NINE_DAYS: tuple[Scores, ...] = (
    scores(execution=("100", "50"), grounding=("50", "100")),
    _FLAT,
    scores(execution=("100", "70"), grounding=("50", "50")),
    scores(
        execution=(None, None),
        grounding=("100", None),
        judgment=(None, None),
        communication=(None, None),
        integrity=(None, "100"),
    ),
)


class Written:
    """Writes runs of a fleet into a database, and has them analysed as the workers do."""

    def __init__(self, database: Database, fleet: Fleet, first_day: datetime) -> None:
        self.fleet, self._day = fleet, first_day
        self.runtime = Runtime(Settings(reask_after_s=0, ask_again=False))
        self.runtime.__dict__.update(database=database, bank=BANK, fleet=fleet)
        self._numbers = random.Random(116)

    def day(self, found: Mapping[str, Scores]) -> int:
        """Write a concluded smoke run of the models that have scores, on the next day."""
        database = self.runtime.database
        with time_machine.travel(self._day, tick=False), database.write() as session:
            lock_numbering(session)
            number = runs.submit(
                session,
                Submission(
                    kind=RunKind.SMOKE,
                    seed=next_seed(session, RunKind.SMOKE),
                    questions=[self._numbers.choice(self._half(place)) for place in range(10)],
                    models=[model for model in self.fleet.models if model.slug in found],
                    fleet=self.fleet,
                    versions=rows.VERSIONS,
                ),
            )
        with time_machine.travel(self._day + timedelta(minutes=10), tick=False):
            finish(database, number, found)
        self._day += timedelta(days=1)
        return number

    def _half(self, place: int) -> list[Question]:
        dimension = list(rows.KINDS)[place // 2]
        tier = list(Tier)[place % 2]
        return [question for question in BANK.of(dimension) if question.tier is tier]

    def analyse(self) -> None:
        with time_machine.travel(self._day, tick=False):
            closing.analyse_again(self.runtime)


def published_board(database: Database) -> Written:
    """Thirty made-up days, then Run #115, Run #116 and Run #117."""
    fleet = Fleet(
        providers=(Provider(name="outside", base_url="http://127.0.0.1:9/v1"),),
        models=tuple(Model(slug=slug, provider="outside", vendor="v") for slug in (OPUS, SONNET, DEEPSEEK, GPT)),
    )
    _begin_with(database, FIRST_NUMBER)
    written = Written(database, fleet, SEED_DAY - timedelta(days=31))
    numbers = random.Random(1)
    for day in range(30):
        # The label before Run #115 is another one, so that the published two are a streak of two.
        probes = ("0", "100") if day == 29 else ("100", "100")
        written.day({model: _made_up(numbers, probes) for model in (OPUS, SONNET)})
    for found in _PUBLISHED:
        written.day(found)
    written.analyse()
    return written


def nine_board(database: Database) -> Written:
    """Run #1 is a first day, #2 ties nine models at 77.5, in #3 all fall by 15 in one dimension, #4 answers a fifth."""
    fleet = Fleet(
        providers=rows.FLEET.providers,
        models=tuple(Model(slug=f"sim/m{number}", provider="sim", vendor="sim") for number in range(9)),
    )
    written = Written(database, fleet, SEED_DAY)
    for found in _NINE_DAYS:
        written.day({model.slug: found for model in fleet.models})
    written.analyse()
    return written


def _made_up(numbers: random.Random, probes: tuple[str, str]) -> Scores:
    def pair() -> tuple[str, str]:
        return "100" if numbers.random() < 0.85 else "0", "100" if numbers.random() < 0.7 else "50"

    return scores(execution=pair(), grounding=pair(), integrity=probes)


def _begin_with(database: Database, number: int) -> None:
    """Let numbers begin after that of a run that was cancelled."""
    versions = rows.VERSIONS
    with database.write() as session:
        session.add(
            Run(
                number=number,
                kind=RunKind.SMOKE,
                status=RunStatus.CANCELLED,
                seed=1,
                bank_version=versions.bank,
                bank_digest=versions.bank_digest,
                grader_version=versions.grader,
                judge_set_version=versions.judge_set,
                formula_version=versions.formula,
                software_version=versions.software,
                finished_at=now(),
            )
        )
