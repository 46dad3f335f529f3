"""Question files: read whole or refused with file, line, field and reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.rows import question, small_bank
from yzindex.bank.files import load_bank, read_questions
from yzindex.dimensions import Dimension
from yzindex.errors import InvalidBank

LINE = question(Dimension.EXECUTION, 1).canonical()


def bank_folder(folder: Path, *lines: str, version: str | None = "7\n") -> Path:
    (folder / "questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    if version is not None:
        (folder / "VERSION").write_text(version)
    return folder


def test_a_bank_is_read_with_its_version_and_the_same_digest_in_any_order(tmp_path: Path) -> None:
    lines = [each.canonical() for each in small_bank(1).questions]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()

    one, other = load_bank(bank_folder(tmp_path / "a", *lines)), load_bank(bank_folder(tmp_path / "b", *lines[::-1]))

    assert one.version == "7"
    assert one.digest == other.digest


def test_a_changed_question_changes_the_digest() -> None:
    first, second = question(Dimension.EXECUTION, 1), question(Dimension.EXECUTION, 2)

    assert first.digest != second.digest


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "questions.jsonl:2: line: not JSON"),
        (json.dumps(json.loads(LINE) | {"tier": "middle"}), "questions.jsonl:2: tier: Input should be"),
        (json.dumps(json.loads(LINE) | {"colour": "red"}), "questions.jsonl:2: colour: Extra inputs"),
        (json.dumps({k: v for k, v in json.loads(LINE).items() if k != "prompt"}), "questions.jsonl:2: prompt: Field"),
        (LINE.replace('"(2,)"', '"(2"'), "questions.jsonl:2: grader.calls.cases.0.args"),
        (LINE.replace('"(2,)"', '"2"'), "must be a literal tuple"),
        (LINE.replace('"calls"', '"guess"'), "questions.jsonl:2: grader"),
        ("[]", "questions.jsonl:2: line"),
    ],
)
def test_a_bad_line_is_refused_with_file_line_field_and_reason(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(InvalidBank) as refused:
        load_bank(bank_folder(tmp_path, LINE, line))

    assert says in str(refused.value)


def test_every_fault_of_a_file_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidBank) as refused:
        read_questions([bank_folder(tmp_path, "{", LINE, "[") / "questions.jsonl"])

    assert "questions.jsonl:1:" in str(refused.value)
    assert "questions.jsonl:3:" in str(refused.value)


def test_an_id_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidBank, match="execution-001"):
        load_bank(bank_folder(tmp_path, LINE, LINE))


@pytest.mark.parametrize("folder", ["empty", "absent"])
def test_a_folder_without_questions_is_refused(tmp_path: Path, folder: str) -> None:
    if folder == "empty":
        (tmp_path / folder).mkdir()

    with pytest.raises(InvalidBank, match="no question files"):
        load_bank(tmp_path / folder)


def test_a_bank_without_a_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidBank, match="write the bank's version"):
        load_bank(bank_folder(tmp_path, LINE, version=None))


def test_bytes_that_are_not_utf8_are_refused(tmp_path: Path) -> None:
    bank_folder(tmp_path, LINE)
    (tmp_path / "other.jsonl").write_bytes(b"\xff\xfe")

    with pytest.raises(InvalidBank, match=r"other\.jsonl:1: line: not UTF-8"):
        load_bank(tmp_path)
