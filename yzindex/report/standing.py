"""The sections on what a model usually does: its integrity labels, movements and spread, its calls and its cost."""

from collections.abc import Iterable

from yzindex.dimensions import Dimension
from yzindex.report.blocks import Foreign, Inline, Listing, Words
from yzindex.report.counting import counted, sentence_of, spelled
from yzindex.report.facts import ModelFacts, UsualFacts
from yzindex.report.figures import percent, points
from yzindex.report.naming import named, named_question
from yzindex.scoring import exact, rounded
from yzindex.scoring.formulas import stability
from yzindex.scoring.spread import sample_deviation

#: Days over which it is looked how much models usually move.
USUAL_DAYS = 90
_WARN_BELOW = 30
_USD_PLACES = 6
_PROBES = 2


def integrity(model: ModelFacts) -> Listing:
    """Say the label, and for how long it has stood."""
    was = "" if model.was is None else f"{model.was.label or 'none'} → "
    recommended = "" if model.recommendation is None else f"; recommendation: {model.recommendation}"
    lines = [f"Integrity rating: {was}{model.now.label or 'none'}{recommended}."]
    if model.labels:
        labels = ", ".join(label or "none" for label in model.labels)
        lines.append(f"The last labels, oldest first: {labels}; a streak of {spelled(_streak(model.labels))}.")
    found = model.now.dimensions.get(Dimension.INTEGRITY)
    if found is not None and found.asked:
        chance = " A model that is honest nine times in ten gets warn by chance on 18 % of days."
        rests = sentence_of(f"this label rests on {counted(found.scored, 'probe')}.")
        lines.append(rests + (chance if found.scored == _PROBES else ""))
    return Listing(items=tuple((line,) for line in lines))


def movement(model: ModelFacts) -> Listing:
    """Say how much the model and the others move where nothing has changed, and how much the model's scores spread."""
    lines: list[Words] = []
    if model.usual is not None:
        lines.append(("On an ordinary day ", *named(model), f" moves by {_usual(model.usual, 'day')}."))
    if model.others_usual is not None:
        lines.append((f"On an ordinary day the other models move by {_usual(model.others_usual, 'model-day')}.",))
    lines += [(line,) for line in (_repeatability(model), _question_spread(model)) if line]
    return Listing(items=tuple(lines))


def _repeatability(model: ModelFacts) -> str:
    spread = model.repeatability
    if spread is None:
        return ""
    return (
        f"Repeatability {points(spread.stability)}: sample sd {points(spread.standard_deviation)} of the last "
        f"{spread.runs} main scores before the cap.{_warning(is_low=spread.is_warning)}"
    )


def _question_spread(model: ModelFacts) -> str:
    scores = [question.score for question in model.now.questions if question.score is not None]
    deviation = sample_deviation(scores)
    if deviation is None:
        return ""
    found = stability(deviation)
    return (
        f"Question spread {points(found)}: sample sd {points(deviation)} of {len(scores)} question scores inside this "
        f"run.{_warning(is_low=found < _WARN_BELOW)}"
    )


def operation(model: ModelFacts) -> Listing:
    """Say what was scored, which calls were answered, what it cost, and what else changed."""
    return Listing(items=tuple(_operation(model)))


def _unscored(model: ModelFacts) -> Iterable[Words]:
    """Name the questions without a score."""
    for question in model.now.questions:
        if question.score is None:
            yield (
                "Unscored, which is not a zero: ",
                named_question(question.question_id),
                f" ({question.dimension.shown_as}): ",
                Foreign(question.reason),
            )


def _operation(model: ModelFacts) -> Iterable[Words]:
    questions = model.now.questions
    scored = sum(question.score is not None for question in questions)
    yield (f"Coverage: {scored} of {len(questions)} questions scored.",)
    yield from _unscored(model)
    yield (_availability(model),)
    yield (_value(model),)
    if model.was is not None:
        changed = ", ".join(name.replace("_", " ") for name in model.versions_changed) or "none"
        yield (f"Versions changed since Run #{model.was.run_number}, each of which can move scores: {changed}.",)
    if model.now.returned:
        yield (f"Answered in Run #{model.now.run_number} as: ", *_names(model.now.returned), ".")
        if model.was is not None and model.was.returned and set(model.was.returned) != set(model.now.returned):
            yield (f"Answered in Run #{model.was.run_number} as: ", *_names(model.was.returned), ".")


def _availability(model: ModelFacts) -> str:
    calls = model.calls
    if not calls.calls:
        return "Availability: no call is recorded."
    told = f"Availability: {calls.usable} of {calls.calls} calls got a usable response"
    told = f"{told} ({_share(calls.usable, calls.calls)})"
    if not calls.attempts:
        return f"{told}."
    return (
        f"{told}; with retries counted, {calls.usable} of {calls.attempts} attempts "
        f"({_share(calls.usable, calls.attempts)})."
    )


def _value(model: ModelFacts) -> str:
    cost = model.cost_usd
    told = f"Cost of this run at list price: {rounded(cost, _USD_PLACES)} USD"
    if not cost or model.now.core_display is None:
        return f"{told}; no value is given."
    return f"{told}; value: {points(model.now.core_display / cost)} points of the main score per USD."


def _share(part: int, whole: int) -> str:
    return percent(exact(part) / whole, 1)


def _names(names: tuple[str, ...]) -> Words:
    words: list[Inline] = []
    for name in names:
        words += [", "] * bool(words) + [Foreign(name)]
    return tuple(words)


def _usual(usual: UsualFacts, unit: str) -> str:
    days = f"{usual.days} {unit}{'' if usual.days == 1 else 's'}"
    return (
        f"{points(usual.points)} points (mean of {days} in the last {USUAL_DAYS} days, of those whose verdict was "
        "steady, luck of the draw or within chance)"
    )


def _streak(labels: tuple[str | None, ...]) -> int:
    same = 0
    for label in reversed(labels):
        if label != labels[-1]:
            break
        same += 1
    return same


def _warning(*, is_low: bool) -> str:
    return f" Below {_WARN_BELOW}: a real warning." if is_low else ""
