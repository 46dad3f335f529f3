"""Tasks in the forms of MBPP and EvalPlus, imported and graded in each real sandbox."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import sandboxes
from tests.benchmark_files import Row, human_eval_plus, lines, mbpp, mbpp_plus, sanitized
from tests.contract.test_human_eval import yz_on
from yzindex.bank.files import read_questions
from yzindex.bank.linting import lint
from yzindex.grading.code import Calls
from yzindex.ports import CodeRunner

pytestmark = pytest.mark.timeout(300)

on_each = pytest.mark.parametrize("code_runner", sandboxes.BOTH, indirect=True)

RIGHT = {
    "mbpp-1": "def fitting(w, m):\n    return sum(sum(sorted(w)[: n + 1]) <= m for n in range(len(w)))",
    "mbpp-2": "def shared(one, other):\n    return [each for each in one if each in other]",
    "evalplus-human-eval-0": "    import math\n    above = [v for v in values if v > limit]\n"
    "    return math.fsum(above) / (len(above) or 1)",
    "evalplus-mbpp-3": "def both(one, other):\n    return {*one} & {*other}",
}
#: What a shown assertion tells, or what equals everything that can be asked.
WRONG = {
    "mbpp-1": "def fitting(w, m):\n    return 2",
    "mbpp-2": "class Any(set):\n    __eq__ = lambda s, o: True\n\n\ndef shared(one, other):\n    return Any()",
    "evalplus-human-eval-0": "    return 3.0",
    "evalplus-mbpp-3": "def both(one, other):\n    return {(3, 4)}",
}


@on_each
def test_both_forms_are_imported_and_what_is_right_passes_and_what_is_shown_does_not(
    code_runner: CodeRunner, tmp_path: Path
) -> None:
    fails = "    return [sum(values), 1 // limit]\n"
    endless = "def both(one, other):\n    while one:\n        pass\n    return one\n"
    tasks = {
        "mbpp": [mbpp(), sanitized(), mbpp(4, test_list=["assert fitting([1], 1) > 0"])],
        "evalplus": [
            human_eval_plus(),
            mbpp_plus(),
            human_eval_plus(5, canonical_solution=fails, plus_input=[[[1.5], 1], [[0.1, 0.2], 1]]),
            mbpp_plus(6, canonical_solution=endless, base_input=[[[[1]], [[1]]]], plus_input={}),
        ],
    }
    said: list[dict[str, object]] = []
    graded: list[dict[str, object]] = []

    with yz_on(code_runner) as yz:
        for format_, rows in tasks.items():
            file, out = lines(tmp_path / f"{format_}.in", rows), tmp_path / f"{format_}.jsonl"
            result = yz("questions", "import", file, "--format", format_, "--out", out, "--json")
            assert result.exit_code == 0, result.output
            said += map(json.loads, result.stdout.splitlines())
        questions = tmp_path / "questions.jsonl"
        questions.write_text("".join((tmp_path / f"{each}.jsonl").read_text() for each in tasks))
        for replies in (RIGHT, WRONG):
            answers: list[Row] = [
                {"question_id": name, "reply": f"```python\n{code}\n```"} for name, code in replies.items()
            ]
            result = yz("grade", questions, lines(tmp_path / "answers.jsonl", answers), "--json")
            assert result.exit_code == 0, result.output
            graded += map(json.loads, result.stdout.splitlines())

    assert [(each["task"], "refused" in each) for each in said if "task" in each] == [
        ("MBPP/4", True),
        ("HumanEval/5", False),
        ("Mbpp/6", True),
    ]
    assert str(said[2]["left_out"]).startswith(
        "1 of its 4 inputs; the first: its canonical solution fails: runtime_error"
    )
    assert "time_limit" in str(said[3]["refused"])
    assert [(each["question_id"], float(str(each["score"]))) for each in graded] == [
        *((name, 100) for name in RIGHT),
        *((name, 0) for name in WRONG),
    ]
    assert lint(questions).faults == ()
    assert all(isinstance(each.grader, Calls) and each.strict for each in read_questions([questions]))
