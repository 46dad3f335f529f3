"""Nonsense in the environment: a line per variable that says what it needs, and never what it held."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

import pytest

from yzindex.settings import InvalidSettings, Settings, load_settings, prepare_data_dir


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("YZ_") and not name.startswith("YZ_TEST_"):
            monkeypatch.delenv(name)
    for name in ("DATABASE_URL", "REDIS_URL", "OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def refused() -> str:
    with pytest.raises(InvalidSettings) as caught:
        load_settings()
    return str(caught.value)


NUMBERS = [
    variable
    for variable, field in ((f"YZ_{name.upper()}", field) for name, field in Settings.model_fields.items())
    if field.annotation in (int, float)
]


@pytest.mark.parametrize("variable", NUMBERS)
@pytest.mark.parametrize("value", ["abc", "nan", "inf", "-99999", "1e9", "9" * 5000, "0x10", "1,5"])
def test_a_number_that_is_none_or_out_of_bounds_says_what_is_needed(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)

    message = refused()

    assert message.startswith(f"{variable}: needs a ")
    assert "number from " in message
    assert message.count("\n") == 0


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("YZ_API_PORT", "99999", "needs a whole number from 0 to 65535"),
        ("YZ_LEASE_S", "0", "needs a number from 1 to 3600"),
        ("YZ_SWEEP_EVERY_S", "1e9", "needs a number from 0.1 to 300"),
        ("YZ_API_HOST", "a host", "needs a host name or an IP address"),
        (
            "DATABASE_URL",
            "mysql://yz:secret@host/yz",
            "PostgreSQL, postgresql+psycopg://user:password@host:5432/yz, or SQLite",
        ),
        ("DATABASE_URL", "postgres://yz:secret@host/yz", "a database that is supported"),
        ("DATABASE_URL", "postgresql://yz:secret@host:port/yz", "a port from 1 to 65535"),
        ("DATABASE_URL", "postgresql://yz:secret@word@host/yz", "written as %40"),
        ("DATABASE_URL", "sqlite:///:memory:", "a file that API and workers share"),
        ("DATABASE_URL", "secret", "a database that is supported"),
        ("REDIS_URL", "http://yz:secret@host", "a Redis or Valkey server: redis://host:6379/0"),
        ("REDIS_URL", "redis://:secret@host:port/0", "a Redis or Valkey server"),
        ("REDIS_URL", "redis://:secret@host:6379/first", "a Redis or Valkey server"),
        ("YZ_API_URL", "secret.example", "needs an address such as https://"),
        ("YZ_API_URL", "http://host:99999/secret", "a port from 1 to 65535"),
        ("YZ_API_URL", "http://yz:secret@host", "must not hold a user or password"),
        ("OPENAI_BASE_URL", "https://host/v1?key=secret", "must end with its path"),
        ("OPENAI_BASE_URL", "sk-secret", "needs an address such as https://"),
        ("YZ_DAILY_RUN_AT", "secret", "needs a time of day from 00:00 to 23:59, such as 03:00"),
        ("YZ_DAILY_RUN", "secret", "needs true or false"),
        ("YZ_ASK_AGAIN", "secret", "needs true or false"),
        ("YZ_TIMEZONE", "secret", "needs the IANA name of a time zone, such as Europe/Berlin"),
        ("YZ_TIMEZONE", "Europe/Brelin", "did you mean Europe/Berlin?"),
        ("YZ_TIMEZONE", "Europe", "needs the IANA name of a time zone"),
        ("YZ_TIMEZONE", "../../etc/passwd", "needs the IANA name of a time zone"),
        ("YZ_TIMEZONE", "a" * 5000, "needs the IANA name of a time zone"),
    ],
)
def test_an_address_or_bound_that_cannot_be_says_what_is_needed_and_hides_the_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, says: str
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(InvalidSettings) as caught:
        load_settings()

    message = str(caught.value)
    assert message.startswith(f"{variable}: ")
    assert says in message
    assert "secret" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "variable", ["DATABASE_URL", "REDIS_URL", "YZ_API_PORT", "YZ_DATA_DIR", "YZ_MODELS", "YZ_API_URL"]
)
@pytest.mark.parametrize("value", ["", " "])
def test_an_empty_variable_is_not_silently_its_default(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)

    assert refused() == f"{variable}: is empty; give it a value, or unset it for its default"


def test_a_key_that_another_program_left_empty_is_as_good_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")

    load_settings()


def test_a_misspelt_variable_is_told_with_the_one_that_was_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YZ_DATABASE_URL", "postgresql://yz:secret@host/yz")
    monkeypatch.setenv("YZ_SWEEP_EVERY", "5")

    lines = refused().splitlines()

    assert lines == [
        "YZ_DATABASE_URL: unknown variable; did you mean DATABASE_URL?",
        "YZ_SWEEP_EVERY: unknown variable; did you mean YZ_SWEEP_EVERY_S?",
    ]


def test_every_fault_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("YZ_API_PORT", "YZ_LEASE_S", "REDIS_URL"):
        monkeypatch.setenv(variable, "nonsense")

    assert [line.partition(":")[0] for line in refused().splitlines()] == ["REDIS_URL", "YZ_API_PORT", "YZ_LEASE_S"]


@pytest.mark.parametrize("variable", ["YZ_DATA_DIR", "YZ_BANK_DIR"])
def test_a_file_is_no_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str) -> None:
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv(variable, str(file))

    message = refused()

    assert message.startswith(f"{variable}: needs ")
    assert f"{file} is none" in message


def test_a_folder_below_a_file_cannot_be(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("YZ_DATA_DIR", str(tmp_path / "file" / "deep"))

    assert refused() == f"YZ_DATA_DIR: needs a folder, and {tmp_path / 'file'} is none"


@pytest.mark.parametrize("variable", ["YZ_BANK_DIR", "YZ_MODELS_FILE"])
def test_a_path_to_read_from_must_be_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str) -> None:
    monkeypatch.setenv(variable, str(tmp_path / "none"))

    assert f"{tmp_path / 'none'} is none" in refused()


@pytest.mark.parametrize("path", ["/dev/zero", "/tmp"])
def test_a_models_file_must_be_a_file(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setenv("YZ_MODELS_FILE", path)

    assert refused() == f"YZ_MODELS_FILE: needs a TOML file, and {path} is none; see docs/models.md"


@pytest.mark.parametrize("folder", ["/proc/yz", "/sys"])
def test_a_data_folder_that_cannot_be_written_to_is_told_by_its_variable(folder: str) -> None:
    with pytest.raises(InvalidSettings, match=f"YZ_DATA_DIR: needs a folder that this user may write to, and {folder}"):
        prepare_data_dir(Settings(data_dir=Path(folder)))
