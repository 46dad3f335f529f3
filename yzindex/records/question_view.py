"""One question: how every model fared with it, run by run. Each of its wordings stands for itself."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlmodel import Session, col

from yzindex.bank.disclosure import Disclosure, disclosure_of
from yzindex.bank.files import Bank
from yzindex.bank.question import Kind, Question, Tier
from yzindex.dimensions import Dimension
from yzindex.errors import YzIndexError
from yzindex.grading.grade import FULL_SCORE
from yzindex.records.database import Database
from yzindex.records.item_figures import ItemFigures, figures_of, shares_of
from yzindex.records.question_answers import QuestionAnswer, QuestionCall, answers_to, calls_for
from yzindex.records.states import AnswerState, Purpose, RunKind
from yzindex.records.tables import StoredQuestion
from yzindex.scoring import exact, mean


class UnknownQuestion(YzIndexError):
    """Neither the bank nor any run has a question of this id."""


@dataclass(frozen=True, kw_only=True)
class ModelAnswers:
    """One model's answers to one wording; `mean` and `passed` (0 to 1) are of the scored ones."""

    model: str
    simulated: bool
    asked: int
    scored: int
    mean: Decimal | None
    passed: Decimal | None
    last: QuestionAnswer


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why answers stayed unscored."""

    told: str
    answers: int


@dataclass(frozen=True, kw_only=True)
class Difficulty:
    """What was expected of answers when they came, 0 to 100, by the fit of each day."""

    #: Scored answers of which something was expected, the mean of that, and the mean that they got.
    answers: int
    expected: Decimal
    scored: Decimal
    #: The last run of these; what was expected there is the newest that is known of how hard the question is.
    last_run: int
    last_expected: Decimal
    #: Standard deviation in points: so much easier or harder it may as well be.
    last_unknown: Decimal


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What the calls of one purpose took together, at list price."""

    purpose: Purpose
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: Decimal


@dataclass(frozen=True, kw_only=True)
class AskedInRun:
    """A run that asked the question; answers by the model's name."""

    run_number: int
    kind: RunKind
    created_at: datetime
    #: Of the scored answers.
    mean: Decimal | None
    answers: Mapping[str, QuestionAnswer]


@dataclass(frozen=True, kw_only=True)
class WordingView:
    """One wording. Whatever rests on answers is empty or None where it was never asked."""

    digest: str
    #: The one that is asked today.
    in_bank: bool
    dimension: Dimension
    kind: Kind
    tier: Tier
    strict: bool
    #: None where it is hidden.
    disclosed: Disclosure | None
    figures: ItemFigures | None
    #: The most frequent first.
    reasons: tuple[Reason, ...]
    difficulty: Difficulty | None
    spent: tuple[Spent, ...]
    #: By name.
    models: tuple[ModelAnswers, ...]
    #: The oldest first.
    runs: tuple[AskedInRun, ...]


@dataclass(frozen=True, kw_only=True)
class PageOfRuns:
    """Some runs of a question, of whichever wordings."""

    numbers: frozenset[int]
    #: The runs before this one are those of the next page; None where there are none.
    next_before: int | None

    def of(self, wording: WordingView) -> tuple[AskedInRun, ...]:
        """Give those of a wording, the newest first."""
        return tuple(run for run in reversed(wording.runs) if run.run_number in self.numbers)


@dataclass(frozen=True, kw_only=True)
class QuestionView:
    """A question; the wording of the bank comes first, then the one that was asked last, and so on."""

    question_id: str
    #: Stands in the rows, and in the bank of today no more.
    retired: bool
    wordings: tuple[WordingView, ...]

    @property
    def simulated(self) -> bool:
        return any(own.simulated for wording in self.wordings for own in wording.models)

    def page_of_runs(self, *, before: int | None, limit: int) -> PageOfRuns:
        """Give the last `limit` runs before one, or of all."""
        numbers = sorted((run.run_number for wording in self.wordings for run in wording.runs), reverse=True)
        earlier = [number for number in numbers if before is None or number < before]
        return PageOfRuns(
            numbers=frozenset(earlier[:limit]), next_before=earlier[limit - 1] if len(earlier) > limit else None
        )


def question_view(database: Database, bank: Bank, question_id: str, *, shows_prompts: bool) -> QuestionView:
    """Read a question of the bank or of the rows; raise `UnknownQuestion`."""
    today = bank.by_id.get(question_id)
    with database.read() as session:
        questions = _stored(session, question_id) | ({} if today is None else {today.digest: today})
        answers, calls = answers_to(session, questions), calls_for(session, questions)
    if not questions:
        raise UnknownQuestion("neither the bank nor any run has a question of this id")
    wordings = [
        _wording(
            question,
            in_bank=today is not None and digest == today.digest,
            disclosed=disclosure_of(question, retired=today is None, allowed=shows_prompts),
            answers=answers.get(digest, []),
            calls=calls.get(digest, []),
        )
        for digest, question in questions.items()
    ]
    return QuestionView(
        question_id=question_id, retired=today is None, wordings=tuple(sorted(wordings, key=_newest_first))
    )


def _stored(session: Session, question_id: str) -> dict[str, Question]:
    rows = select(col(StoredQuestion.digest), col(StoredQuestion.body)).where(
        col(StoredQuestion.question_id) == question_id
    )
    return {digest: Question.model_validate_json(body) for digest, body in session.connection().execute(rows)}


def _newest_first(wording: WordingView) -> tuple[bool, int, str]:
    return (not wording.in_bank, -(wording.figures.last_run if wording.figures else 0), wording.digest)


def _wording(
    question: Question,
    *,
    in_bank: bool,
    disclosed: Disclosure | None,
    answers: Sequence[QuestionAnswer],
    calls: Sequence[QuestionCall],
) -> WordingView:
    models = tuple(_models(answers))
    return WordingView(
        digest=question.digest,
        in_bank=in_bank,
        dimension=question.dimension,
        kind=question.kind,
        tier=question.tier,
        strict=question.strict,
        disclosed=disclosed,
        figures=_figures(answers, {own.model for own in models if own.simulated}),
        reasons=tuple(_reasons(answers)),
        difficulty=_difficulty(answers),
        spent=tuple(_spent(calls)),
        models=models,
        runs=tuple(_runs(answers)),
    )


def _figures(answers: Sequence[QuestionAnswer], simulated: Collection[str]) -> ItemFigures | None:
    if not answers:
        return None
    counted = Counter((each.model, each.score) for each in answers)
    return figures_of(
        ((model, score, count) for (model, score), count in counted.items()),
        runs={each.run_number for each in answers},
        simulated=simulated,
    )


def _models(answers: Iterable[QuestionAnswer]) -> Iterable[ModelAnswers]:
    found: dict[str, list[QuestionAnswer]] = defaultdict(list)
    for each in answers:
        found[each.model].append(each)
    for model, own in sorted(found.items()):
        scores = [each.score for each in own if each.score is not None]
        yield ModelAnswers(
            model=model,
            simulated=any(each.simulated for each in own),
            asked=len(own),
            scored=len(scores),
            mean=mean(scores),
            passed=shares_of((model, score, 1) for score in scores).get(model),
            last=own[-1],
        )


def _runs(answers: Iterable[QuestionAnswer]) -> Iterable[AskedInRun]:
    found: dict[int, list[QuestionAnswer]] = defaultdict(list)
    for each in answers:
        found[each.run_number].append(each)
    for number, own in found.items():
        yield AskedInRun(
            run_number=number,
            kind=own[0].kind,
            created_at=own[0].created_at,
            mean=mean(each.score for each in own if each.score is not None),
            answers={each.model: each for each in own},
        )


def _reasons(answers: Iterable[QuestionAnswer]) -> Iterable[Reason]:
    counted = Counter(each.reason or "" for each in answers if each.state is AnswerState.UNSCORED)
    for told, count in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
        yield Reason(told=told, answers=count)


def _difficulty(answers: Sequence[QuestionAnswer]) -> Difficulty | None:
    known = [(each, each.score, each.expected) for each in answers if each.score is not None]
    found = [(each, score, expected) for each, score, expected in known if expected is not None]
    if not found:
        return None
    last_run = found[-1][0].run_number
    last = [(each, expected) for each, _, expected in found if each.run_number == last_run]
    return Difficulty(
        answers=len(found),
        expected=_of_points(expected for *_, expected in found),
        scored=_mean(score for _, score, _ in found),
        last_run=last_run,
        last_expected=_of_points(expected for _, expected in last),
        last_unknown=exact(FULL_SCORE * _mean(each.shared_variance or Decimal(0) for each, _ in last).sqrt()),
    )


def _of_points(shares: Iterable[Decimal]) -> Decimal:
    return _mean(FULL_SCORE * each for each in shares)


def _mean(values: Iterable[Decimal]) -> Decimal:
    """The mean of at least one value."""
    found = mean(values)
    assert found is not None
    return found


def _spent(calls: Iterable[QuestionCall]) -> Iterable[Spent]:
    found: dict[Purpose, list[QuestionCall]] = defaultdict(list)
    for each in calls:
        found[each.purpose].append(each)
    for purpose, own in sorted(found.items()):
        yield Spent(
            purpose=purpose,
            calls=len(own),
            prompt_tokens=sum(each.prompt_tokens for each in own),
            completion_tokens=sum(each.completion_tokens for each in own),
            cost_usd=sum((each.cost_usd for each in own), Decimal(0)),
        )
