"""What axe finds against WCAG 2.2 A and AA and good practice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict, cast

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_OPTIONS = {
    "runOnly": {"type": "tag", "values": list(_RULES)},
    # Off by axe's own choice, and part of WCAG 2.2 AA.
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}


class _Node(TypedDict):
    target: list[str]
    failureSummary: str


class _Violation(TypedDict):
    id: str
    impact: str
    help: str
    nodes: list[_Node]


def axe_violations(page: Page) -> list[str]:
    """Give a line per element that breaks a rule: the rule, how grave, which element, and what to do."""
    found = cast("list[_Violation]", Axe().run(page, options=_OPTIONS).response["violations"])
    return [line for violation in found for line in _lines(violation)]


def _lines(violation: _Violation) -> Iterator[str]:
    for node in violation["nodes"]:
        place, advice = " ".join(map(str, node["target"])), " ".join(node["failureSummary"].split())
        yield f"{violation['id']} ({violation['impact']}): {violation['help']}: {place}: {advice}"
