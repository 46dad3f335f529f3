"""What changes in the simulated provider: on its day, for whom it is meant, and told as truth afterwards."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from deploy.simulated import InvalidConfig, SimulatedConfig, load_config
from deploy.simulated.answering import answer, chance_of_right
from deploy.simulated.config import Event
from deploy.simulated.events import day_number, on_day
from deploy.simulated.log import RequestLog
from deploy.simulated.replying import Simulation
from deploy.simulated.truth import truth
from tests.rows import small_bank
from tests.unit.deploy.test_simulated_replies import BANK, ask

BEGAN = date(2026, 10, 1)
FALL = Event(on=BEGAN + timedelta(days=3), who="sim/agate", logits=-9.0, version="2027")
MODEL = '[[models]]\nname = "m"\nability = { default = 1.0 }\n[[judges]]\nname = "j"\n'


def told(*events: Event, **changes: object) -> SimulatedConfig:
    models = [{"name": name, "ability": {"default": 4.5}} for name in ("sim/agate", "sim/opal")]
    judges = [{"name": "sim/judge", "severity": 0.0}]
    return SimulatedConfig.model_validate(
        {"models": models, "judges": judges, "began": BEGAN, "events": events} | changes
    )


def test_an_event_changes_its_model_from_its_day_on_and_nobody_else() -> None:
    config = told(FALL)
    agate, opal = config.models

    before, after = (on_day(config, agate, BEGAN + timedelta(days=each)) for each in (2, 3))

    assert before == agate
    assert (after.ability.default, after.returned) == (-4.5, "sim/agate-2027")
    assert on_day(config, opal, FALL.on) == opal


def test_a_judge_gets_severe_on_its_day() -> None:
    config = told(Event(on=BEGAN, who="sim/judge", severity=2.0))

    assert on_day(config, config.judges[0], BEGAN - timedelta(days=1)).severity == 0
    assert on_day(config, config.judges[0], BEGAN).severity == 2


def test_a_model_asked_after_its_fall_is_wrong_where_it_was_right() -> None:
    def right(day: date) -> int:
        simulation = Simulation(told(FALL), BANK, RequestLog(), today=lambda: day)
        return sum(ask(simulation, "sim/agate", each) == each.reference for each in BANK)

    assert right(FALL.on - timedelta(days=1)) > 0.8 * len(BANK)
    assert right(FALL.on) < 0.2 * len(BANK)


def test_in_a_story_the_replies_of_a_day_do_not_depend_on_what_was_asked_before_it() -> None:
    weak = told(models=[{"name": "sim/agate", "ability": {"default": 0.0}}], judges=[])
    log, day = RequestLog(), BEGAN + timedelta(days=1)
    the_day_before = Simulation(weak, BANK, log, today=lambda: BEGAN)
    for each in BANK:
        ask(the_day_before, "sim/agate", each)

    asked_before, asked_never = (
        [ask(simulation, "sim/agate", each) for each in BANK]
        for simulation in (Simulation(weak, BANK, each, today=lambda: day) for each in (log, RequestLog()))
    )

    assert asked_before == asked_never


def test_the_replies_of_two_days_are_drawn_apart() -> None:
    config = told(models=[{"name": "sim/agate", "ability": {"default": 0.0}}], judges=[])

    days = [[answer(config, config.models[0], each, 0, day).text for each in BANK] for day in (1, 2)]

    assert days[0] != days[1]


def test_without_a_story_every_day_is_day_0() -> None:
    assert day_number(told(began=None), BEGAN + timedelta(days=9)) == 0
    assert day_number(told(), BEGAN + timedelta(days=9)) == 9


def test_affinity_makes_models_know_different_questions() -> None:
    questions = small_bank(20).questions

    def differences(affinity: float) -> float:
        config = told(difficulty={"affinity": affinity})
        return sum(
            abs(chance_of_right(config, config.models[0], each) - chance_of_right(config, config.models[1], each))
            for each in questions
        )

    assert differences(0.0) == 0
    assert differences(3.0) > 10


def test_the_truth_tells_what_has_happened_and_not_what_is_to_come() -> None:
    config = told(FALL, Event(on=BEGAN + timedelta(days=9), who="sim/judge", severity=1.0))

    (event,) = truth(config, RequestLog(), BANK, FALL.on)["events"]

    assert event["who"] == "sim/agate"
    assert event["chance_before"]["execution"] > 0.9
    assert event["chance_after"]["execution"] < 0.1


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ('who = "n"\nlogits = 1.0\n', "an event names n; choose from j, m"),
        ('who = "m"\nseverity = 1.0\n', "an event does not fit m: a model's gives `logits` or `version`"),
        ('who = "j"\nlogits = 1.0\n', "an event does not fit j"),
    ],
)
def test_an_event_that_fits_nobody_is_refused(tmp_path: Path, event: str, message: str) -> None:
    file = tmp_path / "fleet.toml"
    file.write_text(f"{MODEL}[[events]]\non = 2026-11-01\n{event}")

    with pytest.raises(InvalidConfig, match=message):
        load_config(file)
