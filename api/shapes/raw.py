"""Raw answers, as JSON and as rows of a table."""

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict
from decimal import Decimal

from pydantic import Field

from api.shapes.values import Body, Exact, Moment
from yzindex.dimensions import Dimension
from yzindex.records.raw_view import RawAnswer
from yzindex.records.states import AnswerState, Purpose


class MessageBody(Body):
    """A message of the prompt as it was sent."""

    role: str
    content: str


class CaseBody(Body):
    """A test case, rule or rubric item; what was expected of it is withheld."""

    name: str
    passed: bool
    verdict: str
    detail: str


class CallBody(Body):
    """A call of the model or of a judge, its retries included."""

    purpose: Purpose
    provider: str
    model_asked: str
    model_returned: str | None
    finish_reason: str | None
    prompt_tokens: int
    completion_tokens: int
    cost_usd: Exact
    latency_s: float
    attempts: int
    errors: dict[str, int] = Field(description="Attempts that met an error, by its class.")
    error: str | None
    request_id: str
    made_at: Moment


class RawAnswerBody(Body):
    """One question put to one model: what was asked, what came back, and what grading said."""

    answer_id: int
    run_number: int
    model: str
    simulated: bool
    provider: str
    question_id: str
    question_digest: str
    dimension: Dimension
    tier: str
    prompt: list[MessageBody]
    state: AnswerState
    model_asked: str
    model_returned: str | None
    reply: str | None
    finish_reason: str | None
    verdict: str | None
    score: Exact | None = Field(description="0 to 100; null while open and where the question stayed unscored.")
    reason: str | None
    cases: list[CaseBody]
    ran_in: str | None = Field(description="Engine and throwaway container, or like, that ran the reply's code.")
    answered_at: Moment | None
    ended_at: Moment | None
    calls: list[CallBody]


class RawPage(Body):
    """Answers of a run in the order of their ids."""

    items: list[RawAnswerBody]
    next: str | None = Field(description="Address of the next page; null on the last.")


#: Columns of the table, which has a row per answer; its calls are summed up.
COLUMNS = (
    *(
        "answer_id",
        "run_number",
        "model",
        "simulated",
        "provider",
        "question_id",
        "question_digest",
        "dimension",
        "tier",
    ),
    *("state", "verdict", "score", "reason", "finish_reason", "model_asked", "model_returned", "ran_in"),
    *("answered_at", "ended_at", "calls", "attempts", "prompt_tokens", "completion_tokens", "cost_usd", "latency_s"),
    *("prompt", "reply"),
)


def raw_body(answer: RawAnswer) -> RawAnswerBody:
    return RawAnswerBody.model_validate(asdict(answer))


def raw_page(answers: list[RawAnswer], *, run_number: int, limit: int) -> RawPage:
    is_last = len(answers) < limit
    return RawPage(
        items=[raw_body(answer) for answer in answers],
        next=None if is_last else f"/v1/runs/{run_number}/raw?cursor={answers[-1].answer_id}&limit={limit}",
    )


def as_json_lines(answers: Iterable[RawAnswer]) -> str:
    return "".join(f"{raw_body(answer).model_dump_json()}\n" for answer in answers)


def as_csv(answers: Iterable[RawAnswer], *, with_heading: bool) -> str:
    """Give rows of CSV. Replies stand as they came: a spreadsheet may take one that begins with = for a formula."""
    text = io.StringIO()
    rows = csv.DictWriter(text, COLUMNS, extrasaction="ignore")
    if with_heading:
        rows.writeheader()
    rows.writerows(_row(raw_body(answer)) for answer in answers)
    return text.getvalue()


def _row(answer: RawAnswerBody) -> dict[str, object]:
    return answer.model_dump(mode="json") | {
        "prompt": "\n\n".join(message.content for message in answer.prompt),
        "calls": len(answer.calls),
        "attempts": sum(call.attempts for call in answer.calls),
        "prompt_tokens": sum(call.prompt_tokens for call in answer.calls),
        "completion_tokens": sum(call.completion_tokens for call in answer.calls),
        "cost_usd": format(sum((call.cost_usd for call in answer.calls), Decimal(0)), "f"),
        "latency_s": sum(call.latency_s for call in answer.calls),
    }
