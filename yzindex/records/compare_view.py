"""Two runs of one model side by side: what the change is made of, and which questions cost or brought the points.

Arithmetic on stored rows. A run's expectation is that of its own day; where the verdict on the later run speaks of this
very pair, its terms are taken, which are by one fit. A change that was confirmed between the two runs moved the later
expectation: it is taken out of the draw again and counts to the rest, with what else is the model's own.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from sqlmodel import Session, col, select

from yzindex.dimensions import MAIN_WEIGHTS, Dimension
from yzindex.drift.words import Word
from yzindex.errors import YzIndexError
from yzindex.grading.grade import FULL_SCORE
from yzindex.records.database import Database
from yzindex.records.fleets import common_is_estimated
from yzindex.records.item_figures import passed_by_models
from yzindex.records.ledger import MAIN
from yzindex.records.run_views import Result, evaluation_of, result_of
from yzindex.records.runs import find_run, has_concluded
from yzindex.records.states import RANKED, RunKind
from yzindex.records.tables import Answer, ConfirmedChange, Evaluation, Expectation, Run, StoredVerdict
from yzindex.records.verdict_view import Parts, Terms, is_simulated, terms_of
from yzindex.scoring import exact, mean

#: Integrity labels that are shown in a row: one rests on two probes, and alone says little.
STREAK = 5
_POINTS = Decimal(100)
#: Changes of a score that differ by less are the same, rounded at another place.
_SAME = Decimal("1E-6")
#: Standard errors of an interval of 95 %.
_95_PERCENT = Decimal("1.959963984540054")


class NotInRun(YzIndexError):
    """The model was not asked in the run."""


class NotComparable(YzIndexError):
    """What a comparison needs is not stored; the message says of which run."""


@dataclass(frozen=True, kw_only=True)
class QuestionPoints:
    """A question of the main score in one run, and what it took from the score or gave to it."""

    answer_id: int
    question_id: str
    dimension: Dimension
    tier: str
    #: 0 to 100; None where it stayed unscored.
    score: Decimal | None
    #: What was expected, 0 to 100; None where nothing was.
    expected: Decimal | None
    #: Points of `core_raw` that are missing to a full score; None where it stayed unscored.
    cost: Decimal | None
    verdict: str | None
    cases_passed: int
    cases: int
    #: Share of models (0 to 1) that give it a full score, each by all its answers to this wording so far.
    passed_by: Decimal | None
    #: How many models that rests on.
    models: int


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two runs."""

    run_number: int
    kind: RunKind
    day: date
    result: Result
    word: Word
    #: Of 100 possible draws, how many were better than this one.
    draws_better: int | None
    #: Of a thousand possible draws, how many are in each of equal steps of the main score expected of them, 0 to 100;
    #: None where it was not kept.
    possible_draws: tuple[int, ...] | None
    #: Main score that was expected of this run's scored answers, under the fit of its day.
    drawn: Decimal | None
    #: The last integrity labels up to this run, the oldest first.
    labels: tuple[str | None, ...]
    #: The most costly first.
    questions: tuple[QuestionPoints, ...]


@dataclass(frozen=True, kw_only=True)
class Between:
    """A change of the model that was confirmed between the two runs, in points of its chart."""

    since: date
    day: date
    size: Decimal
    chart: str


@dataclass(frozen=True, kw_only=True)
class Comparison(Parts):
    """A model's change of `core_display` from one run to the other: `change = draw + common + rest + cap`, exactly."""

    model: str
    simulated: bool
    before: Side
    after: Side
    change: Decimal
    #: What the integrity cap adds to the change of `core_raw`.
    cap: Decimal
    #: Whether at least one of the runs had models enough for what everyone moved by.
    common_is_estimated: bool
    #: Whether both runs' expectations are by one fit, and not each by that of its day.
    one_fit: bool
    confirmed_between: tuple[Between, ...]


def compare(database: Database, model: str, run_a: int, run_b: int) -> Comparison:
    """Compare a model's run `run_b` with its run `run_a`.

    Raises `UnknownRun`, `UnknownModel`, `NotInRun` or `NotComparable`.
    """
    if run_a == run_b:
        raise NotComparable("a run compared with itself says nothing; name two runs")
    with database.read() as session:
        simulated = is_simulated(session, model)
        before, after = _read(session, model, run_a), _read(session, model, run_b)
        between = _confirmed_between(session, model, run_a, run_b)
        terms = _terms(before, after, between)
        raw = after.main.core_raw - before.main.core_raw
        shown = after.main.core_display - before.main.core_display
        return Comparison(
            model=model,
            simulated=simulated,
            before=_side(session, before),
            after=_side(session, after),
            change=shown,
            cap=shown - raw,
            common_is_estimated=common_is_estimated(session, terms.common, run_a, run_b),
            confirmed_between=tuple(between),
            **asdict(terms),
        )


@dataclass(frozen=True, kw_only=True)
class _Main:
    core_raw: Decimal
    core_display: Decimal


@dataclass(frozen=True, kw_only=True)
class _Found:
    """The rows of one side."""

    run: Run
    evaluation: Evaluation
    verdict: StoredVerdict
    result: Result
    main: _Main
    answers: tuple[tuple[Answer, Expectation | None], ...]


@dataclass(frozen=True, kw_only=True)
class _Terms(Parts):
    one_fit: bool


def _read(session: Session, model: str, number: int) -> _Found:
    run = find_run(session, number)
    evaluation = evaluation_of(session, number, model)
    if evaluation is None:
        raise NotInRun(f"Run #{number} did not ask this model")
    verdict = session.get(StoredVerdict, evaluation.id)
    result = result_of(session, evaluation)
    if verdict is None or result is None:
        raise NotComparable(
            f"nothing is stored of what was expected of this model in Run #{number}: only concluded daily runs are "
            "analysed, and of several on one day the last"
        )
    if result.core_raw is None or result.core_display is None or verdict.common is None:
        raise NotComparable(f"Run #{number} gave this model no main score, or too little was known of it by then")
    return _Found(
        run=run,
        evaluation=evaluation,
        verdict=verdict,
        result=result,
        main=_Main(core_raw=result.core_raw, core_display=result.core_display),
        answers=_answers(session, evaluation),
    )


def _answers(session: Session, evaluation: Evaluation) -> tuple[tuple[Answer, Expectation | None], ...]:
    rows = (
        select(Answer, Expectation)
        .join(Expectation, col(Expectation.answer_id) == col(Answer.id), isouter=True)
        .where(Answer.evaluation_id == evaluation.id, col(Answer.dimension).in_(MAIN_WEIGHTS))
        .order_by(col(Answer.position))
    )
    return tuple((answer, expected) for answer, expected in session.exec(rows))


def _confirmed_between(session: Session, model: str, run_a: int, run_b: int) -> list[Between]:
    """Read the changes after which the later run was expected of a new level; not one that its own answers decided."""
    first, last = sorted((run_a, run_b))
    rows = (
        select(ConfirmedChange)
        .where(
            ConfirmedChange.model == model,
            col(ConfirmedChange.run_number) >= first,
            col(ConfirmedChange.run_number) < last,
        )
        .order_by(col(ConfirmedChange.day))
    )
    return [
        Between(since=change.since, day=change.day, size=change.size, chart=change.chart)
        for change in session.exec(rows)
    ]


def _terms(before: _Found, after: _Found, between: Collection[Between]) -> _Terms:
    raw = after.main.core_raw - before.main.core_raw
    stored = terms_of(after.verdict)
    one_fit = stored is not None and _is_of_the_pair(stored, before, raw)
    if stored is not None and one_fit:
        draw, common, half = stored.draw, stored.common, (stored.rest_hi - stored.rest_lo) / 2
    else:
        later = 1 if after.evaluation.run_number > before.evaluation.run_number else -1
        draw = _expected(after) - _expected(before) - later * exact(sum(map(_in_main, between), Decimal(0)))
        common = (after.verdict.common or Decimal(0)) - (before.verdict.common or Decimal(0))
        half = exact(_95_PERCENT * ((after.verdict.variance or 0) + (before.verdict.variance or Decimal(0))).sqrt())
    rest = raw - draw - common
    return _Terms(draw=draw, common=common, rest=rest, rest_lo=rest - half, rest_hi=rest + half, one_fit=one_fit)


def _is_of_the_pair(stored: Terms, before: _Found, raw: Decimal) -> bool:
    """Whether stored terms are of these two runs, and of the scores that they have now."""
    return stored.compared_run == before.evaluation.run_number and abs(stored.change - raw) < _SAME


def _in_main(change: Between) -> Decimal:
    """What a change is in points of the main score."""
    return change.size if change.chart == MAIN else change.size * MAIN_WEIGHTS[Dimension(change.chart)]


def _expected(found: _Found) -> Decimal:
    """The main score that was expected of a run's scored answers when they came."""
    total = Decimal(0)
    for dimension, weight in MAIN_WEIGHTS.items():
        expected = [
            each for answer, each in found.answers if answer.dimension is dimension and answer.score is not None
        ]
        means = [each.mean for each in expected if each is not None]
        average = mean(means)
        if average is None or len(means) < len(expected):
            raise NotComparable(
                f"some answers of Run #{found.evaluation.run_number} were scored after it was analysed, so that "
                "nothing is stored of what was expected of them"
            )
        total += weight * _POINTS * average
    return exact(total)


def _side(session: Session, found: _Found) -> Side:
    number = found.evaluation.run_number
    passes = passed_by_models(session, {answer.question_digest for answer, _ in found.answers}, number)
    scored = Counter(answer.dimension for answer, _ in found.answers if answer.score is not None)
    questions = [_question(answer, expected, scored, passes) for answer, expected in found.answers]
    return Side(
        run_number=number,
        kind=found.run.kind,
        day=found.verdict.day,
        result=found.result,
        word=found.verdict.word,
        draws_better=found.verdict.draws_better,
        possible_draws=None if found.verdict.possible_draws is None else tuple(found.verdict.possible_draws),
        drawn=found.verdict.expected,
        labels=_labels(session, found.evaluation),
        questions=tuple(sorted(questions, key=lambda each: (-(each.cost or 0), each.answer_id))),
    )


def _question(
    answer: Answer,
    expected: Expectation | None,
    scored: Mapping[Dimension, int],
    passes: Mapping[str, Sequence[Decimal]],
) -> QuestionPoints:
    cost = None
    if answer.score is not None:
        cost = cost_of(answer.score, scored[answer.dimension], MAIN_WEIGHTS[answer.dimension])
    cases = answer.cases or []
    return QuestionPoints(
        answer_id=answer.id or 0,
        question_id=answer.question_id,
        dimension=answer.dimension,
        tier=answer.tier,
        score=answer.score,
        expected=None if expected is None else _POINTS * expected.mean,
        cost=cost,
        verdict=answer.verdict,
        cases_passed=sum(bool(case["passed"]) for case in cases),
        cases=len(cases),
        passed_by=mean(passes.get(answer.question_digest, ())),
        models=len(passes.get(answer.question_digest, ())),
    )


def cost_of(score: Decimal, scored: int, weight: Decimal) -> Decimal:
    """Give the points that an answer lacks to a full score, as one of so many scored ones of its dimension."""
    return exact(weight * (FULL_SCORE - score) / scored)


def _labels(session: Session, evaluation: Evaluation) -> tuple[str | None, ...]:
    rows = (
        select(Evaluation.label)
        .join(Run, col(Run.number) == col(Evaluation.run_number))
        .where(
            Evaluation.model == evaluation.model,
            col(Run.kind).in_(RANKED),
            has_concluded(),
            col(Run.number) <= evaluation.run_number,
        )
        .order_by(col(Run.number).desc())
        .limit(STREAK)
    )
    return tuple(reversed(session.exec(rows).all()))
