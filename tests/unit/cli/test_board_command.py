"""`yz board`: all that the board's page has, in two tables that 120 columns hold."""

from __future__ import annotations

import json

from api import client
from api.terminal.board import BOARD_WIDTH, board_table
from api.terminal.console import console
from tests.graded import OUTAGE, Scores, finish, scores
from tests.seen import see
from tests.unit.cli.conftest import Workers, Yz
from yzindex import clock
from yzindex.records.database import Database
from yzindex.settings import Settings

DAY = {
    "sim/agate": scores(execution=("75", "75"), grounding=("85.8", "85.8"), judgment=("38.4", None)),
    "sim/opal": scores(execution=("100", "100"), grounding=("64.5", "64.5"), integrity=("0", "0")),
}
ASKED = {"sim/agate": DAY["sim/agate"]}


def play(yz: Yz, database: Database, *days: dict[str, Scores]) -> None:
    for number, day in enumerate(days, start=1):
        yz("run", "--models", ",".join(day))
        finish(database, number, day)


def row(shown: str, model: str, *, table: int) -> str:
    """The words of a model's row in the first or second table."""
    found = [" ".join(line.split()) for line in shown.splitlines() if f" {model} (simulated) " in f" {line} "]
    return found[table - 1]


def test_a_row_has_ranks_mean_today_change_word_integrity_and_stability(
    yz: Yz, workers: Workers, database: Database
) -> None:
    play(yz, database, DAY, DAY)

    shown = yz("board").stdout

    assert row(shown, "sim/agate", table=1) == "1-2 sim/agate (simulated) 79.9 (2 runs) 79.86 +0.00 - P P 100.0 (n=2)"
    assert row(shown, "sim/opal", table=1) == (
        "1-2 sim/opal (simulated) 74.0 (2 runs) 74.00 (84.03) +0.00 - F F 100.0 (n=2)"
    )
    assert "core_display is capped at 74 where integrity is FAIL" in shown


def test_beside_it_stand_side_charts_coverage_availability_value_and_cost(
    yz: Yz, workers: Workers, database: Database
) -> None:
    play(yz, database, DAY, DAY)

    shown = yz("board").stdout

    assert row(shown, "sim/agate", table=2) == "sim/agate (simulated) 38.4 (1/2) 50.0 9/10 * 90 % (28.1 %) 8873 $0.0090"
    assert "judgment and communication are side charts, AI-assisted" in shown
    assert f"2 questions unscored, {OUTAGE}" not in shown
    assert f"* Run #2: 1 question unscored, {OUTAGE} (not counted as 0): sim/agate judgment-" in " ".join(shown.split())


def test_it_opens_with_the_mornings_answer_and_what_it_rests_on(yz: Yz, workers: Workers, database: Database) -> None:
    play(yz, database, DAY)

    lines = yz("board").stdout.splitlines()

    assert lines[0].startswith("SIMULATED models")
    assert lines[1]
    assert lines[2] == "Graders: not read yet · Question pool: steady · Coverage: 19 of 20 answers · Spent: $0.02"
    assert lines[3].startswith("Board · mean of the last 5 runs · newest: Run #1")


def test_it_ends_with_what_the_board_can_see_and_its_record(yz: Yz, workers: Workers, database: Database) -> None:
    play(yz, database, DAY)
    before = " ".join(yz("board").stdout.split())
    see(database, on=clock.now().astimezone(Settings().zone).date(), last_run=1)

    after = " ".join(yz("board").stdout.split())

    assert (
        "What this board can see: not known (it is worked out once a run of the day has concluded and none is open)."
        in before
    )
    assert "can see today: a 10-point drop within 6 days (9 times in 10), a 20-point drop within 3;" in after
    assert "10 of 10 falls of 10 points [72 %, 100 %]" in after
    assert "False alarms allowed: 1 per model-year. Since the start: 0 in 0.0 model-years." in after
    assert after.endswith("A single day is no basis for a decision.")


def test_nobody_is_ranked_without_two_runs_and_the_reason_is_told(yz: Yz, workers: Workers, database: Database) -> None:
    play(yz, database, DAY)

    shown = yz("board").stdout

    assert row(shown, "sim/agate", table=1).startswith("- sim/agate (simulated) 79.9 (1 run) 79.86 - - P -")
    assert "sim/agate: not ranked: only 1 run with a main score: a single day is never ranked alone" in shown


def test_of_a_model_that_was_not_asked_today_it_says_when_it_was(yz: Yz, workers: Workers, database: Database) -> None:
    play(yz, database, DAY, DAY, ASKED)

    shown = yz("board").stdout

    assert "sim/opal: not asked in Run #3; all but its mean is of Run #2" in shown
    assert "sim/agate: not asked" not in shown


def test_every_line_fits_in_120_columns_and_a_long_name_cuts_off_no_figure(
    yz: Yz, workers: Workers, database: Database
) -> None:
    play(yz, database, DAY, DAY)
    long = "sim/" + "x" * 120
    with client.Client("http://127.0.0.1:9") as api:
        board = api.board()
    renamed = board.model_copy(
        update={"models": [each.model_copy(update={"model": long}) for each in board.models[:1]] + board.models[1:]}
    )
    terminal = console(BOARD_WIDTH)
    with terminal.capture() as captured:
        terminal.print(board_table(renamed))

    lines = captured.get().splitlines()
    assert max(map(len, lines)) <= 120
    assert any("79.9 (2 runs)" in line and "100.0 (n=2)" in line and "xxx" in line for line in lines)
    assert not any("…" in line for line in lines)


def test_json_is_one_object_a_line(yz: Yz, workers: Workers, database: Database) -> None:
    play(yz, database, DAY, DAY)

    found = [json.loads(line) for line in yz("board", "--json").stdout.splitlines()]

    assert [(each["model"], each["rank"], each["ranks"]) for each in found] == [
        ("sim/agate", 1, {"best": 1, "worst": 2}),
        ("sim/opal", 2, {"best": 1, "worst": 2}),
    ]
    assert {each["latest_run"] for each in found} == {2}
