"""The tables that people read. Simulated models are labelled in the heading and at their names, and so are the side
charts that judge models had a part in. A missing score is a dash, never a zero, and a footnote says why.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from rich.console import RenderableType
from rich.text import Text

from api.shapes.raw import RawAnswerBody
from api.shapes.results import ChangeBody, ResultBody, UnscoredBody
from api.shapes.runs import EstimateBody, ModelBody, RunBody
from api.terminal.layout import NONE, covered, figure, framed, named, new_table, signed, texts
from yzindex.dimensions import Dimension
from yzindex.records.states import RunKind

SIDE_NOTE = "judgment and communication are side charts, AI-assisted: not part of the main score"
CAP_NOTE = "core_display is capped at 74 where integrity is FAIL: a capped rise is not an improvement"
_DRAWN = frozenset({RunKind.SMOKE, RunKind.CONFIRMATION})
_DIMENSIONS = (Dimension.EXECUTION, Dimension.GROUNDING, Dimension.JUDGMENT, Dimension.COMMUNICATION)


def run_tables(run: RunBody | Mapping[str, object]) -> RenderableType:
    """Show a run as `GET /v1/runs/{n}` gives it: a row per model, then what is missing and why."""
    found = run if isinstance(run, RunBody) else RunBody.model_validate(run)
    heading = (
        f"Run #{found.number} {found.kind} · {len(found.questions)} questions x {len(found.models)} models"
        f" · seed {found.seed} · {found.status}"
    )
    table = new_table(heading, ("model", *_DIMENSIONS, "integrity", "core_raw", "core_display", "change", "coverage"))
    for model in sorted(found.models, key=_by_main_score):
        table.add_row(*_run_row(model))
    notes = [
        *_capped_notes(found.models),
        *unscored_lines(found.number, ((model.model, model.unscored) for model in found.models)),
        SIDE_NOTE,
    ]
    return framed(table, notes, simulated=found.simulated)


def raw_table(answers: Iterable[RawAnswerBody]) -> RenderableType:
    """Show answers, a line each."""
    table = new_table("", ("answer", "model", "question", "tier", "score", "verdict", "attempts", "reason"))
    for each in answers:
        attempts = sum(call.attempts for call in each.calls)
        cells = (each.answer_id, named(each.model, simulated=each.simulated), each.question_id, each.tier)
        shown = NONE if each.score is None else format(each.score.quantize(Decimal("0.01")), "f")
        table.add_row(*texts(*cells, shown, each.verdict or each.state, attempts, each.reason or ""))
    return table


def answer_text(answer: RawAnswerBody) -> RenderableType:
    """Show one answer in full."""
    lines = [
        f"answer {answer.answer_id} · Run #{answer.run_number} · {named(answer.model, simulated=answer.simulated)}",
        f"{answer.question_id} · {answer.dimension} · {answer.tier} · {answer.state}",
        f"verdict {answer.verdict or NONE} · score {NONE if answer.score is None else answer.score}",
        f"finish {answer.finish_reason or NONE} · ran in {answer.ran_in or NONE}",
        *([answer.reason] if answer.reason else []),
        *(_case_line(case.name, case.passed, case.verdict, case.detail) for case in answer.cases),
        *(
            f"{call.purpose} {call.model_asked}: {call.attempts} attempts, {call.latency_s:.2f} s, "
            f"{call.prompt_tokens} + {call.completion_tokens} tokens, ${call.cost_usd}{_trouble(call.error)}"
            for call in answer.calls
        ),
    ]
    prompt = [f"--- {message.role}\n{message.content}" for message in answer.prompt]
    return Text("\n".join([*lines, *prompt, "--- reply", NONE if answer.reply is None else answer.reply]))


def estimate_lines(estimate: EstimateBody, *, in_full: bool) -> Iterator[str]:
    """Say what a run would cost; in full also what it would ask, and the cost per model."""
    calls = len(estimate.questions) * len(estimate.models)
    yield (
        f"{estimate.kind}: {len(estimate.questions)} questions x "
        f"{len(estimate.models)} model{'s' * (len(estimate.models) != 1)} = {calls} calls"
        f" · about ${estimate.about_usd:.4f}, at most ${estimate.at_most_usd:.4f} at list price"
    )
    if estimate.unpriced:
        yield f"  no list price is known for {', '.join(estimate.unpriced)}: counted as free"
    if in_full:
        drawn = f"seed {estimate.seed}: {', '.join(estimate.questions)}"
        yield f"  {drawn if estimate.kind in _DRAWN else 'every question of the bank'}"
        for model in estimate.models:
            name = named(model.model, simulated=model.simulated)
            yield f"  {name}: about ${model.about_usd:.4f}, at most ${model.at_most_usd:.4f}"


def unscored_lines(run: int, unscored: Iterable[tuple[str, Sequence[UnscoredBody]]]) -> Iterator[str]:
    """Say of each question without a score, by model, why it has none; those with one reason share a line."""
    by_reason: dict[str, list[str]] = {}
    for model, questions in unscored:
        for each in questions:
            by_reason.setdefault(each.reason, []).append(f"{model} {each.question}")
    for reason, found in by_reason.items():
        counted = f"{len(found)} question{'s' * (len(found) > 1)}"
        yield f"* Run #{run}: {counted} unscored, {reason} (not counted as 0): {', '.join(found)}"


def dimension_of(result: ResultBody, dimension: Dimension) -> str:
    """A dimension's score, with its coverage where that is not all."""
    found = result.dimensions.get(dimension)
    if found is None or found.score is None:
        return NONE
    scored, asked = found.coverage.scored, found.coverage.asked
    return found.score.shown if scored == asked else f"{found.score.shown} ({scored}/{asked})"


def _run_row(model: ModelBody) -> tuple[Text, ...]:
    name = named(model.model, simulated=model.simulated)
    if model.result is None:
        return texts(name, *[NONE] * 8, f"{model.progress.ended}/{model.progress.asked} ended")
    result = model.result
    return texts(
        name,
        *(dimension_of(result, dimension) for dimension in _DIMENSIONS),
        _label(result),
        figure(result.core_raw),
        figure(result.core_display),
        _change(model.change),
        covered(result.coverage),
    )


def _label(result: ResultBody) -> str:
    label = result.label or NONE
    return label.upper() if label == "fail" else label


def _change(change: ChangeBody | None) -> str:
    return NONE if change is None else signed(change.core_display)


def _capped_notes(models: Iterable[ModelBody]) -> list[str]:
    return [CAP_NOTE] if any(model.result is not None and model.result.capped for model in models) else []


def _by_main_score(model: ModelBody) -> tuple[bool, Decimal, str]:
    core = model.result.core_display if model.result else None
    return core is None, -core.exact if core else Decimal(0), model.model


def _case_line(name: str, passed: bool, verdict: str, detail: str) -> str:
    return f"  {'pass' if passed else 'FAIL'} {name} {verdict}{f': {detail}' if detail else ''}"


def _trouble(error: str | None) -> str:
    return f", failed: {error}" if error else ""
