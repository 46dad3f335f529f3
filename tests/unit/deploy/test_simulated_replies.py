"""What simulated models say: by ability and chance, by the seed alone, and across restarts."""

from __future__ import annotations

import random
from collections import defaultdict
from math import sqrt
from pathlib import Path
from statistics import mean

import pytest

from deploy.simulated import SimulatedConfig, load_config
from deploy.simulated.answering import Outcome, answer, chance_of_right
from deploy.simulated.config import Fault, Faults, Latency
from deploy.simulated.faults import Arrival, choose_fault, choose_latency_s
from deploy.simulated.log import Entry, InvalidLog, RequestLog
from deploy.simulated.replying import Said, Simulation
from deploy.simulated.wire import ChatRequest, count_tokens
from tests.rows import question, small_bank
from yzindex.bank.prompting import messages
from yzindex.bank.question import Question, Tier
from yzindex.dimensions import Dimension
from yzindex.ports import FinishReason

#: Told apart by what is asked, as the questions of a real bank are.
BANK = [each.model_copy(update={"prompt": f"{each.prompt} ({each.id})"}) for each in small_bank(2).questions]


def configured(**changes: object) -> SimulatedConfig:
    models = [{"name": name, "ability": {"default": 0.5}} for name in ("sim/agate", "sim/opal")]
    return SimulatedConfig.model_validate({"models": models} | changes)


def request(asked: Question, max_tokens: int = 2048) -> ChatRequest:
    turns = [{"role": message.role, "content": message.content} for message in messages(asked)]
    return ChatRequest.model_validate({"model": "sim/agate", "messages": turns, "max_tokens": max_tokens})


def entry(said: Said, model: str, *, fault: Fault | None = None) -> Entry:
    counted = said if fault is None else Said(question=said.question, text="")
    return Entry(
        time="2026-11-23",
        request_id="r",
        model=model,
        question=said.question,
        prompt="p",
        fault=fault,
        k=counted.k,
        outcome=counted.outcome,
        chance=counted.chance,
    )


def ask(simulation: Simulation, model: str, asked: Question) -> str:
    """Ask once and have the reply counted, as the server does."""
    said = simulation.say(simulation.speaker(model), request(asked))
    simulation.log.append(entry(said, model))
    return said.text


def within_bounds(count: int, share: float, of: int) -> bool:
    """Whether a binomial count is within four standard deviations."""
    return abs(count - share * of) <= 4 * sqrt(of * share * (1 - share))


def test_the_same_seed_gives_the_same_replies_whatever_the_order_of_requests() -> None:
    asked = [(model, each) for model in ("sim/agate", "sim/opal") for each in BANK for _ in range(5)]

    def replies(order: list[tuple[str, Question]]) -> dict[tuple[str, str], list[str]]:
        simulation, given = Simulation(configured(), BANK, RequestLog()), defaultdict(list)
        for model, each in order:
            given[model, each.id].append(ask(simulation, model, each))
        return given

    assert replies(asked) == replies(random.sample(asked, len(asked)))


def test_another_seed_gives_other_replies() -> None:
    def replies(seed: int) -> list[str]:
        simulation = Simulation(configured(seed=seed), BANK, RequestLog())
        return [ask(simulation, "sim/agate", each) for each in BANK for _ in range(5)]

    assert replies(1) != replies(2)


@pytest.mark.parametrize("tier", Tier)
def test_the_share_of_right_replies_is_the_configured_chance(tier: Tier) -> None:
    config, asked, times = configured(), question(Dimension.EXECUTION, 1, tier), 4000
    chance = chance_of_right(config, config.models[0], asked)

    right = sum(answer(config, config.models[0], asked, k).outcome is Outcome.RIGHT for k in range(times))

    assert within_bounds(right, chance, times)


def test_without_a_term_of_its_own_a_question_is_as_hard_as_its_tier() -> None:
    config = configured(difficulty={"tier": 0.5, "spread": 0})
    easier, harder = (question(Dimension.EXECUTION, 1, tier) for tier in Tier)

    chances = [chance_of_right(config, config.models[0], each) for each in (easier, harder)]

    assert chances == pytest.approx([0.7310586, 0.5])


def test_a_right_reply_is_the_reference_and_a_wrong_one_any_of_the_wrong_replies() -> None:
    config, asked = configured(), BANK[0]
    answers = [answer(config, config.models[0], asked, k) for k in range(200)]

    right = {each.text for each in answers if each.outcome is Outcome.RIGHT}
    wrong = {each.text for each in answers if each.outcome is Outcome.WRONG}

    assert right == {asked.reference}
    assert wrong == {each.reply for each in asked.wrong}


def test_the_installed_fleet_has_strong_models_weaker_ones_and_one_that_is_weak_at_integrity() -> None:
    config = load_config()
    questions = small_bank(100).questions

    def average(name: str, dimension: Dimension) -> float:
        model = next(each for each in config.models if each.name == name)
        return mean(chance_of_right(config, model, each) for each in questions if each.dimension is dimension)

    assert 0.78 < average("sim/agate", Dimension.EXECUTION) < 0.88
    assert 0.55 < average("sim/onyx", Dimension.GROUNDING) < 0.65
    assert average("sim/jasper", Dimension.INTEGRITY) < 0.4 < 0.6 < average("sim/jasper", Dimension.EXECUTION)


def test_a_faulted_request_does_not_change_what_is_said_next() -> None:
    undisturbed = Simulation(configured(), BANK, RequestLog())
    expected = [ask(undisturbed, "sim/agate", BANK[0]) for _ in range(20)]
    disturbed = Simulation(configured(), BANK, RequestLog())

    given = []
    for _ in range(20):
        said = disturbed.say(disturbed.speaker("sim/agate"), request(BANK[0]))
        disturbed.log.append(entry(said, "sim/agate", fault=Fault.DROPPED))
        given.append(ask(disturbed, "sim/agate", BANK[0]))

    assert given == expected


def test_refusals_and_truncations_come_in_their_shares_and_say_so() -> None:
    model = {"name": "sim/agate", "ability": {"default": 0.0}, "refusal": 0.3, "truncation": 0.2}
    config, times = configured(models=[model]), 2000
    simulation = Simulation(config, BANK, RequestLog())

    said = []
    for _ in range(times):
        said.append(simulation.say(config.models[0], request(BANK[0])))
        simulation.log.append(entry(said[-1], "sim/agate"))

    finishes = [each.finish_reason for each in said]
    assert within_bounds(finishes.count(FinishReason.CONTENT_FILTER), 0.3, times)
    assert within_bounds(finishes.count(FinishReason.LENGTH), 0.2, times)


def test_a_reply_longer_than_the_requests_limit_is_cut_there_and_counts_as_truncated() -> None:
    config = configured(models=[{"name": "sim/agate", "ability": {"default": 9.0}}])
    simulation = Simulation(config, BANK, RequestLog())

    said = simulation.say(config.models[0], request(BANK[0], max_tokens=5))

    assert BANK[0].reference.startswith(said.text)
    assert count_tokens(said.text) == 5
    assert (said.finish_reason, said.outcome) == (FinishReason.LENGTH, Outcome.TRUNCATED)


def test_a_restart_goes_on_where_the_log_ends(tmp_path: Path) -> None:
    file = tmp_path / "requests.jsonl"
    whole = Simulation(configured(), BANK, RequestLog())
    expected = [ask(whole, "sim/agate", BANK[0]) for _ in range(20)]

    given = []
    for _ in range(4):
        log = RequestLog(file)
        simulation = Simulation(configured(), BANK, log)
        given += [ask(simulation, "sim/agate", BANK[0]) for _ in range(5)]
        log.close()

    assert given == expected


def test_the_half_line_of_a_killed_process_is_dropped(tmp_path: Path) -> None:
    file = tmp_path / "requests.jsonl"
    log = RequestLog(file)
    ask(Simulation(configured(), BANK, log), "sim/agate", BANK[0])
    log.close()
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:40])

    again = RequestLog(file)
    again.close()

    assert again.replies("sim/agate", BANK[0].id) == 1
    assert file.read_bytes() == whole


def test_a_log_of_something_else_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "requests.jsonl"
    file.write_text('{"not": "ours"}\n')

    with pytest.raises(InvalidLog, match=r"requests\.jsonl:1: .*; move the file away to start a new log"):
        RequestLog(file)


def arrival(nth: int) -> Arrival:
    return Arrival(seed=1, model="sim/agate", prompt="p", nth=nth)


def test_every_fault_comes_in_its_share() -> None:
    shares = {fault: 0.02 * number for number, fault in enumerate(Fault, start=1)}
    faults, times = Faults.model_validate(shares), 10_000

    drawn = [choose_fault(faults, arrival(nth)) for nth in range(times)]

    assert all(within_bounds(drawn.count(fault), share, times) for fault, share in shares.items())


def test_faults_can_be_kept_to_some_models() -> None:
    faults = Faults(dropped=1.0, models=("sim/opal",))

    assert choose_fault(faults, arrival(0)) is None


def test_latencies_have_the_configured_mean() -> None:
    latency = Latency(mean_s=0.4, spread_s=0.2)

    drawn = [choose_latency_s(latency, arrival(nth)) for nth in range(5000)]

    assert mean(drawn) == pytest.approx(0.4, abs=4 * 0.2 / sqrt(5000))
    assert min(drawn) > 0
