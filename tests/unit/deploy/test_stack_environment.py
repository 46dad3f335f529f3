"""Who gets which secret: the filter that stands between our environment and each child's."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from deploy.children import Crew
from deploy.environment import Trust, child_environment, settings_variables
from deploy.state_folder import StateFolder
from yzindex.fleet import Fleet, Model, Provider
from yzindex.settings import Settings, load_settings

FLEET = Fleet(
    providers=(
        Provider(name="openai", base_url="https://api.openai.com/v1", api_key_env="OPENAI_API_KEY"),
        Provider(name="acme", base_url="https://models.example/v1", api_key_env="ACME_TOKEN"),
        Provider(name="near", base_url="http://127.0.0.1:1/v1", api_key_env="PATH_TO_KEY"),
    ),
    models=(Model(slug="m", provider="acme", vendor="acme"),),
)
KEYS = {"OPENAI_API_KEY": "sk-openai", "ACME_TOKEN": "sk-acme", "PATH_TO_KEY": "sk-near"}
OTHERS_SECRETS = {"AWS_SECRET_ACCESS_KEY": "aws", "GITHUB_TOKEN": "hub", "SSH_AUTH_SOCK": "/run/agent"}
ENGINE = {"DOCKER_HOST": "unix:///run/engine.sock"}
PROXY = {"HTTPS_PROXY": "http://user:secret@proxy.example:3128", "no_proxy": "localhost"}
OWN = {"PATH": "/usr/bin", "HOME": "/home/someone", "LC_ALL": "C.UTF-8", **KEYS, **OTHERS_SECRETS, **ENGINE, **PROXY}


@pytest.fixture
def crew(tmp_path: Path) -> Crew:
    settings = Settings(data_dir=tmp_path, openai_api_key=SecretStr("sk-openai"))
    return Crew(folder=StateFolder(tmp_path), settings=settings, fleet=FLEET, own=OWN)


@pytest.fixture
def environments(crew: Crew) -> dict[str, dict[str, str]]:
    recipes = [crew.api(), *crew.workers(), crew.beat(), crew.flower()]
    return {recipe.name: dict(recipe.environment) for recipe in recipes}


def test_provider_keys_reach_only_the_workers_that_call_models(environments):
    holders = {name for name, variables in environments.items() if set(KEYS.values()) & set(variables.values())}

    assert holders == {"models", "judge"}
    assert KEYS.items() <= environments["models"].items()
    assert KEYS.items() <= environments["judge"].items()


def test_the_way_to_the_container_engine_reaches_only_the_sandbox_worker(environments):
    assert [name for name, variables in environments.items() if "DOCKER_HOST" in variables] == ["sandbox"]


def test_nobody_gets_what_is_not_theirs(environments):
    for variables in environments.values():
        assert not OTHERS_SECRETS.keys() & variables.keys()


def test_no_key_is_in_any_argument(crew):
    words = [word for recipe in (crew.api(), *crew.workers(), crew.beat(), crew.flower()) for word in recipe.argv]

    assert not [word for word in words if any(key in word for key in KEYS.values())]


def test_a_recipe_can_be_printed_without_its_keys(crew):
    assert "sk-" not in repr(crew.workers())


def test_proxies_are_for_the_callers_of_models_far_away(environments):
    simulated = Fleet(providers=(Provider(name="sim", base_url="http://127.0.0.1:1/v1", simulated=True),), models=())

    assert [name for name, variables in environments.items() if PROXY.items() <= variables.items()] == [
        "models",
        "judge",
    ]
    assert "HTTPS_PROXY" not in child_environment(OWN, Settings(), simulated, Trust.PROVIDER_KEYS)


def test_a_key_named_like_a_harmless_variable_is_still_a_key():
    fleet = Fleet(providers=(Provider(name="odd", base_url="https://x", api_key_env="LC_KEY"),), models=())
    own = {"LC_KEY": "sk-odd", "LC_ALL": "C"}

    assert "LC_KEY" not in child_environment(own, Settings(), fleet)
    assert child_environment(own, Settings(), fleet, Trust.PROVIDER_KEYS)["LC_KEY"] == "sk-odd"


def test_settings_given_to_the_stack_are_the_settings_its_children_load(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    Path("models.toml").touch()
    given = Settings(
        data_dir=tmp_path / "deep",
        api_port=0,
        models=("a", "b"),
        models_file=Path("models.toml"),
        redis_url="redis+socket:///run/valkey.sock",
        openai_api_key=SecretStr("sk-openai"),
    )

    variables = settings_variables(given)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    loaded = load_settings()

    assert "sk-openai" not in variables.values()
    assert (loaded.data_dir, loaded.api_port, loaded.models) == (tmp_path / "deep", 0, ("a", "b"))
    assert loaded.models_file == Path("models.toml").resolve()
    assert loaded.redis_url == "redis+socket:///run/valkey.sock"
