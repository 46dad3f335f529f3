"""What the simulated provider really is and really did, for whoever wants to check an analysis against it."""

from collections.abc import Mapping

from deploy.simulated.answering import Outcome
from deploy.simulated.config import JudgeModel, Model, SimulatedConfig
from deploy.simulated.log import RequestLog
from yzindex.dimensions import Dimension

Json = Mapping[str, object]


def truth(config: SimulatedConfig, log: RequestLog) -> Json:
    """Give the abilities as configured now, and from the log what was answered and which faults were injected."""
    return {
        "simulated": True,
        "seed": config.seed,
        "models": [_of_model(model, log) for model in config.models],
        "judges": [_of_judge(judge, log) for judge in config.judges],
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


def _by_question(counts: Mapping[tuple[str, Outcome], int]) -> Json:
    questions: dict[str, dict[str, int]] = {}
    for (question, outcome), count in sorted(counts.items()):
        questions.setdefault(question, {})[outcome.value] = count
    return questions
