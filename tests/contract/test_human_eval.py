"""The whole of HumanEval, imported, and graded in each real sandbox: what it takes, and whom it lets pass."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli.commands import app
from tests import sandboxes
from tests.human_eval import human_eval, needs_human_eval, rows
from tests.mutations import MADE, mutated
from worker.sandboxing import SandboxRunner
from yzindex.bank.files import read_questions
from yzindex.bank.linting import lint
from yzindex.bank.question import Question, Tier
from yzindex.grading.code import Calls
from yzindex.grading.code_grading import grade_code
from yzindex.ports import CodeRunner
from yzindex.settings import SandboxChoice, Settings

pytestmark = [pytest.mark.bubblewrap, pytest.mark.timeout(900), needs_human_eval]

on_each = pytest.mark.parametrize("code_runner", sandboxes.BOTH, indirect=True)

#: Bodies that end a program early or do nothing; no task is solved by any.
EMPTY_BODIES = ("", "    pass\n", "    import sys\n    sys.exit(0)\n", "    import os\n    os._exit(0)\n")
Yz = Callable[..., Result]
#: The ways in which a model gives a body.
Wrapped = Callable[[str, str], str]
WRAPPINGS: tuple[Wrapped, ...] = (
    lambda prompt, body: body,
    lambda prompt, body: f"```python\n{prompt}{body}\n```",
    lambda prompt, body: f"{prompt}{body}",
    lambda prompt, body: f"```python\n{prompt}    return None\n\n{body.replace('    ', '')}\n```",
)


@contextlib.contextmanager
def yz_on(runner: CodeRunner) -> Iterator[Yz]:
    """Run command lines on this runner."""

    class Shared:
        def __init__(self, _: object) -> None:
            self.run = runner.run

        def close(self) -> None:
            pass

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("worker.sandboxing.SandboxRunner", Shared)
        yield lambda *words: CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def yz(code_runner: CodeRunner) -> Iterator[Yz]:
    with yz_on(code_runner) as run:
        yield run


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """The questions' file, and what the import said; made once, in the quicker of the two."""
    out = tmp_path_factory.mktemp("human-eval") / "human-eval.jsonl"
    with contextlib.closing(SandboxRunner(Settings(sandbox=SandboxChoice.BUBBLEWRAP))) as runner, yz_on(runner) as run:
        return out, run("questions", "import", human_eval(), "--format", "human-eval", "--out", out, "--json")


@pytest.fixture(scope="module")
def questions(imported: tuple[Path, Result]) -> tuple[Question, ...]:
    return read_questions([imported[0]])


def test_nearly_all_tasks_are_taken_and_the_others_refused_by_name(imported: tuple[Path, Result]) -> None:
    out, result = imported

    *refused, counts = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 0, result.output
    assert counts == {"taken": 163, "refused": 1, "out": str(out)}
    (one,) = refused
    assert one["task"] == "HumanEval/32"
    assert one["refused"].startswith("`math.fabs(poly(coeffs, solution)) < 0.0001` in line 20 of its test")
    assert lint(out).faults == ()


def test_every_task_is_a_strict_question_with_all_its_cases(questions: tuple[Question, ...]) -> None:
    graders = {each.id: each.grader for each in questions}

    assert all(each.strict for each in questions)
    assert Counter(each.tier for each in questions)[Tier.EASIER] == 82
    assert all(isinstance(each, Calls) and each.cases for each in graders.values())
    counted = {name: len(each.cases) for name, each in graders.items() if isinstance(each, Calls)}
    assert (counted["human-eval-0"], counted["human-eval-38"], counted["human-eval-151"]) == (7, 100, 7)
    assert sum(counted.values()) == 1429


@on_each
def test_canonical_solutions_pass_and_what_ends_early_never_does(
    yz: Yz, imported: tuple[Path, Result], questions: tuple[Question, ...], tmp_path: Path
) -> None:
    tasks = rows()
    right: list[dict[str, str]] = []
    empty: list[dict[str, str]] = []
    for number, question in enumerate(questions):
        task = tasks[question.id]
        right.append({"question_id": question.id, "reply": task["canonical_solution"]})
        # Every way of being empty meets every task, and the wrappings in turn.
        for place, body in enumerate(EMPTY_BODIES):
            wrapped = WRAPPINGS[(number + place) % len(WRAPPINGS)]
            empty.append({"question_id": question.id, "reply": wrapped(task["prompt"], body)})
    (tmp_path / "answers.jsonl").write_text("\n".join(map(json.dumps, [*right, *empty])))

    result = yz("grade", imported[0], tmp_path / "answers.jsonl", "--json")

    graded = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0, result.stderr
    assert [each["question_id"] for each in graded] == [each["question_id"] for each in [*right, *empty]]
    assert [each for each in graded[: len(right)] if each["verdict"] != "passed"] == []
    assert [each for each in graded[len(right) :] if float(each["score"]) != 0] == []


@on_each
@pytest.mark.parametrize(
    "made",
    [
        "class A:\n        __eq__ = lambda s, o: True\n        __bool__ = lambda s: True\n    return A()",
        "class A(int):\n        __eq__ = lambda s, o: True\n        __hash__ = int.__hash__\n    return A(1)",
        "class A(list):\n        __eq__ = lambda s, o: True\n    return A()",
        "class A(str):\n        __eq__ = lambda s, o: True\n    return A('')",
        "class A(float):\n        __sub__ = __rsub__ = lambda s, o: 0.0\n    return A(0)",
    ],
)
def test_an_object_made_to_equal_anything_passes_no_task(
    yz: Yz, imported: tuple[Path, Result], questions: tuple[Question, ...], tmp_path: Path, made: str
) -> None:
    tasks = ("human-eval-0", "human-eval-2", "human-eval-5", "human-eval-33", "human-eval-53", "human-eval-61")
    answers = [json.dumps({"question_id": name, "reply": f"    {made}\n"}) for name in tasks]
    (tmp_path / "answers.jsonl").write_text("\n".join(answers))

    result = yz("grade", imported[0], tmp_path / "answers.jsonl", "--json")

    graded = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(float(each["score"]), any(case["passed"] for case in each["cases"])) for each in graded] == [
        (0, False)
    ] * len(tasks)


#: What a mutant may take. Canonical solutions take a hundredth of it.
MUTANT_CPU_S = 1.0
#: Of 815 mutants, those that the benchmark's own tests let pass: they differ in nothing that is tested.
SURVIVORS = 112
_CONFINED = f"""
import resource
resource.setrlimit(resource.RLIMIT_CPU, (2, 2))
resource.setrlimit(resource.RLIMIT_AS, ({2**29}, {2**29}))
"""


def test_no_mutant_that_fails_in_plain_python_passes(questions: tuple[Question, ...]) -> None:
    tasks = rows()
    made = [
        (question, tasks[question.id], mutant)
        for question in questions
        for mutant in mutated(
            tasks[question.id]["prompt"] + tasks[question.id]["canonical_solution"], tasks[question.id]["entry_point"]
        )
    ]
    per_task = Counter(question.id for question, _, _ in made)
    bubblewrap = SandboxRunner(Settings(sandbox=SandboxChoice.BUBBLEWRAP))
    with contextlib.closing(bubblewrap) as runner, ThreadPoolExecutor(2) as pool:
        verdicts = list(pool.map(lambda each: (passes_here(runner, *each), passes_plainly(*each)), made))

    assert set(per_task.values()) == {MADE}
    assert [
        mutant for (here, plainly), (_, _, mutant) in zip(verdicts, made, strict=True) if here and not plainly
    ] == []
    assert sum(here for here, _ in verdicts) == SURVIVORS


def passes_here(runner: CodeRunner, question: Question, _: dict[str, str], mutant: str) -> bool:
    """Whether the index gives it full marks."""
    assert isinstance(question.grader, Calls)
    grader = question.grader.model_copy(update={"cpu_s": MUTANT_CPU_S})
    return grade_code(grader, f"```python\n{mutant}```", runner, strict=True).score == 100


def passes_plainly(_: Question, task: dict[str, str], mutant: str) -> bool:
    """Whether the benchmark's own test passes it."""
    source = f"{_CONFINED}{mutant}\n{task['test']}\ncheck({task['entry_point']})\n"
    return subprocess.run([sys.executable, "-c", source], capture_output=True, timeout=60, check=False).returncode == 0
