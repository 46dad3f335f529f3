"""A small bank, fleet and run to put rows into a database."""

from __future__ import annotations

from decimal import Decimal

from yzindex.bank.files import Bank
from yzindex.bank.question import Question, Tier
from yzindex.dimensions import Dimension
from yzindex.fleet import Fleet, Model, Provider
from yzindex.ports import FinishReason, ModelReply
from yzindex.records import runs
from yzindex.records.confirmations import Confirmation, submit_confirmation
from yzindex.records.database import Database
from yzindex.records.states import ConfirmationStage, RunKind

KINDS = {
    Dimension.EXECUTION: "algorithm",
    Dimension.GROUNDING: "comprehension",
    Dimension.JUDGMENT: "risk_assessment",
    Dimension.COMMUNICATION: "formatting",
    Dimension.INTEGRITY: "false_premise",
}

FLEET = Fleet(
    providers=(Provider(name="sim", base_url="http://127.0.0.1:9/v1", simulated=True),),
    models=(
        Model(slug="sim/agate", provider="sim", vendor="sim"),
        Model(slug="sim/opal", provider="sim", vendor="sim"),
    ),
)


VERSIONS = runs.Versions(bank="test", bank_digest="d", grader="1", judge_set="none", formula="1", software="0")


def question(dimension: Dimension, number: int, tier: Tier = Tier.EASIER) -> Question:
    """A question whose kind fits its dimension; its grader calls `double`, whatever the dimension."""
    return Question.model_validate(
        {
            "id": f"{dimension}-{number:03}",
            "dimension": dimension,
            "kind": KINDS[dimension],
            "prompt": f"Write `double`, version {number}.",
            "tier": tier,
            "grader": {"type": "calls", "entry_point": "double", "cases": [{"args": "(2,)", "expected": "4"}]},
            "reference": "```python\ndef double(n):\n    return 2 * n\n```",
            "wrong": [{"reply": "No.", "why": "no code"}, {"reply": "2", "why": "no code"}],
            "source": "yz-index tests",
            "licence": "Apache-2.0",
        }
    )


def small_bank(per_tier: int = 3) -> Bank:
    """`per_tier` questions of every dimension and tier."""
    questions = [
        question(dimension, 2 * number + (tier is Tier.HARDER), tier)
        for dimension in Dimension
        for tier in Tier
        for number in range(per_tier)
    ]
    return Bank(version="test", questions=tuple(sorted(questions, key=lambda each: each.id)))


def submit(
    database: Database,
    questions: list[Question],
    models: tuple[Model, ...] = FLEET.models,
    key: str | None = None,
    kind: RunKind = RunKind.SMOKE,
) -> int:
    """Submit a run and return its number."""
    with database.write() as session:
        runs.lock_numbering(session)
        return runs.submit(
            session,
            runs.Submission(
                kind=kind,
                seed=runs.next_seed(session, kind),
                questions=questions,
                models=models,
                fleet=FLEET,
                versions=VERSIONS,
                idempotency_key=key,
            ),
        )


def confirmation(
    questions: list[Question],
    stage: ConfirmationStage = ConfirmationStage.AGAIN,
    *,
    number: int = 1,
    suspicion: str = "first",
) -> Confirmation:
    """A confirmation of the fleet's first model, of the round `number`."""
    return Confirmation(
        model=FLEET.models[0], suspicion=suspicion, stage=stage, round=number, questions=questions, seed=7
    )


def confirm(database: Database, wanted: Confirmation) -> int:
    """File a confirmation and return its run's number."""
    with database.write() as session:
        return submit_confirmation(session, wanted, FLEET, VERSIONS).number


def model_reply(text: str) -> ModelReply:
    return ModelReply(
        text=text,
        finish_reason=FinishReason.STOP,
        model_returned="sim/agate-2026",
        prompt_tokens=10,
        completion_tokens=5,
        cost_usd=Decimal("0.001"),
        latency_s=0.1,
        attempts=1,
    )
