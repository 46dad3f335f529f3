"""What the API reads, on every database: a run, the list, the board, the raw answers."""

from __future__ import annotations

from decimal import Decimal

from tests.graded import finish, scores
from tests.rows import FLEET, small_bank
from yzindex.ordering import RunOrder, order_run, plan_run
from yzindex.records.board_view import board_view
from yzindex.records.database import Database
from yzindex.records.raw_view import raw_answers
from yzindex.records.run_views import Progress, run_heads, run_view

TODAY = {
    "sim/agate": scores(execution=("50", "100"), grounding=("85.833333333", None)),
    "sim/opal": scores(execution=("100", "100"), grounding=("64.5", "64.5"), integrity=("0", "50")),
}


def test_two_concluded_runs_are_read_with_exact_scores_changes_and_ranks(database: Database) -> None:
    for _ in range(2):
        finish(database, order_run(database, small_bank(), FLEET, RunOrder()).number, TODAY)

    run = run_view(database, 2)
    board = board_view(database, FLEET)

    assert run.progress == Progress(asked=20, answered=19, graded=19, unscored=1)
    agate, opal = run.evaluations
    assert agate.result is not None
    assert agate.change is not None
    assert opal.result is not None
    assert agate.result.core_raw == Decimal("0.55") * 75 + Decimal("0.45") * Decimal("85.833333333")
    assert (agate.change.since_run, agate.change.core_raw) == (1, Decimal(0))
    assert (opal.result.core_display, opal.result.label) == (Decimal(74), "fail")
    assert agate.models_returned == ("sim/as-returned",)
    assert [(each.model, each.rank) for each in board.standings] == [("sim/agate", 1), ("sim/opal", 2)]
    assert [each.repeatability.stability for each in board.standings if each.repeatability] == [100, 100]
    assert [head.number for head in run_heads(database, before=None, limit=10)] == [2, 1]


def test_raw_answers_are_read_in_pages_with_their_calls(database: Database) -> None:
    number = order_run(database, small_bank(), FLEET, RunOrder()).number
    finish(database, number, TODAY)

    first = raw_answers(database, number, limit=15)
    rest = raw_answers(database, number, after=first[-1].answer_id, limit=15)

    assert (len(first), len(rest)) == (15, 5)
    assert all(len(answer.calls) == 1 for answer in (*first, *rest))
    for answer in first:
        assert answer.calls[0].cost_usd == (Decimal(0) if answer.score is None else Decimal("0.001"))


def test_the_largest_seed_and_the_one_after_it_are_stored(database: Database) -> None:
    order_run(database, small_bank(), FLEET, RunOrder(seed=2_000_000_000))

    assert plan_run(database, small_bank(), FLEET, RunOrder()).seed == 2_000_000_001
    assert order_run(database, small_bank(), FLEET, RunOrder()).number == 2
