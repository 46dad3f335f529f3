"""Anyone's CSV file as a history: what is taken, and every fault with its line and what to do."""

from __future__ import annotations

import gzip
import io
import os
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from yzindex.drift.histories import assembling
from yzindex.drift.histories.csv_history import STDIN
from yzindex.drift.histories.faults import MOST_TOLD
from yzindex.drift.histories.forms import Repeats
from yzindex.drift.histories.reading import read_history
from yzindex.drift.history import History, HistoryRow, history_of
from yzindex.drift.judge import judge
from yzindex.errors import InvalidHistory

HEADER = "date,model,dimension,question,score"
ROW = "2026-11-23,m,algebra,q1,0.5"
OTHER = "2026-11-24,m,algebra,q1,1"


def written(folder: Path, *lines: str, name: str = "h.csv", ends: str = "\n") -> Path:
    file = folder / name
    file.write_bytes("".join(f"{line}{ends}" for line in lines).encode())
    return file


def read(folder: Path, *lines: str, repeats: Repeats = Repeats.REFUSE) -> History:
    return read_history([written(folder, *lines)], repeats=repeats)


def faults_of(file: Path) -> list[str]:
    """The faults of a file, without its folder."""
    with pytest.raises(InvalidHistory) as caught:
        read_history([file])
    return str(caught.value).replace(f"{file.parent}/", "").split("\n")


def refused(folder: Path, *lines: str) -> list[str]:
    return faults_of(written(folder, *lines))


def assert_same(history: History, expected: History) -> None:
    for name in ("models", "questions", "dimensions", "versions"):
        assert getattr(history, name) == getattr(expected, name)
    for name in ("weights", "question_dimension", "day", "packet", "role", "model", "question", "version", "score"):
        np.testing.assert_array_equal(getattr(history, name), getattr(expected, name))


def test_a_csv_file_gives_the_same_history_as_its_rows(tmp_path: Path) -> None:
    days = [date(2026, 11, day) for day in (24, 23)]
    rows = [
        HistoryRow(day=day, model=model, dimension=f"d{number % 2}", question=f"q{number}", score=score, version=model)
        for day in days
        for model in ("zeta", "alpha")
        for number, score in enumerate((0.25, None, 1.0))
    ]
    lines = [
        f"{row.day},{row.model},{row.dimension},{row.question},{'' if row.score is None else row.score},{row.version}"
        for row in rows
    ]

    history = read(tmp_path, f"{HEADER},version", *lines)

    assert_same(history, history_of(rows))


def test_dimensions_without_weight_are_read_with_none_and_their_models_are_not_judged(tmp_path: Path) -> None:
    rows = ["2026-11-23,m,execution,q1,1", "2026-11-23,other,judgment,q2,1"]

    history = read(tmp_path, HEADER, *rows)

    assert (history.models, history.dimensions) == (("m", "other"), ("execution", "judgment"))
    assert history.weights.tolist() == [1, 0]
    assert [verdict.model for day in judge(history) for verdict in day.verdicts] == ["m"]


def test_columns_may_be_in_any_order_and_in_capitals_with_others_among_them(tmp_path: Path) -> None:
    history = read(
        tmp_path, "notes, Score ,QUESTION,seconds,dimension,model,Date", '"a, b",0.5,q1,3,algebra,m,2026-11-23'
    )

    assert_same(history, read(tmp_path, HEADER, ROW))


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + f"{HEADER}\n{ROW}\n".encode(),
        f"{HEADER}\r\n{ROW}\r\n".encode(),
        f"{HEADER}\n\n{ROW}".encode(),
        f"{HEADER}\n2026-11-23, m ,algebra , q1,\t0.5 \n".encode(),
        f'{HEADER}\n"2026-11-23","m","algebra","q1","0.5"\n'.encode(),
        gzip.compress(f"{HEADER}\n{ROW}\n".encode()),
    ],
    ids=["byte order mark", "CRLF", "blank line and no end", "spaces", "quoted", "gzip"],
)
def test_a_file_reads_the_same_however_it_was_saved(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "h"
    file.write_bytes(content)

    history = read_history([file])

    assert_same(history, read(tmp_path, HEADER, ROW))


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_dash_reads_standard_input_and_leaves_it_open(tmp_path, monkeypatch, pack) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(pack(f"{HEADER}\n{ROW}\n".encode())))
    monkeypatch.setattr(sys, "stdin", stdin)

    history = read_history([STDIN])

    assert_same(history, read(tmp_path, HEADER, ROW))
    assert not stdin.buffer.closed


def test_several_files_are_one_history_and_faults_name_theirs(tmp_path: Path) -> None:
    first, second = (
        written(tmp_path, HEADER, ROW, name="a.csv"),
        written(tmp_path, f"{HEADER},version", f"{OTHER},v2", name="b.csv"),
    )

    history = read_history([first, second])
    with pytest.raises(InvalidHistory) as caught:
        read_history([first, second, written(tmp_path, HEADER, OTHER, ROW, name="c.csv")])

    assert (len(history), history.versions) == (2, ("", "v2"))
    (fault,) = str(caught.value).split("\n")
    assert fault.startswith(f"{tmp_path}/c.csv:3: row: 2026-11-23, m, q1 stands at {tmp_path}/a.csv:2 too")


@pytest.mark.parametrize(
    ("given", "day"),
    [
        ("2026-11-23", date(2026, 11, 23)),
        ("20261123", date(2026, 11, 23)),
        ("2026-11-23 03:00", date(2026, 11, 23)),
        ("2026-11-23T23:59:59.5Z", date(2026, 11, 23)),
        ("2026-11-23T23:30:00-05:00", date(2026, 11, 23)),
    ],
)
def test_a_date_is_the_one_that_is_written_whatever_its_zone(tmp_path: Path, given: str, day: date) -> None:
    history = read(tmp_path, HEADER, f"{given},m,algebra,q1,1")

    assert history.day.tolist() == [day.toordinal()]


@pytest.mark.parametrize(
    ("rows", "scored"),
    [([ROW], 1), (["2026-11-23,m,algebra,q1,", "2026-11-23,n,algebra,q1,"], 0)],
    ids=["one answer", "all unscored"],
)
def test_a_history_that_shows_nothing_yet_is_no_fault(tmp_path: Path, rows: list[str], scored: int) -> None:
    history = read(tmp_path, HEADER, *rows)

    assert (len(history), int(np.isfinite(history.score).sum())) == (len(rows), scored)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("date,model,score", "h.csv:1: header: has no dimension, question; it has date, model, score"),
        ("date;model;dimension;question;score", "separate columns by commas, not by ;"),
        ("date\tmodel\tdimension\tquestion\tscore", "separate columns by commas, not by tabs"),
        (f"{HEADER},score", "h.csv:1: header: has score more than once; leave one of them"),
        (
            "2026-11-23,m,algebra,q1,0.5",
            "has no date, model, dimension, question, score; it has 2026-11-23, m, algebra",
        ),
    ],
)
def test_a_header_that_lacks_columns_is_told_with_those_it_has(tmp_path: Path, header: str, says: str) -> None:
    (fault,) = refused(tmp_path, header, ROW)

    assert says in fault


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("23.11.2026,m,algebra,q1,1", "date: '23.11.2026' is no date; write it as 2026-11-23"),
        ("2026-02-30,m,algebra,q1,1", "date: '2026-02-30' is no date"),
        (",m,algebra,q1,1", "date: '' is no date"),
        ("46349,m,algebra,q1,1", "date: '46349' is no date"),
        ("2026-11-23,,algebra,q1,1", "model: is empty; give each answer its model"),
        ("2026-11-23,m, ,q1,1", "dimension: is empty"),
        ("2026-11-23,m,algebra,,1", "question: is empty"),
        ("2026-11-23,m\0,algebra,q1,1", "model: holds a NUL byte"),
        ("2026-11-23,m,algebra,q1,nan", "score: 'nan' is no score; write nothing where an answer is unscored"),
        ("2026-11-23,m,algebra,q1,-inf", "score: '-inf' is no score"),
        ("2026-11-23,m,algebra,q1,pass", "score: 'pass' is no number; write it as 0.75, or nothing where unscored"),
        ('2026-11-23,m,algebra,q1,"0,5"', "score: '0,5' is no number"),
        ("2026-11-23,m,algebra,q1,85%", "score: '85%' is no number"),
        ("2026-11-23,m,algebra,q1,0_1", "score: '0_1' is no number"),
        ("2026-11-23,m,algebra,q1,٠", "score: '٠' is no number"),
        ("2026-11-23,m,algebra,q1,1.01", "score: 1.01 is outside 0–1"),
        ("2026-11-23,m,algebra,q1,-0.1", "score: -0.1 is outside 0–1"),
        ("2026-11-23,m,algebra,q1", "line: has 4 columns, the header 5; quote fields with commas"),
        ("2026-11-23,m,algebra,a, b,1", "line: has 6 columns, the header 5; quote fields with commas"),
        ('2026-11-23,m,algebra,"q"1,1', "line: is no CSV: ',' expected after '\"'; is a quotation mark left open?"),
        ('2026-11-23,m,algebra,"q1,1', "line: is no CSV: unexpected end of data; is a quotation mark left open?"),
        (f'2026-11-23,m,algebra,"{"q" * 1_000_001}",1', "line: is no CSV: field larger than field limit (131072)"),
        (f"2026-11-23,m,algebra,{'q' * 1_000_001},1", "line: is no CSV: field larger than field limit (131072)"),
        ("2026-11-23,\x1b[31m,algebra,q1,\x1b[31m", "score: '\\x1b[31m' is no number"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_bad_line_is_told_by_its_number_its_value_and_what_to_do(tmp_path: Path, row: str, says: str) -> None:
    first, *_ = refused(tmp_path, HEADER, OTHER, "", row)

    assert first.startswith(f"h.csv:4: {says}")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "h.csv: the file is empty; begin it with the line date,model,dimension,question,score"),
        (b"\n\r\n", "h.csv: the file is empty"),
        (f"{HEADER}\n".encode(), "h.csv: has a header and no rows; write one for each answer"),
        (f"{HEADER}\n{ROW}\n".encode("utf-16"), "the file is not UTF-8 text; save it as UTF-8"),
        (f"{HEADER}\n2026-11-23,modèle,algebra,q1,1\n".encode("latin-1"), "h.csv:2: model: byte 0xe8 is not UTF-8"),
        (gzip.compress(f"{HEADER}\n{ROW}\n".encode())[:-9], "h.csv: cannot be read: the gzip file is damaged"),
        (b"\x1f\x8b\x08 no gzip", "h.csv: cannot be read: the gzip file is damaged"),
    ],
    ids=["empty", "blank", "header alone", "UTF-16", "Latin-1", "gzip cut off", "gzip in name alone"],
)
def test_a_file_that_holds_no_history_is_told_so(tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "h.csv"
    file.write_bytes(content)

    (fault,) = faults_of(file)

    assert says in fault


@pytest.mark.parametrize(("name", "says"), [("nothing.csv", "No such file"), (".", "Is a directory")])
def test_what_is_no_file_is_told_so(tmp_path: Path, name: str, says: str) -> None:
    with pytest.raises(InvalidHistory, match=f"cannot be read: {says}"):
        read_history([tmp_path / name])


def test_a_pipe_is_read_as_a_file_is(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(f"{HEADER}\n{ROW}\n".encode())
    try:
        history = read_history([Path(f"/dev/fd/{reading}")])
    finally:
        os.close(reading)

    assert_same(history, read(tmp_path, HEADER, ROW))


def test_scores_from_0_to_100_are_one_fault_that_says_so(tmp_path: Path) -> None:
    rows = [f"2026-11-{day},m,algebra,q1,{score}" for day, score in ((20, 0), (21, 1), (22, 85), (23, 100), (24, ""))]

    (fault,) = refused(tmp_path, HEADER, *rows)

    assert fault == "h.csv:4: score: 85 looks like 0–100, as all scores do; divide by 100"


@pytest.mark.parametrize("scores", [(0.5, 85), (0, 2), (0, 101)], ids=["fractions too", "marks up to 2", "beyond 100"])
def test_other_scores_beyond_1_are_told_singly(tmp_path: Path, scores: tuple[float, float]) -> None:
    rows = [f"2026-11-2{day},m,algebra,q1,{score}" for day, score in enumerate(scores)]

    (fault,) = refused(tmp_path, HEADER, *rows)

    assert fault == f"h.csv:3: score: {scores[1]} is outside 0–1"


def test_a_question_of_two_dimensions_is_told_with_both_places(tmp_path: Path) -> None:
    (fault,) = refused(tmp_path, HEADER, ROW, OTHER, "2026-11-25,m,logic,q1,1")

    assert fault == (
        "h.csv:4: dimension: q1 is of algebra at h.csv:2, here of logic; a question has one, so give one of them "
        "another name"
    )


@pytest.mark.parametrize("score", ["0.5", "1", ""])
def test_an_answer_that_stands_there_twice_is_told_with_both_places_and_scores(tmp_path: Path, score: str) -> None:
    (fault,) = refused(tmp_path, HEADER, OTHER, ROW, f"2026-11-23T09:00, m,algebra,q1,{score}")

    assert fault == (
        f"h.csv:4: row: 2026-11-23, m, q1 stands at h.csv:3 too (scores 0.5 and {score or 'none'}); keep one, or take "
        "the mean of attempts with --repeats mean"
    )


def test_repeats_are_found_among_more_names_than_one_number_can_hold(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(assembling, "_LARGEST_KEY", 2)
    rows = [f"2026-11-2{day},{model},algebra,{name},1" for day in (3, 1) for model in "nm" for name in ("q2", "q1")]

    (fault,) = refused(tmp_path, HEADER, *rows, rows[2])

    assert fault.startswith("h.csv:10: row: 2026-11-23, m, q2 stands at h.csv:4 too")


def test_answers_of_two_versions_of_a_model_are_no_repeats(tmp_path: Path) -> None:
    history = read(tmp_path, f"{HEADER},version", f"{ROW},v1", f"{ROW},v2")

    assert (len(history), history.versions) == (2, ("v1", "v2"))


def test_the_mean_of_repeats_passes_over_the_unscored(tmp_path: Path) -> None:
    attempts = [("q1", "1"), ("q2", ""), ("q1", "0.5"), ("q1", ""), ("q2", "")]

    history = read(
        tmp_path, HEADER, *(f"2026-11-23,m,algebra,{name},{score}" for name, score in attempts), repeats=Repeats.MEAN
    )

    assert history.questions == ("q1", "q2")
    np.testing.assert_array_equal(history.score, [0.75, np.nan])


def test_faults_of_every_file_are_told_at_once(tmp_path: Path) -> None:
    contents = {"a.csv": [HEADER, "no,m,algebra,q1,1"], "b.csv": [], "c.csv": [HEADER], "d.csv": ["date"]}
    files = [written(tmp_path, *lines, name=name) for name, lines in contents.items()]

    with pytest.raises(InvalidHistory) as caught:
        read_history(files)

    faults = str(caught.value).replace(f"{tmp_path}/", "").split("\n")
    assert [fault[:14] for fault in faults] == ["a.csv:2: date:", "b.csv: the fil", "c.csv: has a h", "d.csv:1: heade"]


def test_all_sorts_of_faults_are_told_at_once(tmp_path: Path) -> None:
    faults = refused(tmp_path, HEADER, "no,m,algebra,q1,1", ROW, ROW, "2026-11-23,m,logic,q1,7")

    assert [fault.split(":")[2].strip() for fault in faults] == ["date", "score", "dimension", "row", "row"]


def test_the_first_faults_are_told_and_reading_ends(tmp_path: Path) -> None:
    rows = [f"2026-11-23,m,algebra,q{number},x" for number in range(50)]
    files = [written(tmp_path, HEADER, *rows, name=name) for name in ("h.csv", "i.csv")]

    with pytest.raises(InvalidHistory) as caught:
        read_history(files)

    faults = str(caught.value).replace(f"{tmp_path}/", "").split("\n")
    assert len(faults) == MOST_TOLD + 1
    assert faults[0].startswith("h.csv:2: score: 'x' is no number")
    assert faults[-1] == "h.csv:11: reading ended here; what comes after was not looked at"


def test_repeats_beyond_the_first_are_counted(tmp_path: Path) -> None:
    faults = refused(tmp_path, HEADER, *[ROW] * 50)

    assert len(faults) == MOST_TOLD + 1
    assert faults[0].startswith("h.csv:3: row: ")
    assert faults[-1] == "and 39 more faults"


def test_a_line_is_told_rightly_after_fields_of_several_lines_and_thousands_of_rows(tmp_path: Path) -> None:
    rows = [f'2026-11-23,m,algebra,"q\n{number}",1' for number in range(3000)]

    (fault,) = refused(tmp_path, HEADER, *rows, "2026-11-23,m,algebra,q,x")

    assert fault.startswith("h.csv:6002: score: 'x'")


def test_names_and_times_by_the_hundred_thousand_are_read(tmp_path: Path) -> None:
    rows = [f"2026-11-23T00:00:00.{number:06},m,algebra,q{number},0.{number:06}" for number in range(100_003)]

    history = read(tmp_path, HEADER, *rows)

    assert len(history) == len(history.questions) == 100_003
    assert history.score[history.questions.index("q100002")] == 0.100002


def test_no_file_and_a_measure_of_a_csv_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidHistory, match="name a file"):
        read_history([])
    with pytest.raises(InvalidHistory, match="leave --measure out"):
        read_history([written(tmp_path, HEADER, ROW)], measures=["acc"])
