"""Tasks of MBPP: the function is found in what is asserted, one assertion is shown, and all of them grade."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.benchmark_files import Row, array, lines, mbpp, sanitized
from tests.local_runner import LocalRunner
from yzindex.bank.importing.formats import Format
from yzindex.bank.importing.importer import Refused, Taken, import_tasks
from yzindex.bank.importing.reading import read_tasks
from yzindex.bank.linting import question_faults
from yzindex.bank.question import Question, Tier
from yzindex.errors import InvalidFile
from yzindex.grading.asserted import View
from yzindex.grading.code import CallCase, Calls
from yzindex.grading.code_grading import grade_code

RIGHT = "```python\ndef fitting(w, m):\n    return sum(sum(sorted(w)[: n + 1]) <= m for n in range(len(w)))\n```"
SHOWN_ONLY = "```python\ndef fitting(w, m):\n    return 2\n```"
Written = Callable[[Path, Iterable[Row]], Path]


def imported(file: Path) -> list[Taken | Refused]:
    return list(import_tasks(read_tasks(file, Format.MBPP), LocalRunner(), at_once=1))


def question_of(file: Path) -> Question:
    (found,) = imported(file)
    assert isinstance(found, Taken), found
    return found.question


def refusal_of(file: Path) -> str:
    (found,) = imported(file)
    assert isinstance(found, Refused), found
    return found.reason


def case(args: str, expected: str, **options: object) -> CallCase:
    return CallCase.model_validate({"args": args, "expected": expected, "equality": "python", **options})


def test_every_assertion_is_a_case_of_the_function_that_they_call(tmp_path: Path) -> None:
    question = question_of(lines(tmp_path / "mbpp.jsonl", [mbpp()]))

    spec = question.grader
    assert isinstance(spec, Calls)
    assert (question.id, question.source, question.licence) == ("mbpp-1", "google-research/mbpp MBPP/1", "CC-BY-4.0")
    assert (spec.entry_point, spec.prelude, spec.stub) == ("fitting", "", "")
    assert spec.cases == (
        case("([3, 1, 2], 3)", "2"),
        case("([5], 4)", "0"),
        case("([], 4)", "0"),
        case("([4, 4, 4], 8)", "2"),
    )
    assert list(question_faults(question)) == []


def test_the_prompt_names_the_function_and_shows_one_assertion_and_no_other(tmp_path: Path) -> None:
    prompt = question_of(lines(tmp_path / "mbpp.jsonl", [mbpp()])).prompt

    assert prompt.startswith("Count the parcels that fit into a van, the lightest first.\n")
    assert "The function is called `fitting`." in prompt
    assert prompt.count("assert ") == 1
    assert "```python\nassert fitting([3, 1, 2], 3) == 2\n```" in prompt


def test_who_returns_what_the_shown_assertion_expects_does_not_pass(tmp_path: Path) -> None:
    question = question_of(lines(tmp_path / "mbpp.jsonl", [mbpp()]))
    assert isinstance(question.grader, Calls)

    scores = [
        grade_code(question.grader, reply, LocalRunner(), strict=True).score
        for reply in (RIGHT, question.reference, SHOWN_ONLY, *(wrong.reply for wrong in question.wrong))
    ]

    assert scores == [100, 100, 0, 0, 0]
    assert "pass" in question.wrong[0].reply
    assert "\r" not in question.reference


@pytest.mark.parametrize("written", [lines, array])
def test_both_published_forms_are_read_as_lines_and_as_an_array(tmp_path: Path, written: Written) -> None:
    found = imported(written(tmp_path / "mbpp.json", [mbpp(), sanitized()]))

    questions = [each.question for each in found if isinstance(each, Taken)]
    assert [(each.id, each.tier) for each in questions] == [("mbpp-1", Tier.HARDER), ("mbpp-2", Tier.EASIER)]
    assert isinstance(questions[1].grader, Calls)
    assert questions[1].grader.cases == (
        case("(('red', 'blue'), ('blue', 'green'))", "{'blue'}", view=View.SET),
        case("(('red', 'red'), ('red',))", "{'red'}", view=View.SET),
    )


def test_code_that_the_tests_need_is_run_before_them(tmp_path: Path) -> None:
    given = mbpp(test_setup_code="van = [3, 1, 2]\r\nassert van", test_list=["assert fitting(van, 3) == 2"])
    refused = refusal_of(lines(tmp_path / "asserting.jsonl", [given]))
    given = mbpp(test_setup_code="van = [3, 1, 2]", test_list=["assert fitting(van, 3) == 2"])

    spec = question_of(lines(tmp_path / "mbpp.jsonl", [given])).grader

    assert refused == "`assert van` in line 2 of its test makes assertions outside of `check`"
    assert isinstance(spec, Calls)
    assert spec.cases[0] == case("([3, 1, 2], 3)", "2")


def test_nothing_that_is_expected_is_sent_with_a_candidate(tmp_path: Path) -> None:
    tests = ["assert fitting([1], 1) == 1", "assert fitting([87654321], 87654320 + 0) == 0"]
    code = "def fitting(weights, most):\n    return most if most == 1 else most - 87654320\n"
    expected = [f"{each[:-1]}1111{each[-1]} - 1111{each[-1]} + {each[-1]}" for each in tests]
    file = lines(tmp_path / "mbpp.jsonl", [mbpp(code=code, test_list=expected, challenge_test_list=[])])
    runner = LocalRunner()

    (found,) = import_tasks(read_tasks(file, Format.MBPP), runner, at_once=1)

    assert isinstance(found, Taken), found
    told = [job for job in runner.jobs if "1111" in repr(job)]
    assert len(told) == 2  # the test as it stands, and rewritten
    assert all(job.source.startswith(code) for job in told)


TWO = "def fitting(weights, most):\n    return limit(most)\n\n\ndef limit(most):\n    return most\n"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"test_list": ["assert len(fitting([], 1)) == 0", "assert fitting([], 1) > 0"]}, "asks something else"),
        ({"test_list": ["assert math.isclose(fitting([], 1), 0)"]}, "asks something else"),
        ({"test_list": ["assert fitting([1], 1) =="]}, "`assert fitting([1], 1) ==` of its test is no Python code"),
        ({"test_list": ["fitting([1], 1)"], "challenge_test_list": []}, "its test asserts nothing"),
        ({"test_list": [" "], "challenge_test_list": []}, "its test asserts nothing"),
        (
            {"code": TWO, "test_list": ["assert fitting([], 1) == limit(1)"]},
            "its test calls 2 functions of its canonical solution: fitting, limit",
        ),
        ({"test_list": ["assert packed([1]) == 1"], "challenge_test_list": []}, "calls no function of its canonical"),
        ({"code": "fitting = len"}, "calls no function of its canonical"),
        ({"code": "def fitting(:"}, "its canonical solution is no Python program"),
        ({"code": "def fitting(w, m):\n    raise ValueError(w)\n"}, "fails its own test: 4 of 4 cases failed"),
        ({"code": "def fitting(w, m):\n    return 2\n"}, "fails its own test: 2 of 4 cases failed"),
        (
            {"test_list": ["assert fitting([1], 1) == 1"] * 2, "challenge_test_list": []},
            "its prompt shows all that is expected",
        ),
        (
            {
                "test_list": ["assert fitting([1], 1) == 1", "assert fitting([1], 1 + 0) == 1"],
                "challenge_test_list": [],
            },
            "its prompt shows all that is expected",
        ),
        (
            {"test_list": ["assert fitting([1], 1) == 1 and fitting([], 1) == 0"], "challenge_test_list": []},
            "its prompt shows all that is expected",
        ),
        ({"test_list": ["assert fitting(float('nan'), 1) == 1"]}, "has no literal: nan"),
        ({"test_list": [f"assert fitting([1], {'9' * 5000}) == 1"]}, "is no Python code"),
        ({"test_list": [f"assert fitting([1], 0x{'f' * 5000}) == 1"]}, "a number of thousands of digits"),
        ({"test_list": [f"assert fitting({'[' * 90}{']' * 90}, 1 + 1) == 1"]}, "canonical solution fails"),
        ({"test_list": [f"assert fitting({'1+' * 900}1, 1) == 1"]}, "nested too deeply"),
        ({"test_list": [f"assert fitting({'[' * 5000}{']' * 5000}, 1) == 1"]}, "is no Python code"),
        ({"test_setup_code": "def fitting(w, m):\n    return 2"}, "its test defines fitting itself"),
        ({"test_setup_code": "import ="}, "its test is no Python code"),
    ],
)
def test_what_cannot_be_graded_fairly_is_refused_by_name(tmp_path: Path, changed: Row, reason: str) -> None:
    found = imported(lines(tmp_path / "mbpp.jsonl", [mbpp(7, **changed), sanitized()]))

    assert [type(each) for each in found] == [Refused, Taken]
    assert isinstance(found[0], Refused)
    assert found[0].name == "MBPP/7"
    assert reason in found[0].reason


@pytest.mark.parametrize(
    ("row", "faults"),
    [
        ({"task_id": 1}, ["text: Field required", "code: Field required", "test_list: Field required"]),
        (mbpp(test_list=[]), ["test_list: Tuple should have at least 1 item"]),
        (mbpp(test_list="assert"), ["test_list: Input should be a valid array"]),
        (mbpp(task_id="1"), ["task_id: Input should be a valid integer"]),
        (mbpp(task_id=-1), ["task_id: Input should be greater than or equal to 0"]),
    ],
)
@pytest.mark.parametrize(("written", "place"), [(lines, "2"), (array, " task 2")])
def test_faults_are_told_with_the_line_or_the_place_in_the_array(
    tmp_path: Path, row: Row, faults: list[str], written: Written, place: str
) -> None:
    file = written(tmp_path / "mbpp.json", [mbpp(9), row])

    with pytest.raises(InvalidFile) as invalid:
        read_tasks(file, Format.MBPP)

    told = str(invalid.value).splitlines()
    assert len(told) == len(faults)
    assert all(line.startswith(f"{file}:{place}: {fault}") for line, fault in zip(told, faults, strict=True)), told


def test_a_task_that_stands_twice_is_a_fault_of_the_file(tmp_path: Path) -> None:
    file = array(tmp_path / "mbpp.json", [mbpp(5), mbpp(5)])

    with pytest.raises(InvalidFile) as invalid:
        read_tasks(file, Format.MBPP)

    assert str(invalid.value) == f"{file}: task 2: task_id: MBPP/5 stands at {file}: task 1 too; give each its own"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("[", ": array: not JSON: Expecting value"),
        ("[1] [2]", ": array: not JSON: Extra data"),
        ("[]", ":1: line: the file holds no task"),
        ("[1]", ": task 1: line: Input should be an object"),
        ("[" * 100_000, ": array: not JSON: nested too deeply"),
        (f"[{'9' * 1_000_000}]", ": array: not JSON: a number has 1000000 digits"),
        ("\ufeff[]", ":1: line: cannot be read: begins with a byte order mark"),
        (f"[{' ' * 8_000_000}]", ": line: has more than 8000000 characters"),
    ],
)
def test_an_array_that_cannot_be_read_is_one_fault(tmp_path: Path, content: str, fault: str) -> None:
    file = tmp_path / "mbpp.json"
    file.write_text(content)

    with pytest.raises(InvalidFile) as invalid:
        read_tasks(file, Format.MBPP)

    assert str(invalid.value).startswith(f"{file}{fault}")
    assert len(str(invalid.value).splitlines()) == 1
