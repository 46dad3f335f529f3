"""The cells of tables: scores and terms of models, and the questions of draws."""

from __future__ import annotations

import re
from fractions import Fraction

from tests.report_checker.figures import half_up, plus, point_or_none, tenth, tenth_or_none
from tests.report_checker.patterns import SHOWN
from tests.report_checker.rules import Reading, Wrong, check_label, same
from tests.report_checker.terms import shown_terms
from yzindex.dimensions import Dimension


def check_row(read: Reading, text: str) -> None:
    cells = [cell.strip() for cell in text.strip("| ").split(" | ")]
    if read.headings is None:
        read.headings = cells
    elif not all(re.fullmatch("-+", cell) for cell in cells):
        _cells(read, dict(zip(read.headings, cells, strict=True)))


def _cells(read: Reading, row: dict[str, str]) -> None:
    if "Question" in row:
        return _drawn(read, row)
    model = row["Model"].removesuffix(" (simulated)")
    if model not in read.rows.models:
        raise Wrong(f"no such model in the run: {model}")
    check_label(read, row["Model"], model)
    expected = _term_cells(read, model) if "Rest" in row else _score_cells(read, model)
    for heading, cell in row.items():
        if heading != "Model":
            read.seen[f"{read.section}: {heading}"].append(model)
            same((cell,), (expected[heading],), f"{model}, {heading}")
    return None


def _score_cells(read: Reading, model: str) -> dict[str, str]:
    rows, number = read.rows, read.rows.number
    before = rows.before(model)
    now, was, raw = rows.display(model, number), rows.display(model, before), rows.raw(model, number)
    cap = f" ({half_up(raw)} before the cap)" if raw is not None and raw != now else ""
    verdict = rows.verdicts.get((model, number))
    charts = {name: tenth_or_none(rows.score(model, number, each)) for name, each in SHOWN.items()}
    sides = {
        f"{name} (AI-assisted)": _side(read, model, before, SHOWN[name])
        for name in ("Engineering judgment", "Task expression")
    }
    return {
        "Five-run mean": point_or_none(rows.mean_of_five(model)),
        "Main score": point_or_none(now) + cap,
        "Was": point_or_none(was),
        "Change": "none" if now is None or was is None else plus(half_up(now - was)),
        **charts,
        **sides,
        "Integrity": rows.label(model, number),
        "Coverage": f"{len(rows.scored(model, number))} of {len(rows.answers[model, number])}",
        "Verdict": "none" if verdict is None else verdict.word.value,
    }


def _side(read: Reading, model: str, before: int | None, dimension: Dimension) -> str:
    now = read.rows.score(model, read.rows.number, dimension)
    if before is None:
        return tenth_or_none(now)
    was = read.rows.score(model, before, dimension)
    told = f"{tenth_or_none(was)} → {tenth_or_none(now)}"
    return told if now is None or was is None else f"{told} ({plus(tenth(now - was))})"


def _term_cells(read: Reading, model: str) -> dict[str, str]:
    verdict = read.rows.verdicts[model, read.rows.number]
    change, draw, common, rest, low, high = shown_terms(read.rows, model)
    return {
        "Since": f"Run #{verdict.compared_run}",
        "Change": change,
        "Draw": draw,
        "Everyone": common,
        "Rest": rest,
        "Rest, 95 %": f"{low} to {high}",
        "Worse than of 100 draws": "not known" if verdict.draws_better is None else str(verdict.draws_better),
    }


def _drawn(read: Reading, row: dict[str, str]) -> None:
    number = int(row["Run"].removeprefix("Run #"))
    candidates = [read.article_of] if read.article_of else read.rows.models
    for model in candidates:
        if model is not None and number in (read.rows.before(model), read.rows.number):
            answer = next((a for a in read.rows.answers[model, number] if a.question_id == row["Question"]), None)
            if answer is not None:
                break
    else:
        raise Wrong(f"not drawn: {row}")
    read.drawn[number].append(answer.question_id)
    share = read.rows.pass_share(answer.question_digest)
    same(
        (row["Dimension"], row["Half"], row["Models pass it"]),
        (
            answer.dimension.shown_as,
            answer.tier,
            "not known" if share is None else f"{share[0]} % of {share[1]}",
        ),
        str(row),
    )
    if "Score" in row:
        score = "unscored" if answer.score is None else tenth(Fraction(answer.score))
        same((row["Score"],), (score,), str(row))
