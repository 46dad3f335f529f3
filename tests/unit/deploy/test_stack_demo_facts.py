"""What the demo counts over a run's raw answers."""

from datetime import UTC, datetime
from decimal import Decimal

from api.shapes.raw import CallBody, RawAnswerBody
from deploy.demo_facts import facts_of
from deploy.ran_in import RanIn
from yzindex.dimensions import Dimension
from yzindex.records.states import AnswerState, Purpose


def answer(ran_in: str | None = None, errors: dict[str, int] | None = None, state: str = "graded") -> RawAnswerBody:
    call = CallBody(
        purpose=Purpose.ASK,
        provider="sim",
        model_asked="sim/agate",
        model_returned=None,
        finish_reason=None,
        prompt_tokens=0,
        completion_tokens=0,
        cost_usd=Decimal(0),
        latency_s=0.1,
        attempts=1,
        errors=errors or {},
        error=None,
        request_id="",
        made_at=datetime(2026, 11, 23, tzinfo=UTC),
    )
    return RawAnswerBody(
        answer_id=1,
        run_number=1,
        model="sim/agate",
        simulated=True,
        provider="sim",
        question_id="execution-001",
        question_digest="d",
        dimension=Dimension.EXECUTION,
        tier="easier",
        prompt=[],
        state=AnswerState(state),
        model_asked="sim/agate",
        model_returned=None,
        reply="",
        finish_reason=None,
        verdict=None,
        score=None,
        reason=None,
        cases=[],
        ran_in=ran_in,
        answered_at=None,
        ended_at=None,
        calls=[call],
    )


def test_programs_and_their_containers_are_counted_apart():
    facts = facts_of([answer("docker 27.3 aaa"), answer("docker 27.3 aaa"), answer("docker 27.3 bbb"), answer()])

    assert facts.programs == 3
    assert facts.ran == {RanIn.CONTAINERS: {"aaa", "bbb"}}


def test_each_program_is_said_to_have_run_where_it_ran():
    facts = facts_of(
        [
            answer("docker 27.3 (runc) aaa"),
            answer("bubblewrap 0.8.0 bbb"),
            answer("plain subprocess (known answer) ccc"),
        ]
    )

    assert facts.line(left=0).startswith(
        "3 programs ran in 1 containers and 1 bubblewrap sandboxes and 1 plain processes (known answers), all removed ·"
    )


def test_without_a_program_nothing_is_said_to_have_been_removed():
    assert facts_of([answer()]).line(left=0).startswith("no program ran · ")


def test_rate_limits_are_told_from_other_errors():
    facts = facts_of([answer(errors={"rate_limited": 2, "server_error": 1}), answer(errors={"dropped": 1})])

    assert (facts.rate_limited, facts.other_errors) == (2, 2)


def test_a_container_that_is_left_is_not_called_removed():
    facts = facts_of([answer("docker 27.3 aaa", state="unscored")])

    assert "1 programs ran in 1 containers, 1 LEFT" in facts.line(left=1)
    assert "all removed" in facts.line(left=0)
    assert "1 questions unscored" in facts.line(left=0)
