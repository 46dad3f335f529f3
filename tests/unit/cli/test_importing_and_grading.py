"""`yz questions import` and `yz grade`: what they say of good and of malformed files, and how they end."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.benchmark_files import human_eval_plus, mbpp_plus
from tests.local_runner import LocalRunner
from tests.rows import question
from tests.unit.cli.conftest import Yz
from tests.unit.cli.test_looking_commands import RIGHT, bank_file, grounding
from yzindex.bank.files import read_questions
from yzindex.bank.question import Tier
from yzindex.dimensions import Dimension
from yzindex.errors import CodeRunnerUnavailable
from yzindex.ports import CodeJob, CodeResult
from yzindex.settings import Settings

Row = dict[str, object]


class Local(LocalRunner):
    """In the sandbox's place; what it runs is in this file."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()

    def close(self) -> None:
        pass


class Down(Local):
    """A sandbox that does not answer."""

    def run(self, job: CodeJob) -> CodeResult:
        raise CodeRunnerUnavailable("no container engine answers")


@pytest.fixture(autouse=True)
def _local_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.sandboxing.SandboxRunner", Local)
    monkeypatch.setenv("YZ_SANDBOX_CONCURRENCY", "2")


@pytest.fixture
def no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.sandboxing.SandboxRunner", Down)


def row(number: int = 1, **changed: object) -> Row:
    """A task: add one."""
    return {
        "task_id": f"HumanEval/{number}",
        "prompt": 'def add(n):\n    """Add one."""\n',
        "entry_point": "add",
        "canonical_solution": "    return n + 1\n",
        "test": "def check(candidate):\n    assert candidate(1) == 2\n    assert candidate(2) == 3\n",
    } | changed


PROPERTY = "def check(candidate):\n    assert candidate(1) > 0\n"


def lines(file: Path, rows: Iterable[object]) -> Path:
    file.write_text("".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in rows))
    return file


# --- importing -------------------------------------------------------------------------------------------------------


def test_what_can_be_taken_is_written_and_what_cannot_is_named(yz: Yz, tmp_path: Path) -> None:
    file = lines(tmp_path / "tasks.jsonl", [row(1), row(2, test=PROPERTY), row(3)])

    result = yz("questions", "import", file, "--format", "human-eval", "--out", tmp_path / "out.jsonl")

    refused, counts = result.stdout.splitlines()
    assert result.exit_code == 0, result.output
    assert refused.startswith("HumanEval/2: refused: `candidate(1) > 0` in line 2 of its test asks something else")
    assert counts == f"2 taken, 1 refused of 3 tasks; written to {tmp_path / 'out.jsonl'}"
    questions = read_questions([tmp_path / "out.jsonl"])
    assert [each.id for each in questions] == ["human-eval-1", "human-eval-3"]
    assert all(each.licence == "MIT" and each.source.startswith("openai/human-eval") for each in questions)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.jsonl", "tasks.jsonl"]


def test_a_gzipped_file_gives_the_same_questions_and_json_says_the_same(yz: Yz, tmp_path: Path) -> None:
    file = lines(tmp_path / "tasks.jsonl", [row(1), row(2, test=PROPERTY)])
    packed = tmp_path / "tasks.jsonl.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))

    yz("questions", "import", file, "--format", "human-eval", "--out", tmp_path / "one.jsonl")
    result = yz("questions", "import", packed, "--format", "human-eval", "--out", tmp_path / "two.jsonl", "--json")

    refused, counts = map(json.loads, result.stdout.splitlines())
    assert refused["task"] == "HumanEval/2"
    assert refused["refused"].startswith("`candidate(1) > 0`")
    assert counts == {"taken": 1, "refused": 1, "out": str(tmp_path / "two.jsonl")}
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()


def test_a_task_taken_without_some_of_its_inputs_is_named_beside_the_refused(yz: Yz, tmp_path: Path) -> None:
    divides = mbpp_plus(
        entry_point="share",
        canonical_solution="def share(n):\n    return 12 // n\n",
        assertion="assert share(3) == 4",
        base_input=[[3], [0]],
        plus_input=[[4]],
    )
    file = lines(tmp_path / "plus.jsonl", [human_eval_plus(), divides, mbpp_plus(4, assertion="")])

    told = yz("questions", "import", file, "--format", "evalplus", "--out", tmp_path / "one.jsonl")
    as_json = yz("questions", "import", file, "--format", "evalplus", "--out", tmp_path / "two.jsonl", "--json")

    why = "1 of its 3 inputs; the first: its canonical solution fails: runtime_error: ZeroDivisionError"
    left_out, refused, counts = told.stdout.splitlines()
    assert told.exit_code == 0, told.output
    assert left_out.startswith(f"Mbpp/3: taken without {why}")
    assert refused == "Mbpp/4: refused: its test asserts nothing"
    assert counts == f"2 taken, 1 refused of 3 tasks; written to {tmp_path / 'one.jsonl'}"
    first, second, last = map(json.loads, as_json.stdout.splitlines())
    assert (first["task"], second["task"], last["taken"]) == ("Mbpp/3", "Mbpp/4", 2)
    assert first["left_out"].startswith(why)


def test_the_shorter_half_of_the_canonical_solutions_is_easier(yz: Yz, tmp_path: Path) -> None:
    long = "    more = n\n    more += 1\n    return more\n"
    file = lines(tmp_path / "tasks.jsonl", [row(1, canonical_solution=long), row(2)])

    yz("questions", "import", file, "--format", "human-eval", "--out", tmp_path / "out.jsonl")

    assert [each.tier for each in read_questions([tmp_path / "out.jsonl"])] == [Tier.HARDER, Tier.EASIER]


def test_nothing_that_can_be_taken_is_bad_news_and_writes_nothing(yz: Yz, tmp_path: Path) -> None:
    file = lines(tmp_path / "tasks.jsonl", [row(1, test=PROPERTY)])

    result = yz("questions", "import", file, "--format", "human-eval", "--out", tmp_path / "out.jsonl")

    assert result.exit_code == 1
    assert result.stdout.endswith("0 taken, 1 refused of 1 tasks; nothing written\n")
    assert not (tmp_path / "out.jsonl").exists()


def test_without_a_sandbox_nothing_is_refused_and_nothing_written(yz: Yz, tmp_path: Path, no_sandbox: None) -> None:
    file = lines(tmp_path / "tasks.jsonl", [row(1)])

    result = yz("questions", "import", file, "--format", "human-eval", "--out", tmp_path / "out.jsonl")

    assert (result.exit_code, result.stdout) == (3, "")
    assert "no container engine answers" in result.stderr
    assert not (tmp_path / "out.jsonl").exists()


def test_a_file_that_is_there_is_replaced_only_by_force(yz: Yz, tmp_path: Path) -> None:
    file, out = lines(tmp_path / "tasks.jsonl", [row(1)]), tmp_path / "out.jsonl"
    out.write_text("kept")

    refused = yz("questions", "import", file, "--format", "human-eval", "--out", out)
    kept = out.read_text()
    forced = yz("questions", "import", file, "--format", "human-eval", "--out", out, "--force")

    assert (refused.exit_code, kept) == (2, "kept")
    assert "replace it with --force" in refused.stderr
    assert forced.exit_code == 0
    assert len(read_questions([out])) == 1


@pytest.mark.parametrize("place", ["none/out.jsonl", "."])
def test_a_place_that_cannot_be_written_to_is_bad_usage(yz: Yz, tmp_path: Path, place: str) -> None:
    file = lines(tmp_path / "tasks.jsonl", [row(1)])

    result = yz("questions", "import", file, "--format", "human-eval", "--out", tmp_path / place, "--force")

    assert result.exit_code == 2
    assert "folder" in result.stderr


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        (b"", ["1: line: the file holds no task; write one a line"]),
        (b"\n \n", ["1: line: the file holds no task; write one a line"]),
        (b"{", ["1: line: not JSON: Expecting property name"]),
        (b"[1]\nnull\n", ["1: line: Input should be an object", "2: line: Input should be an object"]),
        (json.dumps(row())[:-1].encode() + b', "test": "x"}', ["1: line: not JSON: key 'test' stands twice"]),
        (b"\xff\xfe{}\n", ["1: line: cannot be read: byte 0xff is not UTF-8"]),
        (
            json.dumps(row(prompt=7, test=None)).encode(),
            ["1: prompt: Input should be a valid string", "1: test: Input"],
        ),
        (json.dumps({"task_id": "A/1"}).encode(), [f"1: {name}: Field required" for name in list(row())[1:]]),
        (json.dumps(row(entry_point="a b")).encode(), ["1: entry_point: must be the name of a function"]),
        (json.dumps(row(task_id="7")).encode(), ["1: task_id: String should match"]),
        (json.dumps(row(prompt="\ud83d")).encode(), ["1: line: Invalid JSON: unexpected end of hex escape"]),
        (f"{json.dumps(row())}\n\n{json.dumps(row())}\nx".encode(), ["4: line: not JSON", "3: task_id: human-eval-1"]),
    ],
)
def test_every_fault_of_a_malformed_file_is_told_with_its_line_and_field(
    yz: Yz, tmp_path: Path, content: bytes, faults: list[str]
) -> None:
    file = tmp_path / "tasks.jsonl"
    file.write_bytes(content)

    result = yz("questions", "import", file, "--format", "human-eval", "--out", tmp_path / "out.jsonl")

    assert (result.exit_code, result.stdout) == (2, "")
    told = result.stderr.splitlines()
    assert len(told) == len(faults), told
    for line, fault in zip(told, faults, strict=True):
        assert line.startswith(f"{file}:{fault}")
    assert [path.name for path in tmp_path.iterdir()] == ["tasks.jsonl"]


@pytest.mark.parametrize("damage", [lambda packed: packed[:-9], lambda packed: b"{}" + packed, lambda _: b"plain text"])
def test_a_damaged_gzip_file_is_told_with_the_line_that_cannot_be_read(yz: Yz, tmp_path: Path, damage) -> None:
    file = tmp_path / "tasks.jsonl.gz"
    file.write_bytes(damage(gzip.compress(f"{json.dumps(row())}\n".encode())))

    result = yz("questions", "import", file, "--format", "human-eval", "--out", tmp_path / "out.jsonl")

    assert result.exit_code == 2
    assert ": line: the gzip file is damaged here: " in result.stderr
    assert result.stderr.startswith((f"{file}:1:", f"{file}:2:"))


def test_a_format_that_is_not_known_and_a_file_that_is_not_there_are_bad_usage(yz: Yz, tmp_path: Path) -> None:
    file = lines(tmp_path / "tasks.jsonl", [row()])

    assert yz("questions", "import", file, "--format", "other", "--out", tmp_path / "o").exit_code == 2
    assert yz("questions", "import", tmp_path / "no", "--format", "human-eval", "--out", tmp_path / "o").exit_code == 2


# --- grading ---------------------------------------------------------------------------------------------------------

JUDGED = {"type": "rubric", "items": [{"id": "item", "shown": "Shows the point."}]}
DOUBLE = "```python\ndef double(n):\n    return 2 * n\n```"


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """A question for rules, one for judges, one for the sandbox."""
    judged = grounding(2, id="judgment-002", dimension="judgment", kind="risk_assessment", grader=JUDGED)
    return bank_file(tmp_path, grounding(), judged, json.loads(question(Dimension.EXECUTION, 1).canonical()))


def test_replies_are_graded_in_their_order_and_may_be_several_to_a_question(
    yz: Yz, tmp_path: Path, questions: Path
) -> None:
    answers = lines(
        tmp_path / "answers.jsonl",
        [
            {"question_id": "execution-001", "reply": DOUBLE, "model": "ignored"},
            {"question_id": "grounding-001", "reply": "Never."},
            {"question_id": "grounding-001", "reply": RIGHT, "finish_reason": None},
            {"question_id": "execution-001", "reply": "def double(n): return 5"},
            {"question_id": "grounding-001", "reply": "It is", "finish_reason": "length"},
            {"question_id": "execution-001", "reply": DOUBLE, "finish_reason": "content_filter"},
            {"question_id": "judgment-002", "reply": " "},
        ],
    )

    result = yz("grade", questions, answers, "--json")

    assert result.exit_code == 0, result.output
    graded = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(each["question_id"], float(each["score"]), each["verdict"]) for each in graded] == [
        ("execution-001", 100, "passed"),
        ("grounding-001", 0, "wrong_answer"),
        ("grounding-001", 100, "passed"),
        ("execution-001", 0, "wrong_answer"),
        ("grounding-001", 0, "truncated"),
        ("execution-001", 0, "refused"),
        ("judgment-002", 0, "empty"),
    ]
    assert graded[3]["cases"] == [
        {"name": "case 1", "passed": False, "verdict": "wrong_answer", "detail": "double(2,) returned 5"}
    ]
    assert set(graded[0]) == {"question_id", "score", "verdict", "cases", "reason"}
    assert "expected" not in result.stdout


def test_the_table_has_a_line_a_reply_and_shows_no_control_characters(yz: Yz, tmp_path: Path, questions: Path) -> None:
    failing = "```python\ndef double(n):\n    raise ValueError('\\x1b[2J[red]')\n```"
    answers = lines(
        tmp_path / "answers.jsonl",
        [{"question_id": "execution-001", "reply": failing}, {"question_id": "judgment-002", "reply": "Do it."}],
    )

    result = yz("grade", questions, answers)

    heading, first, second, counts, unscored = result.stdout.splitlines()
    assert heading.split() == ["question", "score", "verdict", "reason"]
    assert first.split()[:3] == ["execution-001", "0.00", "runtime_error"]
    assert "\x1b" not in first
    assert "[red]" in first
    assert second.split() == ["judgment-002", "-", "unscored", "needs", "judge", "models"]
    assert counts == "2 replies: 0 passed, 1 did not"
    assert unscored == "1 unscored, which is not 0"


def test_a_question_for_judges_is_unscored_and_no_failure(yz: Yz, tmp_path: Path, questions: Path) -> None:
    answers = lines(tmp_path / "answers.jsonl", [{"question_id": "judgment-002", "reply": "Do it."}])

    result = yz("grade", questions, answers, "--json")

    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "question_id": "judgment-002",
        "score": None,
        "verdict": "unscored",
        "cases": [],
        "reason": "needs judge models",
    }


def test_without_a_sandbox_code_is_unscored_and_the_rest_is_graded(
    yz: Yz, tmp_path: Path, questions: Path, no_sandbox: None
) -> None:
    answers = lines(
        tmp_path / "answers.jsonl",
        [{"question_id": "execution-001", "reply": DOUBLE}, {"question_id": "grounding-001", "reply": RIGHT}],
    )

    result = yz("grade", questions, answers, "--json")

    code, rules = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 3
    assert (code["score"], code["verdict"], code["reason"]) == (None, "unscored", "no container engine answers")
    assert rules["verdict"] == "passed"


def test_gzipped_files_are_graded_too(yz: Yz, tmp_path: Path, questions: Path) -> None:
    answers = lines(tmp_path / "answers.jsonl", [{"question_id": "grounding-001", "reply": RIGHT}])
    packed = []
    for file in (questions, answers):
        packed.append(file.with_name(f"{file.name}.gz"))
        packed[-1].write_bytes(gzip.compress(file.read_bytes()))

    result = yz("grade", *packed, "--json")

    assert json.loads(result.stdout)["verdict"] == "passed"


def test_every_fault_of_the_replies_is_told_and_nothing_is_graded(yz: Yz, tmp_path: Path, questions: Path) -> None:
    answers = lines(
        tmp_path / "answers.jsonl",
        [
            {"question_id": "grounding-001", "reply": RIGHT},
            {"question_id": "grounding-009", "reply": RIGHT},
            {"question_id": "grounding-001"},
            {"question_id": "grounding-001", "reply": None},
            {"question_id": "grounding-001", "reply": RIGHT, "finish_reason": "tired"},
            "{",
        ],
    )

    result = yz("grade", questions, answers)

    assert (result.exit_code, result.stdout) == (2, "")
    told = [line.removeprefix(f"{answers}:") for line in result.stderr.splitlines()]
    assert [line.split(": ")[0:2] for line in told] == [
        ["3", "reply"],
        ["4", "reply"],
        ["5", "finish_reason"],
        ["6", "line"],
        ["2", "question_id"],
    ]


def test_faults_of_questions_and_replies_are_told_together(yz: Yz, tmp_path: Path) -> None:
    questions = bank_file(tmp_path, grounding(), grounding(), grounding(2, tier="hardest"))
    answers = lines(tmp_path / "answers.jsonl", [])

    result = yz("grade", questions, answers)

    tier, twice, empty = result.stderr.splitlines()
    assert result.exit_code == 2
    assert tier.startswith(f"{questions}:5: tier: ")
    assert twice == f"{questions}:3: id: grounding-001 stands at {questions}:1 too; give each its own"
    assert empty.startswith(f"{answers}:1: line: the file holds no reply")
