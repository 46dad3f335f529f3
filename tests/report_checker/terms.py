"""What the change is made of: draw, everyone and the rest."""

from __future__ import annotations

import re
from fractions import Fraction
from urllib.parse import quote

from tests.report_checker.figures import half_up, plus, spelled
from tests.report_checker.patterns import NAMED, NO_CHANGE, SIGNED
from tests.report_checker.rows import Rows
from tests.report_checker.rules import Expected, Reading, Rules, Wrong, require, same

RULES = Rules()
COMMON = r"([+-]\d+\.\d+|not estimated)"


def shown_terms(rows: Rows, model: str) -> tuple[str, ...]:
    """Change, draw, everyone, rest and the two ends of its interval."""
    verdict = rows.verdicts[model, rows.number]
    parts = [Fraction(part) for part in (verdict.draw, verdict.common_change, verdict.rest) if part is not None]
    change = rows.change(model, rows.number)
    assert change is not None
    if abs(sum(parts, Fraction(0)) - change) > Fraction(1, 10**6):
        raise Wrong("the terms do not make the change")
    bounds = [Fraction(part) for part in (verdict.rest_lo, verdict.rest_hi) if part is not None]
    change_shown, draw, common, *rest = (plus(half_up(each)) for each in (change, *parts, *bounds))
    if len(_too_few(rows, model)) == 2:
        require(not verdict.common_change, "everyone moved, told from too few models")
        common = "not estimated"
    return (change_shown, draw, common, *rest)


def _too_few(rows: Rows, model: str) -> list[tuple[int, int]]:
    """The runs of the change with fewer than five main scores, and how many they have."""
    compared = rows.verdicts[model, rows.number].compared_run
    assert compared is not None
    scored = {
        run: sum(of == run and rows.raw(each, run) is not None for each, of in rows.evaluations)
        for run in (compared, rows.number)
    }
    return [(run, models) for run, models in scored.items() if models < 5]


@RULES.says(
    rf"Since Run #(\d+) the main score before the cap moved by {SIGNED} = draw {SIGNED}, everyone {COMMON}, rest {SIGNED} \(95 %: {SIGNED} to {SIGNED}\); each is rounded by itself\."
)
def _terms(read: Reading, model: str, m: re.Match[str]) -> Expected:
    return (str(read.rows.verdicts[model, read.rows.number].compared_run), *shown_terms(read.rows, model))


@RULES.says(r"The draw: these questions were (harder than|easier than|as hard as) those of Run #(\d+)\.")
def _draw(read: Reading, model: str, m: re.Match[str]) -> Expected:
    verdict = read.rows.verdicts[model, read.rows.number]
    draw = half_up(verdict.draw or Fraction(0))
    way = "as hard as" if draw == "0.00" else "harder than" if draw.startswith("-") else "easier than"
    return (way, str(verdict.compared_run))


@RULES.says(r"The draw of Run #(\d+) was worse than (\d+) of 100 possible draws\.")
def _luck(read: Reading, model: str, m: re.Match[str]) -> Expected:
    return (str(read.rows.number), str(read.rows.verdicts[model, read.rows.number].draws_better))


@RULES.says(rf"Not explained by the draw: {SIGNED}\.")
def _unexplained(read: Reading, model: str, m: re.Match[str]) -> Expected:
    change, draw = read.rows.change(model, read.rows.number), read.rows.verdicts[model, read.rows.number].draw
    assert change is not None
    assert draw is not None
    return (plus(half_up(change - Fraction(draw))),)


@RULES.says(r"What everyone moved by is not estimated where fewer than five models have a main score \((.+?)\)\.")
def _not_estimated(read: Reading, model: str, m: re.Match[str]) -> Expected:
    models = [model] if model else [n for n in read.rows.models if read.rows.has_terms(n)]
    runs = sorted({pair for each in models for pair in _too_few(read.rows, each)})
    told = [f"{spelled(count)} model{'' if count == 1 else 's'} in Run #{run}" for run, count in runs]
    return (" and ".join(told),)


@RULES.says(rf"The draw alone is {SIGNED}, the change {SIGNED}: this speaks of the draw, not of the model\.")
def _the_draw(read: Reading, model: str, m: re.Match[str]) -> Expected:
    draw, _, change = _shared(read, model, m[0])
    require(_is_half(draw, change), m[0])
    return (plus(half_up(draw)), plus(half_up(change)))


@RULES.says(
    rf"What everyone moved by is {SIGNED}, the change {SIGNED}: this speaks of the questions or the grader, not of one model\."
)
def _everyone(read: Reading, model: str, m: re.Match[str]) -> Expected:
    draw, common, change = _shared(read, model, m[0])
    require(_is_half(common, change) and not _is_half(draw, change), m[0])
    return (plus(half_up(common)), plus(half_up(change)))


@RULES.says(
    rf"The draw and what everyone moved by are together {SIGNED}, the change {SIGNED}: this speaks of the draw and of the questions or the grader, not of one model\."
)
def _both(read: Reading, model: str, m: re.Match[str]) -> Expected:
    draw, common, change = _shared(read, model, m[0])
    require(not _is_half(draw, change) and not _is_half(common, change), m[0])
    return (plus(half_up(draw + common)), plus(half_up(change)))


def _shared(read: Reading, model: str, text: str) -> tuple[Fraction, Fraction, Fraction]:
    """Draw, everyone and change where the first two are half of the third and nobody was convicted."""
    verdict, change = read.rows.verdicts[model, read.rows.number], read.rows.change(model, read.rows.number)
    assert change is not None
    draw, common = Fraction(verdict.draw or 0), Fraction(verdict.common_change or 0)
    require(verdict.word in NO_CHANGE and _is_half(draw + common, change), text)
    return draw, common, change


def _is_half(part: Fraction, change: Fraction) -> bool:
    return part * change > 0 and 2 * abs(part) >= abs(change)


@RULES.says(
    r"(There is no earlier run of this kind|Run #\d+ gave this model no main score|Nothing is stored that this run could be compared with): there is no change to take apart\."
)
def _no_terms(read: Reading, model: str, m: re.Match[str]) -> Expected:
    rows = read.rows
    require(not rows.has_terms(model), m[0])
    before = rows.before(model)
    if before is None:
        return ("There is no earlier run of this kind",)
    for run in (rows.number, before):
        if rows.raw(model, run) is None:
            return (f"Run #{run} gave this model no main score",)
    return ("Nothing is stored that this run could be compared with",)


@RULES.says(rf"!\[Waterfall of the main score of {NAMED} from Run #(\d+) to Run #(\d+): [^\]\d]+\]\((\S+)\)$")
def _picture(read: Reading, model: str, m: re.Match[str]) -> Expected:
    if read.article_of is None:
        model = m[1]
        read.pictured.append(model)
    was, now = read.rows.verdicts[model, read.rows.number].compared_run, read.rows.number
    name = quote(model, safe="")
    return (*read.rows.named(model), str(was), str(now), f"/v1/compare.svg?model={name}&run_a={was}&run_b={now}")


def check_pictures(read: Reading) -> None:
    """The changes of the three models that moved most, if by more than five points, have pictures."""
    rows = read.rows
    sizes = {m: abs(c) for m in rows.models if rows.is_drawable(m) and (c := rows.change(m, rows.number)) is not None}
    most = sorted((m for m in rows.boards_order() if sizes.get(m, 0) > 5), key=lambda m: -sizes[m])[:3]
    same(read.pictured, most, "pictures")
