"""`yz questions`, `yz doctor`, `yz config`: what they find, what they hide, and how they end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rows import small_bank
from tests.unit.cli.conftest import Yz

PASSAGES = [
    {"id": "P1", "text": "The deposit is paid back within ten days after the keys are returned to the office."},
    {"id": "P2", "text": "A late return of the keys costs five euros for every day that has begun."},
]
RIGHT = 'It is paid back within ten days [P1: "paid back within ten days after the keys are returned"].'


def grounding(number: int = 1, **changed: object) -> dict[str, object]:
    """A question that rules can grade, with a right reference."""
    return {
        "id": f"grounding-{number:03}",
        "dimension": "grounding",
        "kind": "comprehension",
        "prompt": "When is the deposit paid back?",
        "tier": "easier",
        "grader": {
            "type": "citations",
            "passages": PASSAGES,
            "facts": [{"name": "ten days", "stated": ["ten days"], "sources": [{"passages": ["P1"]}]}],
        },
        "reference": RIGHT,
        "wrong": [
            {"reply": "It is paid back within ten days.", "why": "cites nothing", "near_miss": True},
            {"reply": "Never.", "why": "wrong"},
        ],
        "source": "yz-index tests",
        "licence": "Apache-2.0",
    } | changed


def bank_file(folder: Path, *questions: dict[str, object]) -> Path:
    file = folder / "questions.jsonl"
    file.write_text("\n\n".join(json.dumps(question) for question in questions))
    return file


def test_a_good_file_has_no_faults(yz: Yz, tmp_path: Path) -> None:
    result = yz("questions", "lint", bank_file(tmp_path, grounding()))

    assert (result.exit_code, result.stdout) == (0, "1 questions, 1 of them graded by rule here: 0 faults\n")


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"reference": "Within a year."}, "reference: scores 0.0, must score 100"),
        (
            {"wrong": [{"reply": RIGHT, "why": "right", "near_miss": True}] * 2},
            "wrong.0.reply: scores 100.0, must stay",
        ),
        ({"kind": "sql"}, "kind: sql does not measure grounding"),
        ({"wrong": [{"reply": "No.", "why": "no"}] * 2}, "wrong: none is a near miss"),
        ({"tier": "hardest"}, "tier: Input should be 'easier' or 'harder'"),
        ({"id": "grounding-001"}, "id: grounding-001 stands at"),
        (
            {"grader": {"type": "rubric", "items": [{"id": "item", "shown": "Shows the point."}]}},
            "grader: grounding must be auditable",
        ),
    ],
)
def test_a_fault_is_told_with_its_file_line_and_field(
    yz: Yz, tmp_path: Path, changed: dict[str, object], fault: str
) -> None:
    file = bank_file(tmp_path, grounding(), grounding(2, **changed))

    result = yz("questions", "lint", file)

    assert result.exit_code == 1
    # Written with a blank line between them, so the second stands on line 3.
    assert any(line.startswith(f"{file}:3: {fault}") for line in result.stdout.splitlines()), result.stdout


def test_a_folder_must_have_a_question_for_every_draw(yz: Yz, tmp_path: Path) -> None:
    bank_file(tmp_path, grounding())

    result = yz("questions", "lint", tmp_path, "--json")

    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert f"{tmp_path}: grounding: has no harder question; a smoke draw takes one" in found["faults"]
    assert len(found["faults"]) == 9


def test_a_folder_without_questions_is_bad_usage(yz: Yz, tmp_path: Path) -> None:
    result = yz("questions", "lint", tmp_path / "none")

    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_list_and_draw_show_questions_without_answers(yz: Yz, tmp_path: Path) -> None:
    questions = small_bank().questions
    (tmp_path / "VERSION").write_text("1")
    (tmp_path / "q.jsonl").write_text("\n".join(question.canonical() for question in questions))

    listed = yz("questions", "list", "--bank", tmp_path, "--json")
    drawn = yz("questions", "draw", "--bank", tmp_path, "--seed", 4, "--json")
    text = yz("questions", "draw", "--bank", tmp_path, "--seed", 4)

    assert len(listed.stdout.splitlines()) == len(questions)
    names = [json.loads(line)["id"] for line in drawn.stdout.splitlines()]
    assert len(names) == 10
    assert all(name in text.stdout for name in names)
    assert "2 * n" not in listed.stdout + drawn.stdout


def test_doctor_names_what_is_down_and_what_to_do(tmp_path: Path) -> None:
    # A process of its own: the Docker client leaves a socket open where no engine answers.
    environment = {
        "YZ_DATA_DIR": str(tmp_path),
        "YZ_API_PORT": "1",
        "DOCKER_HOST": f"unix://{tmp_path}/none.sock",
        "YZ_SANDBOX": "docker",
        "OPENAI_API_KEY": "sk-secret",
        "YZ_MODELS": "a-model",
    }

    done = subprocess.run(
        [sys.executable, "-m", "api.cli", "doctor", "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 3, done.stderr
    found = {each["part"]: each for each in map(json.loads, done.stdout.splitlines())}
    assert {part for part, each in found.items() if not each["ok"]} >= {
        "database",
        "broker",
        "docker",
        "sandbox",
        "api",
    }
    assert all(each["do"] for each in found.values() if not each["ok"])
    assert found["key"] == {"part": "key", "ok": True, "found": "openai: OPENAI_API_KEY is set", "do": ""}
    assert "sk-secret" not in done.stdout + done.stderr


def test_config_check_hides_keys_and_passwords(yz: Yz, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://user:pass%40word@host/db")
    monkeypatch.setenv("REDIS_URL", "rediss://:hidden@host:6379/0")

    result = yz("config", "check", "--json")

    rows = [json.loads(line) for line in result.stdout.splitlines()]
    values = {row["setting"]: (row["value"], row["from"]) for row in rows if "setting" in row}
    assert values["DATABASE_URL"] == ("postgresql+psycopg://user:***@host/db", "set")
    assert values["REDIS_URL"] == ("rediss://:***@host:6379/0", "set")
    assert values["YZ_API_PORT"] == ("8000", "default")
    assert "sk-secret" not in result.output
    assert "hidden" not in result.output


def test_a_setting_that_does_not_exist_is_bad_usage(yz: Yz, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YZ_TYPING_MISTAKE", "1")

    result = yz("config", "check")

    assert result.exit_code == 2
    assert "YZ_TYPING_MISTAKE: unknown variable" in result.stderr


def test_the_command_line_starts_without_the_packages_that_only_some_commands_need() -> None:
    heavy = ["celery", "docker", "fastapi", "httpx2", "pydantic", "redis", "sqlalchemy", "sqlmodel", "deploy", "worker"]
    program = f"import sys, api.cli.commands; print([name for name in {heavy!r} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
