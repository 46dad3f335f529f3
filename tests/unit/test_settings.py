"""Settings and fleet: what the environment and the models file may say."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from yzindex.fleet import Fleet, InvalidFleet, Model, Provider, load_fleet, read_fleet
from yzindex.settings import InvalidSettings, Settings, load_settings

FILE = """
[[providers]]
name = "acme"
base_url = "https://models.example/v1"
api_key_env = "ACME_KEY"

[[models]]
slug = "acme/large"
provider = "acme"
vendor = "acme"
usd_per_million_prompt_tokens = "2.5"
usd_per_million_completion_tokens = 10

[[judges]]
slug = "other/judge"
provider = "acme"
vendor = "other"
"""


def test_an_unknown_variable_with_our_prefix_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YZ_API_PROT", "8000")

    with pytest.raises(InvalidSettings, match=r"YZ_API_PROT: unknown variable; did you mean YZ_API_PORT\?"):
        load_settings()


def test_a_variable_is_read_and_servers_have_their_usual_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YZ_API_PORT", "8001")
    monkeypatch.setenv("REDIS_URL", "redis://example:6379/0")
    monkeypatch.setenv("YZ_MODELS", "a, b,")

    settings = load_settings()

    assert (settings.api_port, settings.redis_address, settings.models) == (8001, "redis://example:6379/0", ("a", "b"))


def test_a_word_outside_a_closed_list_is_told_with_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YZ_SANDBOX", "nowhere")

    with pytest.raises(InvalidSettings, match=r"^YZ_SANDBOX: .*'auto', 'docker' or 'bubblewrap'$"):
        load_settings()


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_a_key_does_not_show_in_a_printed_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")

    assert "sk-secret" not in repr(load_settings())


def test_a_models_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "models.toml"
    file.write_text(FILE)

    fleet = read_fleet(file)

    assert fleet.models[0].cost_usd(1_000_000, 100_000) == fleet.models[0].cost_usd(0, 350_000)
    assert [judge.slug for judge in fleet.judges_of("acme")] == ["other/judge"]


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (
            'provider = "acme"\nvendor = "acme"',
            'provider = "acme2"\nvendor = "acme"',
            "models.0.provider: acme/large names provider 'acme2'; did you mean acme?",
        ),
        ("https://", "ftp://", "providers.0.base_url"),
        ('vendor = "other"', 'vendor = "other"\ncolour = "red"', "judges.0.colour"),
        ("[[models]]", "[[models", "cannot be read"),
        ('vendor = "acme"\n', "", "models.0.vendor: Field required"),
    ],
)
def test_a_models_file_with_a_fault_is_refused_by_field(tmp_path: Path, before: str, after: str, says: str) -> None:
    file = tmp_path / "models.toml"
    file.write_text(FILE.replace(before, after, 1))

    with pytest.raises(InvalidFleet) as refused:
        read_fleet(file)

    assert str(file) in str(refused.value)
    assert says in str(refused.value)


def test_a_model_given_twice_is_refused() -> None:
    model = Model(slug="a", provider="p", vendor="v")

    with pytest.raises(ValueError, match="'a' is given twice"):
        Fleet(providers=(Provider(name="p", base_url="http://x"),), models=(model, model))


def test_a_judge_never_judges_its_own_vendors_models() -> None:
    judge = Model(slug="j", provider="p", vendor="acme")
    fleet = Fleet(providers=(Provider(name="p", base_url="http://x"),), models=(), judges=(judge,))

    assert fleet.judges_of("acme") == ()
    assert fleet.judges_of("other") == (judge,)


def test_another_judge_set_has_another_version() -> None:
    provider = Provider(name="p", base_url="http://x")
    one, other = (
        Fleet(providers=(provider,), models=(), judges=(Model(slug=slug, provider="p", vendor="v"),))
        for slug in ("a", "b")
    )

    assert one.judge_set_version != other.judge_set_version
    assert Fleet(providers=(provider,), models=()).judge_set_version == "none"


def test_without_models_the_message_says_how_to_name_some() -> None:
    with pytest.raises(InvalidFleet, match="YZ_MODELS_FILE"):
        load_fleet(Settings())


def test_one_provider_comes_from_the_usual_variables() -> None:
    fleet = load_fleet(
        Settings(openai_api_key=SecretStr("k"), openai_base_url="http://localhost:9/v1", models=("a", "b"))
    )

    assert [model.slug for model in fleet.models] == ["a", "b"]
    assert fleet.provider("openai").api_key_env == "OPENAI_API_KEY"
