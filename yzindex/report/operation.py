"""The sections on operation: what was scored, which calls were answered, what it cost, and what else changed."""

from collections.abc import Iterable

from yzindex.report.blocks import Foreign, Inline, Listing, Table, Words
from yzindex.report.costs import LONGEST_LOG
from yzindex.report.counting import counted
from yzindex.report.facts import ModelFacts, QuestionFacts, RunFacts
from yzindex.report.figures import percent, points
from yzindex.report.naming import grouped, named, named_question
from yzindex.scoring import exact, rounded

_USD_PLACES = 6
#: Of questions that stayed unscored for the same reason, so many are named.
_MOST_NAMED = 10
_HEADINGS = ("Model", "Calls answered", "Last labels, oldest first", "Repeatability", "Cost, USD", "Points per USD")


def operation(model: ModelFacts) -> Listing:
    """Say how the run of one model went."""
    return Listing(items=tuple(_lines(model)))


def operation_of_all(run: RunFacts) -> Table:
    """Show how the run of each model went."""
    return Table(headings=_HEADINGS, rows=tuple(_row(model) for model in run.models))


def unscored_of_all(run: RunFacts) -> Iterable[Words]:
    """Say of how many questions of each model there is no score, and why."""
    return grouped(run, _unscored_by_model(run))


def coverage(model: ModelFacts) -> str:
    """Give how many of the questions were scored."""
    questions = model.now.questions
    return f"{sum(question.score is not None for question in questions)} of {len(questions)}"


def _lines(model: ModelFacts) -> Iterable[Words]:
    yield (f"Coverage: {coverage(model)} questions scored.",)
    for reason, left in _unscored(model).items():
        yield ("Unscored, which is not a zero: ", *_questions(left), ": ", reason)
    yield (_availability(model),)
    yield (_value(model),)
    if model.was is not None:
        yield (_versions(model, model.was.run_number),)
    if model.now.returned:
        yield (f"Answered in Run #{model.now.run_number} as: ", *_names(model.now.returned), ".")
        if model.was is not None and model.was.returned and set(model.was.returned) != set(model.now.returned):
            yield (f"Answered in Run #{model.was.run_number} as: ", *_names(model.was.returned), ".")


def _row(model: ModelFacts) -> tuple[Words, ...]:
    calls, spread = model.calls, model.repeatability
    cells = (
        f"{calls.usable} of {calls.calls}" if calls.calls else "none recorded",
        ", ".join(label or "none" for label in model.labels) or "none",
        "none" if spread is None else f"{points(spread.stability)} ({spread.runs} runs)",
        str(rounded(model.cost_usd, _USD_PLACES)),
        _per_usd(model) or "none",
    )
    return (named(model), *((cell,) for cell in cells))


def _unscored_by_model(run: RunFacts) -> Iterable[tuple[ModelFacts, Words]]:
    for model in run.models:
        for reason, left in _unscored(model).items():
            told = f"{len(left)} of {len(model.now.questions)} questions unscored, which is not a zero: "
            yield model, (told, reason)


def _unscored(model: ModelFacts) -> dict[Foreign, list[QuestionFacts]]:
    found: dict[Foreign, list[QuestionFacts]] = {}
    for question in model.now.questions:
        if question.score is None:
            found.setdefault(Foreign(question.reason, LONGEST_LOG + 1), []).append(question)
    return found


def _questions(left: list[QuestionFacts]) -> Words:
    named_ones = _listed(named_question(question.question_id) for question in left[:_MOST_NAMED])
    more = len(left) - _MOST_NAMED
    return (*named_ones, f" and {counted(more, 'more question')}") if more > 0 else named_ones


def _versions(model: ModelFacts, since: int) -> str:
    told = f"Versions changed since Run #{since}: "
    if not model.versions_changed:
        return f"{told}none."
    changed = ", ".join(name.replace("_", " ") for name in model.versions_changed)
    return f"{told}{changed}. This can move scores by itself."


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
    told = f"Cost of this run at list price: {rounded(model.cost_usd, _USD_PLACES)} USD"
    value = _per_usd(model)
    return (
        f"{told}; no value is given." if value is None else f"{told}; value: {value} points of the main score per USD."
    )


def _per_usd(model: ModelFacts) -> str | None:
    if not model.cost_usd or model.now.core_display is None:
        return None
    return points(model.now.core_display / model.cost_usd)


def _share(part: int, whole: int) -> str:
    return percent(exact(part) / whole, 1)


def _names(names: Iterable[str]) -> Words:
    return _listed(Foreign(name) for name in names)


def _listed(parts: Iterable[Inline]) -> Words:
    words: list[Inline] = []
    for part in parts:
        words += [", "] * bool(words) + [part]
    return tuple(words)
