"""Models files that cannot be used: file, field path and reason for every fault, and never a key."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from yzindex.fleet import MAX_MODELS, InvalidFleet, load_fleet, read_fleet
from yzindex.settings import Settings

PROVIDER = '[[providers]]\nname = "acme"\nbase_url = "https://models.example/v1"\napi_key_env = "ACME_KEY"\n'
MODEL = '[[models]]\nslug = "acme/large"\nprovider = "acme"\nvendor = "acme"\n'


def refused(folder: Path, content: str | bytes) -> list[str]:
    file = folder / "models.toml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InvalidFleet) as caught:
        read_fleet(file)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{file}: ") for line in lines)
    return [line.removeprefix(f"{file}: ") for line in lines]


def models(*changes: str) -> str:
    """A models file whose n-th model has the n-th change in it."""
    return PROVIDER + "".join(MODEL.replace("acme/large", f"m{n}") + change + "\n" for n, change in enumerate(changes))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "providers: Field required"),
        (PROVIDER, "models: Field required"),
        ("models = []\n" + PROVIDER, "models: names none; add a [[models]] table"),
        (PROVIDER + MODEL + "\nslug = = 1", "cannot be read: not TOML: Invalid value (at line 10, column 8)"),
        (b"\xff", "cannot be read: not UTF-8 from byte 0 on"),
        ("\ufeff" + PROVIDER + MODEL, "cannot be read: not TOML"),
        ("a = " + "[" * 100_000, "cannot be read: nested too deeply"),
        ("a = " + "9" * 5_000, "cannot be read: not TOML"),
        (PROVIDER + MODEL + MODEL, "models.1.slug: 'acme/large' is given twice, first in models.0"),
        (PROVIDER + PROVIDER + MODEL, "providers.1.name: 'acme' is given twice, first in providers.0"),
        (
            models("", "") + MODEL.replace('provider = "acme"', 'provider = "acmee"'),
            "models.2.provider: acme/large names provider 'acmee'; did you mean acme?",
        ),
        (
            PROVIDER + MODEL + MODEL.replace("models", "judges").replace('"acme"\nv', '"else"\nv'),
            "judges.0.provider: acme/large names provider 'else'; known: acme",
        ),
        (
            PROVIDER.replace('base_url = "https://models.example/v1"\n', "") + MODEL,
            "providers.0.base_url: Field required",
        ),
        (
            PROVIDER.replace("https://", "https://yz:secret@") + MODEL,
            "providers.0.base_url: must not hold a user or password",
        ),
        (
            PROVIDER.replace("https://", "http://") + MODEL,
            "providers.0: base_url is http, which sends the key in clear",
        ),
        (PROVIDER.replace("/v1", "/v1?key=secret") + MODEL, "providers.0.base_url: must end with its path"),
        (
            PROVIDER.replace("ACME_KEY", "sk-secret") + MODEL,
            "providers.0.api_key_env: needs the name of the environment variable",
        ),
        (PROVIDER.replace('"acme"', '"Acme Models"') + MODEL, "providers.0.name: needs 1 to 64 of a-z"),
        (PROVIDER.replace('"acme"', f'"{"a" * 65}"') + MODEL, "providers.0.name: needs 1 to 64 of a-z"),
        (
            models("usd_per_million_prompt_tokens = -1"),
            "models.0.usd_per_million_prompt_tokens: Input should be greater",
        ),
        (
            models("usd_per_million_prompt_tokens = nan"),
            "models.0.usd_per_million_prompt_tokens: Input should be a finite",
        ),
        (
            models("usd_per_million_prompt_tokens = inf"),
            "models.0.usd_per_million_prompt_tokens: Input should be a finite",
        ),
        (
            models('usd_per_million_prompt_tokens = "1e300"'),
            "models.0.usd_per_million_prompt_tokens: Input should be less",
        ),
        (models('usd_per_million_prompt_tokens = "1e-300"'), "models.0.usd_per_million_prompt_tokens: Decimal input"),
        (models('usd_per_million_prompt_tokens = "cheap"'), "models.0.usd_per_million_prompt_tokens: Input should be"),
        (models('colour = "red"'), "models.0.colour: Extra inputs"),
        (models('name = "a\\u001b[31m"'), "models.0.name: needs at most 128 printable"),
        (PROVIDER + MODEL.replace('vendor = "acme"', 'vendor = ""'), "models.0.vendor: String should have at least 1"),
        (PROVIDER + MODEL.replace('vendor = "acme"', "vendor = 1"), "models.0.vendor: Input should be a valid string"),
        ("models = 5\n" + PROVIDER, "models: Input should be"),
        ('"\\u001b[31m" = 1\n' + PROVIDER + MODEL, "\\x1b[31m: Extra inputs"),
    ],
)
def test_a_fault_is_told_by_its_file_and_field(tmp_path: Path, content: str | bytes, says: str) -> None:
    lines = refused(tmp_path, content)

    assert any(line.startswith(says) for line in lines), lines
    assert "secret" not in "".join(lines)


@pytest.mark.parametrize(
    "slug", ["", "a b", "a//b", "a/../b", "a/", "/a", "a\n", "a?b", "a#b", "a%2Fb", "é", "x" * 129]
)
def test_a_slug_that_breaks_an_address_is_refused(tmp_path: Path, slug: str) -> None:
    quoted = slug.replace("\n", "\\n")

    lines = refused(tmp_path, PROVIDER + MODEL.replace("acme/large", quoted))

    assert [line.partition(":")[0] for line in lines] == ["models.0.slug"]


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    lines = refused(tmp_path, models('colour = "red"', "usd_per_million_prompt_tokens = -1", "shade = 1"))

    assert [line.partition(":")[0] for line in lines] == [
        "models.0.colour",
        "models.1.usd_per_million_prompt_tokens",
        "models.2.shade",
    ]


def test_a_folder_and_a_missing_file_are_told_apart_from_faults_inside(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.toml"):
        with pytest.raises(InvalidFleet, match=f"{path}: cannot be read: there is no such file"):
            read_fleet(path)


def test_a_fleet_of_a_thousand_models_is_read_and_a_larger_one_refused(tmp_path: Path) -> None:
    largest = tmp_path / "largest.toml"
    largest.write_text(models(*[""] * MAX_MODELS))

    assert len(read_fleet(largest).models) == MAX_MODELS
    assert refused(tmp_path, models(*[""] * (MAX_MODELS + 1)))[0].startswith("models: ")


@pytest.mark.parametrize(
    "address", ["http://127.models.example/v1", "http://localhost.example/v1", "http://10.0.0.1/v1"]
)
def test_a_name_that_looks_like_this_machine_is_another(tmp_path: Path, address: str) -> None:
    (line,) = refused(tmp_path, PROVIDER.replace("https://models.example/v1", address) + MODEL)

    assert line.startswith("providers.0: base_url is http, which sends the key in clear")


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/v1", "http://[::1]:9/v1", "http://localhost/v1"])
def test_a_key_may_be_sent_in_clear_to_this_machine(tmp_path: Path, address: str) -> None:
    file = tmp_path / "models.toml"
    file.write_text(PROVIDER.replace("https://models.example/v1", address) + MODEL)

    assert read_fleet(file).providers[0].base_url == address


@pytest.mark.parametrize("said", ["plain_http = true\n", ""])
def test_plain_http_needs_a_word_or_the_lack_of_a_key(tmp_path: Path, said: str) -> None:
    provider = PROVIDER.replace("https://", "http://") + said
    file = tmp_path / "models.toml"
    file.write_text((provider if said else provider.replace('api_key_env = "ACME_KEY"\n', "")) + MODEL)

    assert read_fleet(file).providers[0].base_url == "http://models.example/v1"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"models": ("a b",)}, "YZ_MODELS: needs at most 128 of"),
        ({"models": ("a", "a")}, "YZ_MODELS: 'a' is given twice"),
        ({"judges": ("a/../b",)}, "YZ_JUDGES: needs at most 128 of"),
        ({"openai_base_url": "http://models.example/v1"}, "OPENAI_BASE_URL: base_url is http"),
        ({"openai_api_key": SecretStr("")}, "set OPENAI_API_KEY"),
    ],
)
def test_a_fleet_of_variables_with_a_fault_names_the_variable(changed: dict[str, object], says: str) -> None:
    right = {"openai_api_key": SecretStr("sk-secret"), "models": ("a",)}

    with pytest.raises(InvalidFleet) as caught:
        load_fleet(Settings(**right | changed))  # type: ignore[arg-type]

    assert says in str(caught.value)
    assert "sk-secret" not in str(caught.value)
