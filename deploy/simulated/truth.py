"""What the simulated provider really is and really did, for whoever wants to check an analysis against it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import mean
from typing import Any

from deploy.simulated.answering import Outcome, chance_of_right
from deploy.simulated.config import Event, JudgeModel, Model, SimulatedConfig
from deploy.simulated.events import on_day
from deploy.simulated.log import RequestLog
from yzindex.bank.question import Question
from yzindex.dimensions import Dimension

Json = Mapping[str, Any]


def truth(config: SimulatedConfig, log: RequestLog, questions: Sequence[Question], today: date) -> Json:
    """Give the abilities of today, what changed until then and, from the log, answers given and faults injected."""
    return {
        "simulated": True,
        "seed": config.seed,
        "models": [_of_model(on_day(config, model, today), log) for model in config.models],
        "judges": [_of_judge(on_day(config, judge, today), log) for judge in config.judges],
        "events": [_of_event(config, event, questions) for event in config.events if event.on <= today],
    }


def _of_model(model: Model, log: RequestLog) -> Json:
    counts = log.outcomes[model.name]
    return {
        "name": model.name,
        "version": model.version,
        "family": model.family,
        "ability": {dimension.value: model.ability.on(dimension) for dimension in Dimension},
        "refusal": model.refusal,
        "truncation": model.truncation,
        "answered": {
            outcome.value: sum(count for (_, each), count in counts.items() if each is outcome) for outcome in Outcome
        },
        # The sum of the chances that the given answers had of being right.
        "expected_right": round(log.expected_right[model.name], 3),
        "questions": _by_question(counts),
        "faults": {fault.value: count for fault, count in log.faults[model.name].items()},
    }


def _of_judge(judge: JudgeModel, log: RequestLog) -> Json:
    return {
        "name": judge.name,
        "severity": judge.severity,
        "noise": judge.noise,
        "judged": log.judged[judge.name],
        "faults": {fault.value: count for fault, count in log.faults[judge.name].items()},
    }


def _of_event(config: SimulatedConfig, event: Event, questions: Sequence[Question]) -> Json:
    model = next((each for each in config.models if each.name == event.who), None)
    told = event.model_dump(mode="json", exclude_none=True)
    if model is None:
        return told
    # Mean chance of being right over the whole bank, on the day before and on the day.
    return told | {
        "chance_before": _chances(config, on_day(config, model, event.on - timedelta(days=1)), questions),
        "chance_after": _chances(config, on_day(config, model, event.on), questions),
    }


def _chances(config: SimulatedConfig, model: Model, questions: Sequence[Question]) -> Json:
    chances: dict[str, list[float]] = {}
    for question in questions:
        chances.setdefault(question.dimension.value, []).append(chance_of_right(config, model, question))
    return {dimension: round(mean(each), 4) for dimension, each in chances.items()}


def _by_question(counts: Mapping[tuple[str, Outcome], int]) -> Json:
    questions: dict[str, dict[str, int]] = {}
    for (question, outcome), count in sorted(counts.items()):
        questions.setdefault(question, {})[outcome.value] = count
    return questions
