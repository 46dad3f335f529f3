"""What only simulated models may have: other days, and a grader that has moved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from yzindex import clock, simulation
from yzindex.grading.grade import Grade, Verdict
from yzindex.settings import InvalidSettings, Settings

PROVIDER = '[[providers]]\nname = "p"\nbase_url = "http://127.0.0.1:9/v1"\nsimulated = {}\n'
MODEL = '[[models]]\nslug = "m"\nprovider = "p"\nvendor = "v"\n'


@pytest.fixture(autouse=True)
def _here_and_now() -> Iterator[None]:
    yield
    clock.live_ahead(timedelta())


def settings(folder: Path, simulated: str, **changes: float) -> Settings:
    file = folder / "models.toml"
    file.write_text(PROVIDER.format(simulated) + MODEL)
    return Settings(models_file=file, **changes)  # type: ignore[arg-type]


def test_a_simulated_fleet_lives_on_another_day(tmp_path: Path) -> None:
    simulation.enter(settings(tmp_path, "true", simulated_days_ahead=3))

    assert timedelta(days=2.9) < clock.now() - datetime.now(UTC) < timedelta(days=3.1)


@pytest.mark.parametrize("changes", [{"simulated_days_ahead": 1}, {"simulated_grader_loss": 0.1}])
def test_where_a_real_model_could_be_asked_neither_is_had(tmp_path: Path, changes: dict[str, float]) -> None:
    with pytest.raises(InvalidSettings, match="only for a models file whose providers are all simulated"):
        simulation.enter(settings(tmp_path, "false", **changes))
    with pytest.raises(InvalidSettings, match="YZ_SIMULATED_GRADER_LOSS"):
        simulation.enter(Settings(**changes))  # type: ignore[arg-type]


def test_without_these_settings_nothing_is_asked_of_the_fleet(tmp_path: Path) -> None:
    simulation.enter(settings(tmp_path, "false"))

    assert clock.now() - datetime.now(UTC) < timedelta(minutes=1)


def test_a_moved_grader_takes_its_share_and_says_that_it_is_simulated() -> None:
    given = Grade(score=Decimal(80), verdict=Verdict.WRONG_ANSWER, reason="1 of 5 cases failed")

    moved = simulation.graded_by_moved_grader(given, 0.3)

    assert moved.score == Decimal(56)
    assert moved.reason == "SIMULATED: the grader has moved and takes 30% off; 1 of 5 cases failed"
    assert simulation.graded_by_moved_grader(given, 0.0) is given
