"""The format grader: every rule of form can be broken, an essential one caps the score, clarity counts for the rest."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from yzindex.grading.formatting import AnyCheck, Format, check_format, grade_format
from yzindex.grading.grade import Grade, Verdict
from yzindex.grading.spec import Needs

TABLE = "| a | b |\n|---|:-:|\n| 1 | 2 |\n| 3 | 4 |"
OBJECT: dict[str, object] = {
    "check": "json_object",
    "fields": [
        {"name": "id", "type": "integer"},
        {"name": "cost", "type": "number", "nullable": True},
        {"name": "level", "type": "string", "one_of": ["low", "high"]},
        {"name": "open", "type": "boolean"},
        {"name": "tags", "type": "strings"},
        {"name": "by", "type": "object", "fields": [{"name": "name", "type": "string"}]},
    ],
}
GOOD: dict[str, object] = {"id": 1, "cost": 2.5, "level": "low", "open": True, "tags": ["x"], "by": {"name": "Ann"}}
WRONG_VALUES: dict[str, list[object]] = {
    "id": [True, "1", 1.5, None],
    "cost": ["2"],
    "level": ["mid"],
    "open": [1],
    "tags": ["x", [1], {}],
    "by": [{}, {"name": None}, "Ann", []],
    "new": [1],
}

#: A check, replies that keep it, replies that break it.
CHECKS: dict[str, tuple[dict[str, object], list[str], list[str]]] = {
    "only_block": (
        {"check": "only_block", "tag": "json"},
        ["```json\n{}\n```", "\n~~~JSON\n{}\n~~~\n", "````json\n```\n````"],
        [
            "{}",
            "Here:\n```json\n{}\n```",
            "```json\n{}\n```\nDone.",
            "```\n{}\n```",
            "```json\n{}",
            "```json\n```\n```json\n```",
        ],
    ),
    "only_block bare": ({"check": "only_block"}, ["a,b", "`code` in a line"], ["```\na,b\n```", "x\n~~~\ny"]),
    "words": (
        {"check": "words", "least": 2, "most": 3},
        ["one two", "- one two - three |"],
        ["one", "one two three four", "- * |"],
    ),
    "contains": ({"check": "contains", "texts": ["It’s 5 %"]}, ["well, it's\n5 % now"], ["it is 5 %", "its 5 %"]),
    "contains figure": (
        {"check": "contains", "texts": ["60", "api"]},
        ["60 to the API", "`api`: 60ms.", "(60%), api-2"],
        ["160 api", "605 api", "1.60 api", "60.5 api", "60,000 api", "60k api", "60 apis", "60 rapid"],
    ),
    "lacks": ({"check": "lacks", "texts": ["very", "at all"]}, ["every one", "tall"], ["VERY good", "none at\nall"]),
    "bullets": (
        {"check": "bullets", "count": 2, "only": True},
        ["- a\n- b", "* a\n\n* b\n"],
        ["- a", "- a\n- b\n- c", "Two:\n- a\n- b", "- a\n  - b", "-a\n-b", "1. a\n2. b"],
    ),
    "bullets with prose": ({"check": "bullets", "count": 1}, ["Here:\n- a\nDone."], ["```\n- a\n```", "- a\n- b"]),
    "numbered": (
        {"check": "numbered", "count": 2, "only": True},
        ["1. a\n2. b", "1) a\n\n2) b"],
        ["1. a\n3. b", "2. a\n1. b", "1. a", "1. a\n1. b", "So:\n1. a\n2. b"],
    ),
    "sections": (
        {"check": "sections", "headings": ["Why", "How"]},
        ["## Why\nx\n## How\ny", "## Why ##\n\nx\n\n## How\n\n- y"],
        [
            "## How\nx\n## Why\ny",
            "## Why\nx",
            "# Why\nx\n# How\ny",
            "# T\n## Why\nx\n## How\ny",
            "## Why\n\n## How\ny",
            "Why\nx\nHow\ny",
            "```\n## Why\nx\n## How\ny\n```",
        ],
    ),
    "sections with code": (
        {"check": "sections", "headings": ["C#", "How"]},
        ["## C#\nx\n## How\ny", "## C# ##\n```sh\n# install\n## it\n```\n## How #\ny"],
        ["## C\nx\n## How\ny", "## C# #x\nx\n## How\ny", "## C#\n```\n## How\ny\n```"],
    ),
    "paragraphs": ({"check": "paragraphs", "count": 2}, ["a\nb\n\n\nc", "\n\na\n\nb\n"], ["a\nb", "a\n\nb\n\nc"]),
    "line_width": ({"check": "line_width", "most": 10}, ["0123456789\nx"], ["x\n0123456789a"]),
    "line_width first": ({"check": "line_width", "most": 10, "first": True}, ["x\n0123456789a"], ["0123456789a\nx"]),
    "iso_dates": (
        {"check": "iso_dates", "least": 1},
        ["on 2027-02-28", "Version 1.2.10 may come on 2028-02-29, March 2027 at 10:30"],
        [
            "soon",
            "on 2027-02-29",
            "2027-02-28 or 3 March",
            "2027-02-28, Mar 3rd",
            "2027-02-28 and 28/02/2027",
            "2027-02-28 and 1.3.2027",
            "2027/02/28",
            "2027-02-28 and 2024-3-5",
            "2027-02-28 and 2024-03-5",
            "2027-02-28 and 10.03.24",
            "2027-02-28 or 10-03-24.",
            "2027-02-28, May the 3rd",
        ],
    ),
    "line_pattern": (
        {"check": "line_pattern", "template": "{date} [{word}] {text} ({int})", "count": 1},
        ["2027-01-02 [api] took long (12)", "\n2027-01-02 [api] x (1)  \n"],
        ["2027-01-02 [api]  (12)", "2027-01-02 [a b] x (1)", "Log:\n2027-01-02 [api] x (1)", "2027-01-02 [api] x", ""],
    ),
    "opens": ({"check": "opens", "text": "fix: "}, ["\nfix: x"], ["Fix: x", "Sure. fix: x"]),
    "closes": ({"check": "closes", "text": "Done."}, ["x\nDone.\n"], ["x\nAll Done.", "Done.\nx"]),
    "json_object": (
        OBJECT,
        [json.dumps(GOOD), f"```json\n{json.dumps(GOOD)}\n```", json.dumps({**GOOD, "cost": None, "tags": []})],
        [
            *(json.dumps({**GOOD, key: value}) for key, values in WRONG_VALUES.items() for value in values),
            json.dumps([GOOD]),
            json.dumps(GOOD)[:-1] + ', "id": 2}',
            json.dumps(GOOD)[:-1] + ",}",
            json.dumps({**GOOD, "cost": float("nan")}),
            "Here: " + json.dumps(GOOD),
            "[" * 100_000,
            "null",
            f"```json\n{json.dumps(GOOD)}\n```\n```json\n{json.dumps(GOOD)}\n```",
        ],
    ),
    "json_array": (
        {"check": "json_array", "fields": [{"name": "n", "type": "integer"}], "count": 2},
        ['[{"n": 1}, {"n": 2}]'],
        ['[{"n": 1}]', '[{"n": 1}, {"n": 2, "m": 3}]', '[{"n": 1}, 2]', '{"n": 1}', "no"],
    ),
    "json_has": (
        {"check": "json_has", "path": ["a", 0, "b"], "value": {"c": [1, "x", True]}},
        ['{"a": [{"b": {"c": [1.0, "x", true]}}]}'],
        ['{"a": [{"b": {"c": [1, "x", 1]}}]}', '{"a": []}', '{"a": {"0": 1}}', "[]", "{"],
    ),
    "table": (
        {"check": "table", "columns": ["a", "b"], "rows": 2},
        [
            TABLE,
            f"See:\n\n{TABLE}\n\nThat is all.",
            TABLE.replace("| 1 |", "| **1** \\| x |"),
            "a | b\n--|--\n1 | 2\n3 | 4",
        ],
        [
            TABLE + "\n| 5 | 6 |",
            TABLE.replace("| 4 |", "| 4 | 5 |"),
            TABLE.replace("| a |", "| A |"),
            f"{TABLE}\n\n{TABLE}",
            f"```\n{TABLE}\n```",
            "a, b\n1, 2",
            TABLE.replace("|---|:-:|", "|---|"),
            TABLE.replace("|---|:-:|", "|---|---|---|"),
        ],
    ),
    "csv": (
        {"check": "csv", "columns": ["a", "b"], "rows": 2},
        ['a,b\n1,"x, ""y"""\n3,', "```csv\na,b\n1,2\n3,4\n```"],
        [
            "a,b\n1,2",
            "a,b\n1,2\n3,4,5",
            "a;b\n1;2\n3;4",
            "Here:\na,b\n1,2\n3,4",
            'a,b\n1,"2\n3,4',
            "a,b\n1,2\n3," + "x" * 200_000 + ',"',
        ],
    ),
    "column table": (
        {"check": "column", "of": "table", "column": "b", "cells": ["2", "4"]},
        [TABLE],
        [TABLE.replace("| 4 |", "| 5 |"), TABLE.replace("| b |", "| c |"), "none"],
    ),
    "column csv": (
        {"check": "column", "of": "csv", "column": "b", "cells": ["X", "y"]},
        ["a,b\n1,x\n2,Y"],
        ["a,b\n2,y\n1,x", ""],
    ),
    "column csv with line breaks": (
        {"check": "column", "of": "csv", "column": "b", "cells": ["x y", "z"]},
        ['a,b\n1,"x\ny"\n2,z'],
        ["a,b\n1,xy\n2,z", 'a,b\n1,"xy"\n2,z'],
    ),
}

each_check = pytest.mark.parametrize("name", CHECKS)

RULED = Format.model_validate(
    {
        "checks": [
            {"check": "bullets", "count": 1, "essential": True},
            {"check": "words", "most": 5},
            {"check": "lacks", "texts": ["very"]},
        ]
    }
)
CLEAR = Format.model_validate(
    {**RULED.model_dump(), "clarity": {"items": [{"id": "plain", "shown": "Everybody understands it."}]}}
)


def only(check: dict[str, object]) -> Format:
    return Format.model_validate({"checks": [{**check, "essential": True}]})


def ruled(reply: str, *, strict: bool = False) -> Grade:
    return grade_format(RULED, check_format(RULED, reply), None, strict=strict)


def judged(reply: str, points: int) -> Grade:
    return grade_format(CLEAR, check_format(CLEAR, reply), [(points,)], strict=False)


def test_every_kind_of_check_is_tried_here() -> None:
    union, _ = get_args(AnyCheck)

    assert {str(check["check"]) for check, _, _ in CHECKS.values()} == {
        kind.model_fields["check"].default for kind in get_args(union)
    }


@each_check
def test_a_reply_that_keeps_a_rule_passes_it(name: str) -> None:
    check, kept, _ = CHECKS[name]

    for reply in kept:
        assert [case.detail for case in check_format(only(check), reply)] == [""], reply


@each_check
def test_a_reply_that_breaks_a_rule_fails_it_with_a_reason(name: str) -> None:
    check, _, broken = CHECKS[name]

    for reply in broken:
        (case,) = check_format(only(check), reply)

        assert (case.passed, bool(case.detail)) == (False, True), reply[:200]


@each_check
def test_a_rule_is_told_to_the_model_unless_it_follows_from_the_prompt(name: str) -> None:
    spec = only(CHECKS[name][0])
    (check,) = spec.checks

    assert (check.rule() in spec.instructions()) is check.stated
    assert check.stated is (check.check not in {"json_has", "column"})


@each_check
@given(reply=st.text() | st.text(alphabet='|-`~{}[]":,\n #1a.'))
def test_no_text_makes_a_check_raise(name: str, reply: str) -> None:
    spec = only(CHECKS[name][0])

    grade = grade_format(spec, check_format(spec, reply), None, strict=False)

    assert 0 <= grade.score <= 100


@each_check
@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "- ",
        "| ",
        "|-|\n",
        "`",
        "```\n",
        "~~~x\n",
        "#",
        "# a\n",
        '"',
        "1",
        "1 ",
        "\\|",
        "[(",
        "2027-01-",
        "2027-01-02 [a] x",
        "\u0301\u0323",
    ],
)
@pytest.mark.timeout(60)  # the square of the length would take minutes
def test_a_long_reply_is_checked_to_its_end(name: str, piece: str) -> None:
    spec = only(CHECKS[name][0])
    reply = (piece * 100_000)[:100_000]

    assert len(check_format(spec, reply)) == 1


def test_a_number_of_objects_that_is_graded_is_told() -> None:
    check: dict[str, object] = {"check": "json_array", "fields": [{"name": "n", "type": "integer"}]}

    assert "array of exactly 3 objects, each" in only({**check, "count": 3}).instructions()
    assert "array of exactly 1 object, each" in only({**check, "count": 1}).instructions()
    assert "array of objects, each" in only(check).instructions()


def test_a_line_template_with_an_unknown_token_and_a_format_without_structure_are_refused() -> None:
    with pytest.raises(ValidationError, match="unknown tokens"):
        only({"check": "line_pattern", "template": "{day}", "count": 1})
    with pytest.raises(ValidationError, match="essential"):
        Format.model_validate({"checks": [{"check": "words", "most": 5}]})
    with pytest.raises(ValidationError, match="fields"):
        only({"check": "json_object", "fields": [{"name": "a", "type": "object"}]})


def test_only_a_clarity_rubric_needs_a_judge() -> None:
    assert RULED.needs is Needs.RULES
    assert CLEAR.needs is Needs.JUDGE


def test_without_clarity_the_score_is_the_share_of_the_rules_kept() -> None:
    assert ruled("- a") == Grade(score=Decimal(100), verdict=Verdict.PASSED, cases=check_format(RULED, "- a"))
    assert ruled("- very a").score == Decimal("66.666666667")
    assert ruled("- very a").verdict is Verdict.BROKE_FORMAT


def test_a_broken_essential_rule_leaves_at_most_forty_however_clear_the_reply_is() -> None:
    assert ruled("a").score == 40
    assert judged("a", 4).score == 40
    assert judged("a", 4).verdict is Verdict.BROKE_FORMAT
    assert judged("very a b c d e", 0).score == 0


def test_with_clarity_rules_count_sixty_and_clarity_forty() -> None:
    assert judged("- a", 4).score == 100
    assert judged("- a", 0).score == 60
    assert judged("- a", 2).score == 80
    assert judged("- very a", 4).score == 80
    assert judged("- a", 2).verdict is Verdict.JUDGED
    assert [case.name for case in judged("- a", 4).cases] == ["1 bullets", "2 words", "3 lacks", "plain"]


def test_clarity_is_neither_assumed_where_no_judge_spoke_nor_taken_where_none_was_asked() -> None:
    with pytest.raises(ValueError, match="needs them"):
        grade_format(CLEAR, check_format(CLEAR, "- a"), None, strict=False)
    with pytest.raises(ValueError, match="needs them"):
        grade_format(RULED, check_format(RULED, "- a"), [(4,)], strict=False)


def test_a_strict_question_leaves_all_or_nothing() -> None:
    assert ruled("- a", strict=True).score == 100
    assert ruled("- very a", strict=True).score == 0


@pytest.mark.parametrize("reply", ["", " \n", "\u200b"])
def test_a_blank_reply_is_empty_rather_than_of_a_wrong_form(reply: str) -> None:
    assert (ruled(reply).score, ruled(reply).verdict) == (Decimal(0), Verdict.EMPTY)
    assert judged(reply, 4).verdict is Verdict.EMPTY


def test_windows_line_ends_a_byte_order_mark_and_a_draft_do_not_break_a_form() -> None:
    spec = only({"check": "bullets", "count": 2, "only": True})

    assert check_format(spec, "\ufeff- a\r\n- b\r\n")[0].passed
    assert check_format(spec, "<think>- maybe\n- x\n- y</think>\n- a\n- b")[0].passed
