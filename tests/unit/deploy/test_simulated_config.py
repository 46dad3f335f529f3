"""The simulated provider's configuration: the fleet that comes with it, and errors that say what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.simulated import InvalidConfig, load_config
from yzindex.dimensions import Dimension

MODEL = '[[models]]\nname = "sim/agate"\nability = { default = 1.0 }\n'


def refusal(folder: Path, text: str) -> str:
    """The message with which a configuration is refused."""
    file = folder / "fleet.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidConfig) as caught:
        load_config(file)
    return str(caught.value).removeprefix(f"{file}: ")


def test_the_fleet_that_comes_with_it_has_five_models_two_judges_and_few_faults() -> None:
    config = load_config()

    assert [model.name for model in config.models] == ["sim/agate", "sim/opal", "sim/flint", "sim/jasper", "sim/onyx"]
    assert [judge.name for judge in config.judges] == ["sim/judge-a", "sim/judge-b"]
    assert 0 < config.faults.rate_limited < 0.1
    assert config.faults.silent == 0


def test_an_ability_is_the_default_unless_its_dimension_has_one_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "fleet.toml"
    file.write_text('[[models]]\nname = "m"\nability = { default = 1.0, integrity = 0.0 }\n')

    ability = load_config(file).models[0].ability

    assert ability.on(Dimension.INTEGRITY) == 0
    assert {ability.on(each) for each in Dimension if each is not Dimension.INTEGRITY} == {1.0}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sede = 1\n" + MODEL, "sede: no such key; remove it or use one of seed, api_key, latency"),
        ("[faults]\nslow = 0.1\n" + MODEL, "faults.slow: no such key; remove it or use one of rate_limited,"),
        (MODEL + "colour = 1\n", "models.0.colour: no such key; remove it or use one of name, version, ability"),
        (
            '[[models]]\nname = "m"\nability = { default = 1.0, honesty = 2.0 }\n',
            "models.0.ability.honesty: no such key; remove it or use one of default, execution",
        ),
        (MODEL + '[[judges]]\nname = "j"\nmood = 1\n', "judges.0.mood: no such key; remove it or use one of name,"),
    ],
)
def test_an_unknown_key_is_named_with_the_keys_there_are(tmp_path: Path, text: str, message: str) -> None:
    assert refusal(tmp_path, text).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seed = 1\n", "models: Field required"),
        (
            "[faults]\ndropped = 0.7\nsilent = 0.7\n" + MODEL,
            "faults: the shares of all faults add up to 1.4; lower some",
        ),
        ("[faults]\ndropped = 3\n" + MODEL, "faults.dropped: Input should be less than or equal to 1"),
        (MODEL + MODEL, "names given twice: sim/agate; every model and judge needs a name of its own"),
        (MODEL + '[[judges]]\nname = "sim/agate"\n', "names given twice: sim/agate"),
        (
            '[faults]\nmodels = ["sim/agat"]\n' + MODEL,
            "faults.models names sim/agat; choose from sim/agate",
        ),
        ("seed = \n", "not TOML: "),
    ],
)
def test_a_wrong_value_is_refused_with_what_to_do(tmp_path: Path, text: str, message: str) -> None:
    assert refusal(tmp_path, text).startswith(message)


def test_a_file_that_is_not_there_is_refused_with_one_that_is(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match=r"cannot be read: No such file.*name a TOML file such as .*fleet\.toml"):
        load_config(tmp_path / "none.toml")


def test_the_key_is_not_shown_when_the_configuration_is_printed(tmp_path: Path) -> None:
    file = tmp_path / "fleet.toml"
    file.write_text('api_key = "sesame"\n' + MODEL)

    assert "sesame" not in repr(load_config(file))
