"""What is said of several models of a run: what holds of them, once, and of nobody else."""

from __future__ import annotations

from tests import report_facts
from yzindex.report.beside import beside, beside_others
from yzindex.report.blocks import Listing, Words
from yzindex.report.markdown import markdown_of
from yzindex.report.naming import grouped

CAPPED = [
    report_facts.model(name, report_facts.side(2, raw, label="fail")) for name, raw in (("a", "84.03"), ("b", "90"))
]
TIED = [report_facts.model(name, report_facts.side(2, "74")) for name in ("c", "d")]
OTHER = report_facts.model("e", report_facts.side(2, "60"))


def lines(*items: Words) -> list[str]:
    return markdown_of((Listing(items=items),)).strip().split("\n") if items else []


def test_models_that_the_cap_holds_at_one_score_are_no_tie() -> None:
    told = lines(*beside(report_facts.run(*CAPPED, *TIED, OTHER)))

    assert told == [
        "- Two models are held at 74.00 by the integrity cap: a, b. That is no tie.",
        "- Two models are tied at 74.00: c, d. This run does not tell them apart.",
    ]


def test_an_article_on_a_model_speaks_of_no_tie_of_others() -> None:
    run = report_facts.run(*CAPPED, *TIED, OTHER)

    assert lines(*beside_others(run, OTHER)) == []
    assert lines(*beside_others(run, TIED[0])) == [
        "- Two models are tied at 74.00: c, d. This run does not tell them apart."
    ]


def test_what_is_said_of_all_is_said_once_and_of_some_by_their_names() -> None:
    run = report_facts.run(*TIED, OTHER)

    assert lines(*grouped(run, ((model, ("Same.",)) for model in run.models))) == ["- All three models: Same."]
    assert lines(*grouped(run, ((model, ("Other." if model is OTHER else "Same.",)) for model in run.models))) == [
        "- c, d: Same.",
        "- e: Other.",
    ]
