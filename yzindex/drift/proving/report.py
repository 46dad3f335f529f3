"""The proof in words: tables for a terminal, for docs/method.md between its markers, and lines of JSON."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from yzindex.drift.proving.baselines import BASELINES
from yzindex.drift.proving.events import BASELINE_DAYS
from yzindex.drift.proving.figures import OURS, Figure, Replicate, shares_of, values_of
from yzindex.drift.proving.proof import Proof
from yzindex.drift.proving.seeds import Purpose
from yzindex.drift.proving.targets import Finding, Kind, told_days, told_of, unbound_in
from yzindex.errors import YzIndexError

BEGIN, END = "<!-- proof: begin -->", "<!-- proof: end -->"
_PURPOSES = {
    Purpose.PROOF: "The proof, on the seeds kept for it.",
    Purpose.REHEARSAL: "A rehearsal: fewer trials than the targets ask for, on other seeds than the proof's, while "
    "thresholds may still change.",
    Purpose.QUICK: "The quick proof: it calls missed only what its few trials refute.",
}
_REPORTED = (
    (Figure.FLAGGED_AS_USED, Kind.AT_MOST),
    (Figure.ITSELF, Kind.AT_MOST),
    (Figure.BAD_DAY, Kind.AT_MOST),
    (Figure.BY_DIMENSION, Kind.AT_MOST),
    (Figure.FEW_FOUND, Kind.AT_LEAST),
    (Figure.FEW_FALSE_ALARMS, Kind.RATE),
    (Figure.UNCALIBRATED_FOUND, Kind.AT_LEAST),
    (Figure.UNCALIBRATED_FALSE_ALARMS, Kind.RATE),
    (Figure.YOUNG_FOUND, Kind.AT_LEAST),
    (Figure.SUSPENDED, Kind.AT_MOST),
)
_CALLS = (Figure.CALLS_AGAIN, Figure.CALLS_FRESH, Figure.CALLS_CONTROL)


class NoPlace(YzIndexError):
    """The document has no place for the table."""


def lines_of(proof: Proof, command: str) -> Iterator[str]:
    """Tell a proof as Markdown: what it is, the methods side by side, and each world's targets."""
    missed = [finding for finding in proof.findings if not finding.met]
    met = len(proof.findings) - len(missed)
    yield f"{_PURPOSES[proof.purpose]} {met} of {len(proof.findings)} targets met."
    yield f"Made by `{command}` in {sum(proof.cpu_s.values()) / 60:.1f} CPU minutes."
    for world, replicates in proof.replicates.items():
        yield ""
        yield f"### {world}"
        yield ""
        yield f"{len(replicates)} replicates, {proof.cpu_s[world] / 60:.1f} CPU minutes."
        yield ""
        if findings := [finding for finding in proof.findings if finding.world == world]:
            yield from _targets(findings)
            yield ""
        yield from _reported(replicates)
        if proof.tuned[world]:
            yield ""
            yield from _beside(replicates)


def write_into(document: Path, lines: Sequence[str]) -> None:
    """Put lines between a document's markers. Nothing else of it changes."""
    text = document.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise NoPlace(f"{document} needs one line {BEGIN} and, after it, one line {END}")
    before, after = text[: text.index(BEGIN) + len(BEGIN)], text[text.index(END) :]
    document.write_text("\n".join([before, "", *lines, "", after]), encoding="utf-8")


def objects_of(proof: Proof) -> Iterator[dict[str, object]]:
    """Tell a proof as flat objects: one per target and world, then one per figure counted."""
    for finding in proof.findings:
        yield {
            "world": finding.world,
            "figure": finding.figure.value,
            "target": finding.target,
            "measured": finding.measured,
            "met": finding.met,
            "missed_by": finding.missed_by or None,
        }
    for world, replicates in proof.replicates.items():
        for method, figure in sorted({key for each in replicates for key in each.shares}):
            shares = shares_of(replicates, figure, method)
            if shares is not None:
                yield {
                    "world": world, "method": method, "figure": figure.value,
                    "hits": sum(shares.hits), "trials": sum(shares.trials),
                }  # fmt: skip


def _targets(findings: Sequence[Finding]) -> Iterator[str]:
    yield "| what | target | measured | |"
    yield "|---|---|---|---|"
    for finding in findings:
        verdict = "met" if finding.met else f"**missed by {finding.missed_by}**"
        yield f"| {finding.figure.value} | {finding.target} | {finding.measured} | {verdict} |"


def _reported(replicates: Sequence[Replicate]) -> Iterator[str]:
    yield "| reported, without a target | |"
    yield "|---|---|"
    unbound = [(target.figure, target.kind) for target in unbound_in(replicates[0].world)]
    for figure, kind in (*unbound, *_REPORTED):
        if shares_of(replicates, figure) is not None or values_of(replicates, figure):
            yield f"| {figure.value} | {told_of(replicates, figure, kind, OURS)} |"
    if widths := values_of(replicates, Figure.WIDTH):
        yield f"| {Figure.WIDTH.value}, median | {np.median(widths):.1f} points |"
    calls = [shares for figure in _CALLS if (shares := shares_of(replicates, figure)) is not None]
    told = [f"{shares.share:.2f} {figure.value.split(': ')[1]}" for figure, shares in zip(_CALLS, calls, strict=False)]
    if told:
        yield f"| calls per model-day beside the draw | {', '.join(told)} |"


def _beside(replicates: Sequence[Replicate]) -> Iterator[str]:
    heads = (
        "method",
        "flagged as used",
        "tuned: false alarms",
        "10 points in 14 days",
        "median",
        "grader moved: blamed",
    )
    yield f"| {' | '.join(heads)} |"
    yield "|---|---|---|---|---|---|"
    for method in (*(baseline.name for baseline in BASELINES), OURS):
        used = shares_of(replicates, Figure.FLAGGED_AS_USED, method)
        cells = [
            f"{used.share:.3f}" if used is not None else "–",
            told_of(replicates, Figure.FALSE_ALARMS, Kind.RATE, method),
            told_of(replicates, Figure.DROP_10, Kind.LOWER_BOUND, method),
            _median(values_of(replicates, Figure.DAYS_10, method)),
            told_of(replicates, Figure.GRADER_BLAMED, Kind.AT_MOST, method),
        ]
        yield f"| {method} | {' | '.join(cells)} |"


def _median(days: Sequence[float]) -> str:
    if not days:
        return "–"
    median = float(np.median(days))
    return f"> {BASELINE_DAYS} days" if np.isinf(median) else told_days(median)
