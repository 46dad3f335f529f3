"""`yz report`: what the API gives, on the terminal."""

from __future__ import annotations

import json

from tests.judged import flat, play
from tests.unit.cli.conftest import Workers, Yz
from yzindex.records.database import Database


def test_a_report_is_printed_as_markdown_as_a_page_and_as_json(yz: Yz, database: Database, workers: Workers) -> None:
    play(database, {"sim/agate": flat("80")})

    text, page, of_model = yz("report", 1), yz("report", 1, "--format", "html"), yz("report", 1, "--model", "sim/agate")
    lines = yz("report", 1, "--json").stdout.splitlines()

    assert text.stdout.startswith("# Run #1: ")
    assert page.stdout.startswith("<!doctype html>")
    assert of_model.stdout.startswith("# sim/agate (simulated): 80.00 in Run #1\n")
    assert [json.loads(line)["report"] for line in lines] == [text.stdout]


def test_a_report_of_no_run_is_bad_usage_and_says_what_to_do(yz: Yz, workers: Workers) -> None:
    refused = yz("report", 7)

    assert refused.exit_code == 2
    assert "there is no Run #7" in refused.output
