"""What a run will cost at list price, before it is made. An estimate from the lengths of the questions, not a bill."""

from dataclasses import dataclass
from decimal import Decimal

from yzindex.bank.prompting import messages
from yzindex.bank.question import Question
from yzindex.fleet import Fleet, Model
from yzindex.grading.spec import Needs
from yzindex.ordering import Plan

#: Characters per token; English prose has about four, code and other languages fewer.
_CHARACTERS_PER_TOKEN = 3
#: What a reply usually takes of the limit stated to the model.
_USUAL_REPLY_TOKENS = 500
#: A rubric with the instructions around it, and a judgement.
_RUBRIC_TOKENS = 1500
_JUDGEMENT_TOKENS = 1000


@dataclass(frozen=True, kw_only=True)
class ModelEstimate:
    """Cost of one model's questions, judging included, in US dollars at list price.

    `about_usd` takes replies of usual length, `at_most_usd` every reply at its stated limit (each question asked once).
    """

    model: str
    simulated: bool
    questions: int
    about_usd: Decimal
    at_most_usd: Decimal
    #: Models and judges in it that have no list price, and so count as free.
    unpriced: tuple[str, ...]


def estimate(plan: Plan, fleet: Fleet) -> tuple[ModelEstimate, ...]:
    """Estimate a plan's cost, one entry per model in the plan's order."""
    return tuple(_of_model(model, plan.questions, fleet) for model in plan.models)


def _of_model(model: Model, questions: tuple[Question, ...], fleet: Fleet) -> ModelEstimate:
    judges = fleet.judges_of(model.vendor)
    payees = (model, *judges) if any(question.grader.needs is Needs.JUDGE for question in questions) else (model,)
    return ModelEstimate(
        model=model.slug,
        simulated=fleet.provider(model.provider).simulated,
        questions=len(questions),
        about_usd=sum((_cost(model, judges, each, _USUAL_REPLY_TOKENS) for each in questions), Decimal(0)),
        at_most_usd=sum((_cost(model, judges, each, each.max_tokens) for each in questions), Decimal(0)),
        unpriced=tuple(payee.slug for payee in payees if _is_unpriced(payee, fleet)),
    )


def _cost(model: Model, judges: tuple[Model, ...], question: Question, reply_tokens: int) -> Decimal:
    reply = min(reply_tokens, question.max_tokens)
    prompt = sum(len(message.content) for message in messages(question)) // _CHARACTERS_PER_TOKEN + 1
    cost = model.cost_usd(prompt, reply)
    if question.grader.needs is Needs.JUDGE:
        judged = prompt + reply + _RUBRIC_TOKENS
        cost += sum((judge.cost_usd(judged, _JUDGEMENT_TOKENS) for judge in judges), Decimal(0))
    return cost


def _is_unpriced(model: Model, fleet: Fleet) -> bool:
    prices = model.usd_per_million_prompt_tokens + model.usd_per_million_completion_tokens
    return prices == 0 and not fleet.provider(model.provider).simulated
