"""`yz report`: what the API gives, on the terminal."""

from __future__ import annotations

import json
import re
from base64 import b64decode

from tests.judged import day, expect, flat, judge, play
from tests.unit.cli.conftest import Workers, Yz
from yzindex.drift.words import Word
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


def test_a_page_that_is_kept_has_its_pictures_in_it_and_leads_back_to_the_stack(
    yz: Yz, database: Database, workers: Workers
) -> None:
    for number, score in ((1, "80"), (2, "40")):
        run = play(database, {"sim/opal": flat(score)})
        expect(database, run, "sim/opal", {"execution": "0.6", "grounding": "0.6"})
        terms = (1, "-40", "-30", "0") if run > 1 else None
        judge(database, run, "sim/opal", on=day(number), word=Word.LUCK, terms=terms)

    page = yz("report", 2, "--format", "html", "--model", "sim/opal").stdout

    assert re.search(r'<base href="http://[^"/]+/">', page)
    (picture,) = re.findall(r'<img src="([^"]*)"', page)
    drawn = b64decode(picture.removeprefix("data:image/svg+xml;base64,")).decode()
    assert drawn.startswith("<svg ")
    assert "from 80.00 (Run #1) to 40.00 (Run #2)" in drawn
    assert 'href="/v1/runs/2/raw"' in page
