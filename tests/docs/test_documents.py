"""What the documents print is true of the code."""

from __future__ import annotations

import gzip
import json
import re
import shlex
import tomllib
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.commands import app
from tests.benchmark_files import array, mbpp_plus, sanitized
from tests.local_runner import LocalRunner
from worker.seeing import LEAST_WORLDS, LONGEST_S, WORLDS
from worker.trouble import MOST_GIVEN_BACK
from yzindex.bank.importing.evalplus import FLOAT_TOLERANCE, SEVERAL_ANSWERS
from yzindex.bank.importing.formats import Format
from yzindex.bank.importing.working_out import LONGEST_LITERAL, MOST_CPU_S, MOST_INPUTS
from yzindex.dimensions import MAIN_WEIGHTS, Dimension
from yzindex.drift.ledger import CHANGED_DEVIATIONS, LEAST_DAYS, LONG, MOVED_DEVIATIONS, SOON
from yzindex.drift.power import REPLICATES_PER_WORLD
from yzindex.drift.rules import Rules
from yzindex.drift.sight import FALLS, HORIZON_DAYS, SOON_DAYS
from yzindex.drift.watching import FALL_POINTS, settles_on
from yzindex.drift.words import Word
from yzindex.fleet import Fleet
from yzindex.grading.asserted import View
from yzindex.grading.code import CallCase, Calls
from yzindex.records.compare_view import STREAK
from yzindex.records.feed_view import MOST, MOST_REPORTS
from yzindex.records.interventions import LONGER_EACH_TIME, MOST_RESUMPTIONS
from yzindex.records.outbox import LOST_AFTER_S
from yzindex.records.sights import MOST_TRIES
from yzindex.report.standing import USUAL_DAYS
from yzindex.schedule import THERMOMETER_AT
from yzindex.scoring import INTEGRITY_CAP
from yzindex.scoring.spread import WINDOW
from yzindex.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]


def test_the_readme_names_every_dimension_with_its_name_and_weight() -> None:
    for dimension in Dimension:
        row = next(line for line in README.splitlines() if line.startswith(f"| `{dimension}`"))
        assert dimension.shown_as in row
        assert (dimension in MAIN_WEIGHTS) == ("of the main score" in row)
        if weight := MAIN_WEIGHTS.get(dimension):
            assert f"{weight} of the main score" in row
        assert dimension.ai_assisted == ("AI-assisted" in row)


def test_the_readme_states_the_cap_and_the_default_ports() -> None:
    fields = Settings.model_fields

    assert f"caps the shown main score at {INTEGRITY_CAP.normalize():f}" in README
    assert f"http://127.0.0.1:{fields['api_port'].default}/v1/runs" in README
    assert f"http://127.0.0.1:{fields['flower_port'].default}/" in README


def test_the_readme_states_what_is_graded_again_every_day() -> None:
    fields = Settings.model_fields
    hours = {"two": 2}
    told = re.search(
        r"Every day at (\w+), (\d+) stored answers of each dimension.*?at most (\d+) judgements a day", README, re.S
    )

    assert told
    assert hours[told[1]] == THERMOMETER_AT.hour
    assert (int(told[2]), int(told[3])) == (
        fields["thermometer_answers"].default,
        fields["thermometer_judgements"].default,
    )
    assert f"{fields['timezone'].default} if it is not set" in README


def test_the_documents_state_the_hour_of_the_daily_run() -> None:
    hours = {"three": "03:00"}
    told = re.search(r"Every day at (\w+), ten drawn questions are put to every model", README)
    page = (ROOT / "docs/schedule.md").read_text(encoding="utf-8")

    assert told
    assert hours[told[1]] == Settings.model_fields["daily_run_at"].default
    assert f"Every day at {Settings.model_fields['daily_run_at'].default} (`YZ_DAILY_RUN_AT`)" in page
    assert f"an hour before, at {THERMOMETER_AT:%H:%M}" in page


def test_the_example_of_a_models_file_can_be_read() -> None:
    example = re.search(r"```toml\n(.*?)```", (ROOT / "docs/models.md").read_text(encoding="utf-8"), re.DOTALL)

    assert example
    assert len(Fleet.model_validate(tomllib.loads(example[1])).judges) == 1


def test_the_page_on_faults_states_the_waits_and_tries_of_the_code() -> None:
    page = (ROOT / "docs/faults.md").read_text(encoding="utf-8")
    settings = Settings()
    waits_h = [settings.reask_after_s * LONGER_EACH_TIME**times / 3600 for times in range(MOST_RESUMPTIONS)]

    assert [f"{sum(waits_h[: times + 1]):g}" for times in range(MOST_RESUMPTIONS)] == ["1", "5", "21"]
    assert "after one hour, five and twenty-one" in page
    assert (settings.lease_s, settings.run_within_s, LOST_AFTER_S) == (60, 86400, 15)
    assert "after 15 seconds" in page
    assert f"a call is tried {settings.model_attempts} times within {settings.model_deadline_s / 60:g} minutes" in page
    assert f"tried again {MOST_GIVEN_BACK} times" in page
    assert f"tried {MOST_GIVEN_BACK + 1} times, then unscored" in page


def test_the_pages_on_what_a_board_can_see_state_the_numbers_of_the_code() -> None:
    method = " ".join((ROOT / "docs/method.md").read_text(encoding="utf-8").split())
    page = " ".join((ROOT / "docs/verdicts.md").read_text(encoding="utf-8").split())
    simulated = WORLDS * REPLICATES_PER_WORLD

    assert (FALLS, REPLICATES_PER_WORLD) == ((5, 10, 20), 5)
    assert (
        f"Falls of 5, 10 and 20 points are simulated in models and on questions like the board's own, {simulated}"
        in page
    )
    assert f"within {SOON_DAYS} days, with the interval" in page
    assert f"a worker plays {WORLDS} worlds with five falls of each size, {simulated} in all" in method
    assert f"for up to {HORIZON_DAYS} days" in method
    assert f"has taken {LONGEST_S:g} processor seconds, but not with fewer than {LEAST_WORLDS * 5} falls" in method
    assert MOST_TRIES == 5
    assert "after five tries that nothing came of" in method


def test_the_page_on_verdicts_has_every_word_in_its_order_and_the_numbers_of_the_code() -> None:
    page = (ROOT / "docs/verdicts.md").read_text(encoding="utf-8")

    assert re.findall(r"^\| `([^`]+)` \| [^|]+ \| [^|]+ \|$", page, re.MULTILINE)[: len(Word)] == list(Word)
    assert f"confirmed within {SOON.days} days, or after {LONG.days} days the answers since" in page
    assert f"with at least {LEAST_DAYS} of answers" in page
    assert f"over the {SOON.days} days after it, all models together are within two standard errors" in page
    assert MOVED_DEVIATIONS == 2
    assert CHANGED_DEVIATIONS == 1
    assert f"A fall of more than {FALL_POINTS} points" in page
    assert f"It is settled after {(settles_on(date.min) - date.min).days} days" in page
    assert Rules().steady_points == 5
    assert Rules().least_fleet == 5


def test_the_page_on_reports_has_the_sections_in_their_order_and_the_numbers_of_the_code() -> None:
    page = (ROOT / "docs/reports.md").read_text(encoding="utf-8")
    article = (ROOT / "tests/unit/report/golden/seed-model.md").read_text(encoding="utf-8")

    assert re.findall(r"^\| ([A-Z][^|]+) \| ", page, re.MULTILINE) == re.findall(r"^## (.+)$", article, re.MULTILINE)
    assert f"the last {STREAK} of them" in page
    assert f"over the last {USUAL_DAYS} days; the sd of the last {WINDOW} main scores" in page
    assert f"the newest {MOST_REPORTS} daily runs" in page
    assert f"at most {MOST} entries" in page
    assert f"is known after {Rules().lag_days} days" in page


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_command_of_a_document_exists(document: Path) -> None:
    named = set(re.findall(r"(?:\.venv/bin/|`)yz ([a-z]+)", document.read_text(encoding="utf-8")))
    known = {each.name for each in app.registered_commands} | {each.name for each in app.registered_groups}

    assert named - known == set()


class _Local(LocalRunner):
    """Runs what stands in the document and in this file, and nothing else."""

    def __init__(self, _: Settings) -> None:
        super().__init__()

    def close(self) -> None:
        pass


def test_the_commands_on_questions_do_what_the_document_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    document = (ROOT / "docs/questions.md").read_text(encoding="utf-8")
    question, answers = re.findall(r"```json\n(.*?)\n```\n", document, re.DOTALL)
    commands = [line for block in re.findall(r"```sh\n(.*?)```", document, re.DOTALL) for line in block.splitlines()]
    task = {
        "task_id": "HumanEval/1",
        "prompt": "def add(n):\n",
        "entry_point": "add",
        "canonical_solution": "    return n + 1\n",
        "test": "def check(candidate):\n    assert candidate(1) == 2\n",
    }
    (tmp_path / "questions.jsonl").write_text(json.dumps(json.loads(question)))
    (tmp_path / "answers.jsonl").write_text(answers)
    (tmp_path / "HumanEval.jsonl.gz").write_bytes(gzip.compress(json.dumps(task).encode()))
    array(tmp_path / "sanitized-mbpp.json", [sanitized()])
    (tmp_path / "MbppPlus.jsonl.gz").write_bytes(gzip.compress(json.dumps(mbpp_plus()).encode()))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("worker.sandboxing.SandboxRunner", _Local)

    said = [CliRunner().invoke(app, shlex.split(line)[1:]) for line in ["yz questions lint questions.jsonl", *commands]]

    assert [result.exit_code for result in said] == [0] * 7, [result.output for result in said]
    assert said[0].stdout.endswith(": 0 faults\n")
    assert said[4].stdout.endswith(": 0 faults\n")
    assert [json.loads(line)["verdict"] for line in said[6].stdout.splitlines()] == ["passed", "truncated"]


def test_prompts_are_hidden_where_the_page_on_questions_says_so() -> None:
    document = " ".join((ROOT / "docs/questions.md").read_text(encoding="utf-8").split())

    assert "unless `YZ_SHOW_PROMPTS` is true (it is false by itself)" in document
    assert Settings.model_fields["show_prompts"].default is False


@pytest.mark.parametrize("format_", Format)
def test_every_format_that_can_be_imported_is_documented(format_: Format) -> None:
    assert f"--format {format_.value} " in (ROOT / "docs/questions.md").read_text(encoding="utf-8")


def test_what_is_said_of_the_inputs_of_evalplus_is_true_of_the_code() -> None:
    document = (ROOT / "docs/questions.md").read_text(encoding="utf-8")

    assert f"as make {MOST_INPUTS} together" in document
    assert f"takes more than {MOST_CPU_S:g} CPU seconds" in document
    assert f"of at most {LONGEST_LITERAL} characters" in document
    assert f"floats by {FLOAT_TOLERANCE:.0e} where that is 0".replace("e-06", "e-6") in document
    assert [name for name in SEVERAL_ANSWERS if f"`{name}`" not in document] == []


def test_every_option_of_calls_and_their_cases_is_documented() -> None:
    document = (ROOT / "docs/questions.md").read_text(encoding="utf-8")
    needed = {"type", "entry_point", "cases", "args", "expected"}

    options = (Calls.model_fields.keys() | CallCase.model_fields.keys()) - needed

    assert [name for name in options if not re.search(rf"^\| .*`{name}`.* \|", document, re.MULTILINE)] == []
    assert all(f"`{view}`" in document for view in View)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links_to_files_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", document.read_text(encoding="utf-8"))

    assert [link for link in links if not (document.parent / link).exists()] == []
