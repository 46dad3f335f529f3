"""The cells of tables: scores and terms of models, and the questions of draws."""

from __future__ import annotations

import re
from fractions import Fraction

from tests.report_checker.figures import deviation, half_up, plus, point_or_none, tenth, tenth_or_none
from tests.report_checker.patterns import SHOWN, chart_name
from tests.report_checker.rules import Reading, Wrong, check_label, same
from tests.report_checker.terms import shown_terms


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
    expected = _EXPECTED[next(heading for heading in row if heading in _EXPECTED)](read, model)
    for heading, cell in row.items():
        if heading != "Model":
            read.seen[f"{read.section}: {heading}"].append((model,))
            same((cell,), (expected[heading],), f"{model}, {heading}")
    return None


def _score_cells(read: Reading, model: str) -> dict[str, str]:
    rows, number = read.rows, read.rows.number
    before = rows.before(model)
    now, was, raw = rows.display(model, number), rows.display(model, before), rows.raw(model, number)
    cap = f" ({half_up(raw)} before the cap)" if raw is not None and raw != now else ""
    verdict = rows.verdicts.get((model, number))
    return {
        "Five-run mean": point_or_none(rows.mean_of_five(model)),
        "Main score": point_or_none(now) + cap,
        "Was": point_or_none(was),
        "Change": "none" if now is None or was is None else plus(half_up(now - was)),
        **{name: _before_and_now(read, model, name) for name in ("Code execution", "Material constraint")},
        "Integrity": " → ".join(rows.label(model, run) for run in (before, number) if run is not None),
        "Coverage": f"{len(rows.scored(model, number))} of {len(rows.answers[model, number])}",
        "Verdict": "none" if verdict is None else verdict.word.value,
    }


def _side_cells(read: Reading, model: str) -> dict[str, str]:
    cells = {}
    for name in ("Engineering judgment", "Task expression"):
        change = read.rows.chart_change(model, SHOWN[name])
        by = "" if change is None else f" ({plus(tenth(change))})"
        cells[chart_name(name)] = _before_and_now(read, model, name) + by
    return cells


def _before_and_now(read: Reading, model: str, chart: str) -> str:
    before = read.rows.before(model)
    scores = [read.rows.score(model, run, SHOWN[chart]) for run in (before, read.rows.number) if run is not None]
    return " → ".join(tenth_or_none(score) for score in scores)


def _operation_cells(read: Reading, model: str) -> dict[str, str]:
    rows = read.rows
    calls, raws = rows.calls_of(model), rows.last_raws(model)
    stable = max(Fraction(0), 100 - 2 * deviation(raws)) if len(raws) > 1 else None
    return {
        "Calls answered": f"{sum(each.error is None for each in calls)} of {len(calls)}" if calls else "none recorded",
        "Last labels, oldest first": ", ".join(rows.last_labels(model)) or "none",
        "Repeatability": "none" if stable is None else f"{half_up(stable)} ({len(raws)} runs)",
        "Cost, USD": half_up(rows.cost(model), 6),
        "Points per USD": rows.points_per_usd(model) or "none",
    }


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
        "Better draws, of 100": "not known" if verdict.draws_better is None else str(verdict.draws_better),
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
        (row["Dimension"], row["Half"], row["Passed"]),
        (
            answer.dimension.shown_as,
            answer.tier,
            "not known" if share is None else f"{share[0]} % ({share[1]} model{'' if share[1] == 1 else 's'})",
        ),
        str(row),
    )
    if "Score" in row:
        score = "unscored" if answer.score is None else tenth(Fraction(answer.score))
        same((row["Score"],), (score,), str(row))


#: What the cells of a model are, by a heading that only this table has.
_EXPECTED = {
    "Rest": _term_cells,
    "Verdict": _score_cells,
    "Task expression (AI-assisted)": _side_cells,
    "Points per USD": _operation_cells,
}
