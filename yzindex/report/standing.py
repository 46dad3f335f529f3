"""The sections on what a model usually does: its integrity labels, movements and spread."""

from yzindex.dimensions import Dimension
from yzindex.report.blocks import Listing, Words
from yzindex.report.counting import counted, sentence_of, spelled
from yzindex.report.facts import ModelFacts, UsualFacts
from yzindex.report.figures import points
from yzindex.report.naming import named
from yzindex.scoring import stability
from yzindex.scoring.spread import sample_deviation

#: Days over which it is looked how much models usually move.
USUAL_DAYS = 90
_WARN_BELOW = 30
_PROBES = 2
_ORDINARY = (
    f"Ordinary are those of the last {USUAL_DAYS} days whose verdict was steady, luck of the draw or within chance."
)


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
    if lines:
        lines.append((_ORDINARY, *_this_day(model)))
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


def _usual(usual: UsualFacts, unit: str) -> str:
    return f"{points(usual.points)} points (mean of {usual.days} {unit}{'' if usual.days == 1 else 's'})"


def _this_day(model: ModelFacts) -> Words:
    if model.was is None or model.raw_change is None:
        return ()
    return (f" Since Run #{model.was.run_number} ", *named(model), f" moved by {points(abs(model.raw_change))}.")


def _streak(labels: tuple[str | None, ...]) -> int:
    same = 0
    for label in reversed(labels):
        if label != labels[-1]:
            break
        same += 1
    return same


def _warning(*, is_low: bool) -> str:
    return f" Below {_WARN_BELOW}: a real warning." if is_low else ""
