"""`yz cancel` and `yz resume`."""

from __future__ import annotations

import json

from tests.graded import answer_all_open, finish, scores
from tests.unit.cli.conftest import Workers, Yz
from yzindex.records.database import Database

PARTLY = {"sim/agate": scores(execution=("100", None))}


def test_cancel_says_how_far_the_run_got(yz: Yz, workers: Workers) -> None:
    yz("run", "--models", "sim/agate")

    result = yz("cancel", 1)

    assert (result.exit_code, result.stdout) == (
        0,
        "Run #1 cancelled · answered 0/10 · graded 0/10 · unscored 10\n",
    )


def test_cancelling_a_concluded_run_is_bad_usage_and_says_why(yz: Yz, workers: Workers, database: Database) -> None:
    yz("run", "--models", "sim/agate")
    finish(database, 1, PARTLY)

    result = yz("cancel", 1)

    assert result.exit_code == 2
    assert "Run #1 is concluded already; its results stand" in result.stderr


def test_resume_with_wait_asks_what_is_missing_and_shows_the_result(
    yz: Yz, workers: Workers, database: Database
) -> None:
    yz("run", "--models", "sim/agate")
    finish(database, 1, PARTLY)
    workers.work = lambda run: answer_all_open(database, run)  # type: ignore[method-assign]

    result = yz("resume", 1, "--wait")

    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "Run #1 · unscored questions tried again: 1 · follow it: yz raw 1"
    assert "10/10" in result.stdout


def test_resuming_a_whole_run_says_that_nothing_is_asked(yz: Yz, workers: Workers, database: Database) -> None:
    yz("run", "--models", "sim/agate")
    finish(database, 1, {"sim/agate": scores()})

    said, as_json = yz("resume", 1), yz("resume", 1, "--json")

    assert (said.exit_code, said.stdout) == (0, "Run #1 has no unscored question; nothing is asked again\n")
    assert json.loads(as_json.stdout)["reopened"] == 0


def test_a_run_that_does_not_exist_is_bad_usage(yz: Yz, workers: Workers) -> None:
    for command in ("cancel", "resume"):
        result = yz(command, 7)

        assert result.exit_code == 2
        assert "there is no Run #7" in result.stderr
