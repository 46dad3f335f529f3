"""Hostile and careless question files: each fault as `file:line: field: reason`, and nothing is loaded."""

from __future__ import annotations

import gzip
import json
import re
import tracemalloc
from pathlib import Path

import pytest

from tests.rows import question
from yzindex.bank.files import load_bank
from yzindex.bank.linting import lint
from yzindex.bank.question import Question
from yzindex.dimensions import Dimension
from yzindex.errors import InvalidBank
from yzindex.jsonlines import read_models

LINE = question(Dimension.EXECUTION, 1).canonical()
OTHER = question(Dimension.EXECUTION, 2).canonical()


def refused(folder: Path, *files: str | bytes) -> list[str]:
    """The faults of a bank whose n-th file holds this, without their folder; the linter must give the same."""
    (folder / "VERSION").write_text("1")
    for number, content in enumerate(files):
        (folder / f"{number}.jsonl").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InvalidBank) as caught:
        load_bank(folder)
    faults = str(caught.value).split("\n")
    assert set(faults) <= set(lint(folder).faults)
    return [fault.removeprefix(f"{folder}/") for fault in faults]


def changed(**fields: object) -> str:
    return json.dumps(json.loads(LINE) | fields)


CALLS = {"type": "calls", "entry_point": "f", "cases": [{"args": "(1,)", "expected": "4"}]}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{'id': 1}", "line: not JSON: Expecting property name"),
        (f"{LINE} {LINE}", "line: not JSON: Extra data"),
        (LINE[:-1] + ',"id":"execution-009"}', "line: not JSON: key 'id' stands twice"),
        (LINE.replace('"tolerance":0.0', '"tolerance":NaN'), "line: not JSON: NaN is not JSON"),
        (LINE.replace('"tolerance":0.0', '"tolerance":-Infinity'), "line: not JSON: -Infinity is not JSON"),
        (LINE.replace('"tolerance":0.0', '"tolerance":1e400'), "grader.calls.tolerance: Input should be a finite"),
        ("[" * 100_000, "line: not JSON: nested too deeply"),
        (LINE.replace("2048", "9" * 5_000), "line: not JSON: a number has 5000 digits"),
        (LINE.replace("2048", "9" * 400), "max_tokens: Input should be less"),
        (LINE.replace("Write", "\\ud800"), "line: Invalid JSON: "),
        (changed(prompt="x" * 10_000_000), "line: has more than 8000000 characters"),
        (changed(prompt=1), "prompt: Input should be a valid string"),
        (changed(strict="yes"), "strict: Input should be a valid boolean"),
        (changed(max_tokens="2048"), "max_tokens: Input should be a valid integer"),
        (changed(max_tokens=20.0), "max_tokens: Input should be a valid integer"),
        (changed(wrong="none"), "wrong: Input should be a valid array"),
        (changed(id="../x"), "id: String should match pattern"),
        (changed(reference=None), "reference: Input should be a valid string"),
        (changed(grader={"type": "guess"}), "grader: Input tag 'guess' found using 'type' does not match any"),
        (changed(grader={}), "grader: Unable to extract tag using discriminator 'type'"),
        (changed(grader=CALLS | {"entry_point": "a b"}), "grader.calls.entry_point: must be the name of a function"),
        (
            changed(grader=CALLS | {"cases": [{"args": "(1,)", "expected": "9" * 5_000}]}),
            "grader.calls.cases.0.expected: not a Python literal",
        ),
        (changed(**{"k" * 100_000: 1}), "kkkk"),
        (changed(**{"\x1b[31m": 1}), "\\x1b[31m: Extra inputs are not permitted"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_bad_line_is_told_by_its_place_and_loads_nothing(tmp_path: Path, line: str, says: str) -> None:
    faults = refused(tmp_path, f"{OTHER}\n{line}")

    assert faults[0].startswith(f"0.jsonl:2: {says}")
    assert all(re.match(r"0\.jsonl:2: .+: .", fault) and len(fault) < 400 for fault in faults)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "0.jsonl:1: line: the file holds no question"),
        (b"\n \r\n", "0.jsonl:1: line: the file holds no question"),
        (b"\xef\xbb\xbf" + LINE.encode(), "0.jsonl:1: line: cannot be read: begins with a byte order mark"),
        (
            f"{OTHER}\n{LINE.replace('Write', 'Écrit')}".encode("latin-1"),
            "0.jsonl:2: line: cannot be read: byte 0xc9 is not UTF-8",
        ),
        (LINE.encode("utf-16"), "0.jsonl:1: line: cannot be read: byte 0xff is not UTF-8"),
    ],
)
def test_a_file_that_is_not_lines_of_json_in_utf8_is_told_so(tmp_path: Path, content: bytes, says: str) -> None:
    (fault,) = refused(tmp_path, content)

    assert fault.startswith(says)


def test_an_endless_line_is_passed_over_without_being_held(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl.gz"
    with gzip.open(file, "wb", compresslevel=1) as lines:
        lines.write(f"{OTHER}\n".encode())
        for _ in range(120):
            lines.write(b"x" * 1_000_000)
        lines.write(f"\n{LINE}".encode())

    tracemalloc.start()
    try:
        placed, faults = read_models(file, Question, what="question")
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert [each.place for each in placed] == [f"{file}:1", f"{file}:3"]
    assert faults == [f"{file}:2: line: has more than 8000000 characters; no more can be read"]
    assert most_bytes < 100_000_000


def test_an_id_that_stands_in_two_files_is_told_with_both_places(tmp_path: Path) -> None:
    (fault,) = refused(tmp_path, f"{OTHER}\n{LINE}", f"\n\n{LINE}")

    assert fault == f"1.jsonl:3: id: execution-001 stands at {tmp_path}/0.jsonl:2 too; give each its own"


def test_faults_of_every_file_are_told_at_once(tmp_path: Path) -> None:
    faults = refused(tmp_path, "{", b"\xff", f"{LINE}\n{LINE}", "")

    assert [":".join(fault.split(":")[:2]) for fault in faults] == ["0.jsonl:1", "1.jsonl:1", "3.jsonl:1", "2.jsonl:2"]


def test_line_ends_of_windows_are_no_fault(tmp_path: Path) -> None:
    (tmp_path / "VERSION").write_bytes(b"7\r\n")
    (tmp_path / "q.jsonl").write_bytes(f"{LINE}\r\n{OTHER}\r\n".encode())

    bank = load_bank(tmp_path)

    assert (bank.version, len(bank.questions)) == ("7", 2)


@pytest.mark.parametrize("version", [b"", b"\xff", b"1\n2", b"x" * 65])
def test_a_version_that_is_none_is_refused(tmp_path: Path, version: bytes) -> None:
    (tmp_path / "q.jsonl").write_text(LINE)
    (tmp_path / "VERSION").write_bytes(version)

    with pytest.raises(InvalidBank, match=f"{tmp_path}/VERSION"):
        load_bank(tmp_path)


def test_folders_in_place_of_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").mkdir()
    (tmp_path / "VERSION").write_text("1")

    with pytest.raises(InvalidBank, match=r"q\.jsonl: cannot be read: it is no file"):
        load_bank(tmp_path)
