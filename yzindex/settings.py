"""All settings, from the environment. Built once at an entry point and passed down.

Ours start with `YZ_`; an unknown one is an error, so that a typing mistake is not silently a default.
"""

import os
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from yzindex.errors import YzIndexError

PREFIX = "YZ_"
#: Variables that only the tests read.
TEST_PREFIX = "YZ_TEST_"
#: The password of an address such as redis://user:password@host.
_PASSWORD = re.compile(r"(://[^/@]*:)[^/]*@")


class InvalidSettings(YzIndexError):
    """The environment asks for something that does not exist."""


class SandboxChoice(StrEnum):
    """Where programs that models write may run."""

    #: Docker; where none answers, bubblewrap; where that does not run either, programs of the installed bank alone.
    AUTO = "auto"
    #: Docker and nothing else.
    DOCKER = "docker"
    #: bubblewrap and nothing else.
    BUBBLEWRAP = "bubblewrap"


class Settings(BaseSettings):
    """One field per variable: `YZ_` and the field's name in capitals, or the alias shown."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", populate_by_name=True)

    data_dir: Path = Field(default=Path(".yz"), description="Folder of the one-machine stack: database, queue, logs.")
    database_url: str | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="SQLAlchemy address of PostgreSQL or SQLite; default: SQLite in the data folder.",
    )
    redis_url: str | None = Field(
        default=None,
        validation_alias="REDIS_URL",
        description="Address of a Redis or Valkey server; default: an own Valkey in the data folder.",
    )
    models_file: Path | None = Field(default=None, description="TOML file of providers, models and judges.")
    bank_dir: Path | None = Field(default=None, description="Folder of a question bank; default: the installed one.")
    openai_base_url: str = Field(
        default="https://api.openai.com/v1",
        validation_alias="OPENAI_BASE_URL",
        description="Address of an OpenAI-compatible provider, where no models file is given.",
    )
    openai_api_key: SecretStr | None = Field(
        default=None,
        validation_alias="OPENAI_API_KEY",
        description="Key of that provider; read by the workers that call models and by nothing else.",
    )
    models: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Models to ask of that provider, separated by commas."
    )
    judges: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Models of that provider that judge, separated by commas."
    )
    api_host: str = Field(default="127.0.0.1", description="Address the API binds to.")
    api_port: int = Field(default=8000, ge=0, le=65535, description="Port of the API; 0: any free one.")
    api_url: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="Address at which `yz` finds the API; default: this machine's, at the API's host and port.",
    )
    flower_port: int = Field(default=5555, ge=0, le=65535, description="Port of Flower; 0: any free one.")
    model_concurrency: PositiveInt = Field(default=500, description="Model calls in flight per process.")
    judge_concurrency: PositiveInt = Field(default=100, description="Judge calls in flight per process.")
    sandbox_concurrency: PositiveInt = Field(
        default_factory=lambda: os.cpu_count() or 1, description="Programs running at once per machine."
    )
    sandbox: SandboxChoice = Field(
        default=SandboxChoice.AUTO,
        description="Where programs run: docker, bubblewrap, or auto for the first of them that does.",
    )
    sandbox_image: str | None = Field(default=None, description="Image of the throwaway containers; default: own.")
    sandbox_runtime: str | None = Field(default=None, description="OCI runtime, such as runsc; default: the engine's.")
    model_attempts: PositiveInt = Field(default=5, description="Calls made for one question before it is unscored.")
    model_timeout_s: PositiveFloat = Field(default=120.0, description="Seconds until a silent call is given up.")
    model_deadline_s: PositiveFloat = Field(default=300.0, description="Seconds for all calls of one question.")
    retry_base_s: NonNegativeFloat = Field(default=0.5, description="First wait between calls; doubles, jittered.")
    sweep_every_s: PositiveFloat = Field(default=5.0, description="Seconds between two sweeps for due rows.")
    reask_after_s: NonNegativeFloat = Field(
        default=3600.0,
        description="Seconds until a concluded run asks its unscored questions again, then 4 and 16 times as many; "
        "0: only by hand.",
    )
    run_within_s: PositiveFloat = Field(
        default=86400.0, description="Seconds after which what is still open of a run stays unscored."
    )
    lease_s: PositiveFloat = Field(default=60.0, description="Seconds a claimed row stays a worker's unrenewed.")

    heartbeat_file: Path | None = Field(default=None, description="File a worker touches while it is alive.")

    @field_validator("models", "judges", mode="before")
    @classmethod
    def _split(cls, listed: object) -> object:
        return tuple(filter(None, (name.strip() for name in listed.split(",")))) if isinstance(listed, str) else listed

    def rows(self) -> list[tuple[str, str, str]]:
        """Give each setting's variable, its value with keys and passwords hidden, and where it comes from."""
        return [
            (_variable(name), _hidden(getattr(self, name)), "set" if name in self.model_fields_set else "default")
            for name in type(self).model_fields
        ]

    @property
    def database_address(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'yz.sqlite3'}"

    @property
    def api_address(self) -> str:
        if self.api_url:
            return self.api_url.rstrip("/")
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.api_host, self.api_host)  # noqa: S104
        return f"http://[{host}]:{self.api_port}" if ":" in host else f"http://{host}:{self.api_port}"

    @property
    def redis_address(self) -> str:
        return self.redis_url or f"redis+socket://{self.data_dir.resolve() / 'valkey.sock'}"


def _variable(name: str) -> str:
    alias = Settings.model_fields[name].validation_alias
    return alias if isinstance(alias, str) else f"{PREFIX}{name.upper()}"


def _hidden(value: object) -> str:
    return _PASSWORD.sub(r"\1***@", str(value))


def load_settings() -> Settings:
    """Read the environment; raise `InvalidSettings` on an impossible value or an unknown variable of ours."""
    known = {_variable(name) for name in Settings.model_fields}
    ours = {name for name in os.environ if name.startswith(PREFIX) and not name.startswith(TEST_PREFIX)}
    if unknown := sorted(ours - known):
        raise InvalidSettings(f"unknown variables: {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    try:
        return Settings()
    except ValidationError as error:
        # Its own text repeats what was given, which may be a key.
        faults = (f"{_named(fault['loc'])}: {fault['msg']}" for fault in error.errors(include_input=False))
        raise InvalidSettings("; ".join(faults)) from None


def _named(location: tuple[int | str, ...]) -> str:
    """The variable that pydantic's place in the model stands for."""
    name = str(location[0])
    return _variable(name) if name in Settings.model_fields else name
