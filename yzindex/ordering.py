"""Order a run: check what was asked for, draw, and write the run with everything below it in one transaction.

Ordering asks no model and sends no message; whoever calls sends the one that starts the run.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from yzindex import __version__, clock
from yzindex.bank.draw import full_draw, smoke_draw
from yzindex.bank.files import Bank
from yzindex.bank.question import Question
from yzindex.days import day_of
from yzindex.errors import YzIndexError
from yzindex.fleet import Fleet, Model
from yzindex.grading.grade import GRADER_VERSION
from yzindex.records.database import Database
from yzindex.records.regrade_plans import GradingDay
from yzindex.records.runs import Submission, Versions, find_by_key, lock_numbering, next_seed, submit
from yzindex.records.schedules import due_on, end_trouble, find_scheduled
from yzindex.records.states import IMPARTIAL, RunKind
from yzindex.schedule import Schedule
from yzindex.scoring import FORMULA_VERSION
from yzindex.wording import did_you_mean, listed

#: Seeds are stored in 32 bits, and the one after an ordered seed must still fit.
MAX_SEED = 2_000_000_000
#: An evaluation's questions are one chord on the queue, which takes no more.
MAX_QUESTIONS = 2_000
#: A run's rows are written in one transaction, for which all other writers wait.
MAX_ANSWERS = 100_000


class InvalidOrder(YzIndexError):
    """A run that cannot be made; `field` is the part of the order that is wrong."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True, kw_only=True)
class RunOrder:
    """What to run: `models` None asks all of the fleet, `seed` None draws on from the last run of the kind."""

    kind: RunKind = RunKind.SMOKE
    models: tuple[str, ...] | None = None
    seed: int | None = None


#: What is run every day: the ten questions, of every model.
DAILY = RunOrder()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What an order comes to: the same questions, in this order, for every model."""

    kind: RunKind
    seed: int
    models: tuple[Model, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """The run that answers an order. `created` is False where an earlier request with the same key made it."""

    number: int
    created: bool


def order_run(
    database: Database,
    bank: Bank,
    fleet: Fleet,
    order: RunOrder,
    *,
    idempotency_key: str | None = None,
    request_digest: str = "",
) -> Ordered:
    """Write a run in one transaction, or find the one that the same request already made.

    Raises `InvalidOrder`, `InvalidDraw`, or `IdempotencyConflict` for a key that was used for another request; nothing
    is written then. Requests with one key at the same moment make one run.
    """
    with database.write() as session:
        lock_numbering(session)
        if idempotency_key is not None:
            earlier = find_by_key(session, idempotency_key, request_digest)
            if earlier is not None:
                return Ordered(number=earlier, created=False)
        plan = _plan(bank, fleet, order, next_seed(session, order.kind))
        number = submit(session, _submission(plan, bank, fleet, idempotency_key, request_digest))
    return Ordered(number=number, created=True)


def order_daily_run(database: Database, bank: Bank, fleet: Fleet, schedule: Schedule) -> Ordered | None:
    """Write the run of today in one transaction, or find it; None where it is not due.

    Raises `InvalidOrder` or `InvalidDraw`; nothing is written then. Whoever orders at the same moment gets one run.
    """
    with database.write() as session:
        lock_numbering(session)
        # Not before: who waited for the others over midnight would write the run of a day on the next one.
        moment = clock.now()
        earlier = find_scheduled(session, DAILY.kind, day_of(moment, schedule.zone))
        if earlier is not None:
            return Ordered(number=earlier, created=False)
        day = due_on(session, DAILY.kind, schedule, moment)
        if day is None:
            return None
        plan = _plan(bank, fleet, DAILY, next_seed(session, DAILY.kind))
        submission = replace(_submission(plan, bank, fleet, None, ""), scheduled_for=day, created_at=moment)
        number = submit(session, submission)
        end_trouble(session, DAILY.kind)
    return Ordered(number=number, created=True)


def plan_run(database: Database, bank: Bank, fleet: Fleet, order: RunOrder) -> Plan:
    """Say what an order would come to now, and write nothing."""
    with database.read() as session:
        seed = next_seed(session, order.kind)
    return _plan(bank, fleet, order, seed)


def current_versions(bank: Bank, fleet: Fleet) -> Versions:
    """What a run that is made now is made with."""
    return Versions(
        bank=bank.version,
        bank_digest=bank.digest,
        grader=GRADER_VERSION,
        judge_set=fleet.judge_set_version,
        formula=FORMULA_VERSION,
        software=__version__,
    )


def current_graders(fleet: Fleet, day: date) -> GradingDay:
    """What grades on a day, as long as it is this version."""
    return GradingDay(day=day, grader_version=GRADER_VERSION, judge_set_version=fleet.judge_set_version)


def _plan(bank: Bank, fleet: Fleet, order: RunOrder, following_seed: int) -> Plan:
    if order.kind not in IMPARTIAL:
        raise InvalidOrder(
            "kind",
            f"a {order.kind} run is not ordered by its kind: it asks one suspicious model again; use "
            "`yz confirm MODEL`",
        )
    models = _chosen(fleet, order.models)
    seed = _seed(order, following_seed)
    questions = smoke_draw(bank, seed) if order.kind is RunKind.SMOKE else full_draw(bank)
    if not questions:
        raise InvalidOrder("kind", f"bank {bank.version} has no questions; add some or use another bank")
    if len(questions) > MAX_QUESTIONS:
        raise InvalidOrder(
            "kind", f"bank {bank.version} has {len(questions)} questions, and a run asks at most {MAX_QUESTIONS}"
        )
    if len(models) * len(questions) > MAX_ANSWERS:
        raise InvalidOrder(
            "models",
            f"{len(models)} models with {len(questions)} questions each are more than {MAX_ANSWERS} answers; "
            f"name at most {MAX_ANSWERS // len(questions)} models",
        )
    return Plan(kind=order.kind, seed=seed, models=models, questions=questions)


def _seed(order: RunOrder, following: int) -> int:
    if order.seed is None:
        return following
    if order.kind is not RunKind.SMOKE:
        raise InvalidOrder("seed", f"a {order.kind} run asks every question and draws none; leave the seed out")
    if not 0 <= order.seed <= MAX_SEED:
        raise InvalidOrder("seed", f"seed {order.seed} is outside 0 to {MAX_SEED}; give one within")
    return order.seed


def _chosen(fleet: Fleet, slugs: Sequence[str] | None) -> tuple[Model, ...]:
    if not fleet.models:
        raise InvalidOrder("models", "the fleet has no models; add some to the models file")
    if slugs is None:
        return fleet.models
    if not slugs:
        raise InvalidOrder("models", f"no models are named; name some of {_known(fleet)}, or leave them out for all")
    if twice := [slug for slug, times in Counter(slugs).items() if times > 1]:
        raise InvalidOrder("models", f"named twice: {listed(twice)}; name each model once")
    known = {model.slug: model for model in fleet.models}
    if unknown := [slug for slug in slugs if slug not in known]:
        hint = did_you_mean(unknown[0], known) or f"; known models are {_known(fleet)}"
        raise InvalidOrder("models", f"unknown: {listed(unknown)}{hint}")
    return tuple(known[slug] for slug in slugs)


def _known(fleet: Fleet) -> str:
    return listed([model.slug for model in fleet.models])


def _submission(plan: Plan, bank: Bank, fleet: Fleet, key: str | None, digest: str) -> Submission:
    return Submission(
        kind=plan.kind,
        seed=plan.seed,
        questions=plan.questions,
        models=plan.models,
        fleet=fleet,
        versions=current_versions(bank, fleet),
        idempotency_key=key,
        request_digest=digest,
    )
