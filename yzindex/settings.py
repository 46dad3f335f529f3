"""All settings, from the environment. Built once at an entry point and passed down.

Ours start with `YZ_`; an unknown one is an error, so that a typing mistake is not silently a default.
"""

import os
import re
from collections.abc import Iterator
from datetime import time
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated
from zoneinfo import ZoneInfo

from annotated_types import Ge, Le
from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from yzindex.addresses import check_database_address, check_http_address, check_queue_address
from yzindex.days import check_zone
from yzindex.errors import YzIndexError
from yzindex.schedule import Schedule, check_time_of_day
from yzindex.wording import did_you_mean, reason_of, shown

#: What a system allows.
_LONGEST_PATH = 4096
PREFIX = "YZ_"
#: Variables that only the tests read.
TEST_PREFIX = "YZ_TEST_"
#: The password of an address such as redis://user:password@host.
_PASSWORD = re.compile(r"(://[^/@]*:)[^/]*@")


class InvalidSettings(YzIndexError):
    """The environment asks for something that cannot be had; a line per variable, and never what a variable holds."""


def _host(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_.:%-]+", name):
        raise ValueError("needs a host name or an IP address, such as 127.0.0.1")
    return name


HttpAddress = Annotated[str, AfterValidator(check_http_address)]
Port = Annotated[int, Field(ge=0, le=65535)]
Seconds = Annotated[float, Field(allow_inf_nan=False)]


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

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True
    )

    data_dir: Path = Field(default=Path(".yz"), description="Folder of the one-machine stack: database, queue, logs.")
    database_url: Annotated[str, AfterValidator(check_database_address)] | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="SQLAlchemy address of PostgreSQL or SQLite; default: SQLite in the data folder.",
    )
    redis_url: Annotated[str, AfterValidator(check_queue_address)] | None = Field(
        default=None,
        validation_alias="REDIS_URL",
        description="Address of a Redis or Valkey server; default: an own Valkey in the data folder.",
    )
    models_file: Path | None = Field(default=None, description="TOML file of providers, models and judges.")
    bank_dir: Path | None = Field(default=None, description="Folder of a question bank; default: the installed one.")
    openai_base_url: HttpAddress = Field(
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
    timezone: Annotated[str, AfterValidator(check_zone)] = Field(
        default="UTC",
        description="IANA name of the zone in which days begin and the daily times are, as Europe/Berlin.",
    )
    api_host: Annotated[str, AfterValidator(_host)] = Field(
        default="127.0.0.1", description="Address the API binds to."
    )
    api_port: Port = Field(default=8000, description="Port of the API; 0: any free one.")
    api_url: HttpAddress | None = Field(
        default=None,
        description="Address at which `yz` finds the API; default: this machine's, at the API's host and port.",
    )
    flower_port: Port = Field(default=5555, description="Port of Flower; 0: any free one.")
    model_concurrency: int = Field(default=500, ge=1, le=10_000, description="Model calls in flight per process.")
    judge_concurrency: int = Field(default=100, ge=1, le=10_000, description="Judge calls in flight per process.")
    sandbox_concurrency: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        ge=1,
        le=1_000,
        description="Programs running at once per machine.",
    )
    sandbox: SandboxChoice = Field(
        default=SandboxChoice.AUTO,
        description="Where programs run: docker, bubblewrap, or auto for the first of them that does.",
    )
    sandbox_image: str | None = Field(default=None, description="Image of the throwaway containers; default: own.")
    sandbox_runtime: str | None = Field(default=None, description="OCI runtime, such as runsc; default: the engine's.")
    model_attempts: int = Field(
        default=5, ge=1, le=100, description="Calls made for one question before it is unscored."
    )
    model_timeout_s: Seconds = Field(
        default=120.0, ge=0.1, le=800, description="Seconds until a silent call is given up."
    )
    # Redis gives a message to another worker when it is not acknowledged for 900 s: a question must be done before.
    model_deadline_s: Seconds = Field(
        default=300.0, ge=0.1, le=800, description="Seconds for all calls of one question."
    )
    retry_base_s: Seconds = Field(default=0.5, ge=0, le=60, description="First wait between calls; doubles, jittered.")
    sweep_every_s: Seconds = Field(default=5.0, ge=0.1, le=300, description="Seconds between two sweeps for due rows.")
    reask_after_s: Seconds = Field(
        default=3600.0,
        ge=0,
        le=43_200,
        description="Seconds until a concluded run asks its unscored questions again, then 4 and 16 times as many; "
        "0: only by hand.",
    )
    run_within_s: Seconds = Field(
        default=86400.0,
        ge=60,
        le=31_536_000,
        description="Seconds after which what is still open of a run stays unscored.",
    )
    daily_run: bool = Field(
        default=True, description="Whether ten questions are put to every model of the fleet every day, by itself."
    )
    daily_run_at: Annotated[str, AfterValidator(check_time_of_day)] = Field(
        default="03:00", description="Time of day at which that run is ordered, in that zone, as 03:00."
    )
    thermometer_answers: int = Field(
        default=20, ge=0, le=1000, description="Stored answers of each dimension that are graded again every day."
    )
    thermometer_judgements: int = Field(
        default=40,
        ge=0,
        le=10_000,
        description="Judgements a day that this may ask for, each a call that costs; 0: judged answers are left out.",
    )
    ask_again: bool = Field(
        default=True,
        description="Whether a model that looks suspicious is asked again, before anything is said of it.",
    )
    ask_again_calls: int = Field(
        default=220,
        ge=0,
        le=100_000,
        description="Questions a day that one model may be asked again, of itself or by hand; more wait until the next "
        "day.",
    )
    ask_again_usd: Annotated[Decimal, Field(ge=0, le=1_000_000)] = Field(
        default=Decimal(5),
        description="US dollars a day at list price that asking again about one model may cost, the models that it is "
        "compared with included; more waits until the next day.",
    )
    show_prompts: bool = Field(
        default=False,
        description="Whether pages of questions show prompts that are still asked; who reads them can learn them.",
    )
    lease_s: Seconds = Field(
        default=60.0, ge=1, le=3600, description="Seconds a claimed row stays a worker's unrenewed."
    )

    simulated_days_ahead: int = Field(
        default=0,
        ge=-3650,
        le=3650,
        description="Only with a fleet of simulated models: days that it lives ahead of this machine.",
    )
    simulated_grader_loss: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Only with a fleet of simulated models: share of every score that a moved grader takes off.",
    )
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
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def schedule(self) -> Schedule | None:
        """Of the daily run; None where it is switched off."""
        return Schedule(at=time.fromisoformat(self.daily_run_at), zone=self.zone) if self.daily_run else None

    @property
    def uses_data_dir(self) -> bool:
        """Whether database or queue lie in the data folder."""
        return not (self.database_url and self.redis_url)

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
    """Read the environment; raise `InvalidSettings` with a line for every variable that is wrong or unknown."""
    _refuse([*_unknown_variables(), *_empty_variables()])
    try:
        settings = Settings()
    except ValidationError as error:
        # Not "from error": it holds what the variables hold.
        raise InvalidSettings("\n".join(map(_fault, error.errors()))) from None
    _refuse([f"{variable}: {reason}" for variable, reason in _path_faults(settings)])
    return settings


def prepare_data_dir(settings: Settings) -> None:
    """Make the data folder, for whoever writes into it; raise `InvalidSettings` where that cannot be done."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        TemporaryFile(dir=settings.data_dir).close()
    except OSError as error:
        folder = shown(settings.data_dir, most=_LONGEST_PATH)
        raise InvalidSettings(
            f"YZ_DATA_DIR: needs a folder that this user may write to, and {folder} is none: {error.strerror}"
        ) from error


def _refuse(faults: list[str]) -> None:
    if faults:
        raise InvalidSettings("\n".join(faults))


def _unknown_variables() -> Iterator[str]:
    known = sorted(map(_variable, Settings.model_fields))
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and not name.startswith(TEST_PREFIX) and name not in known:
            hint = did_you_mean(name, known) or f"; known are {', '.join(known)}"
            yield f"{shown(name)}: unknown variable{hint}"


def _empty_variables() -> Iterator[str]:
    for name in map(_variable, Settings.model_fields):
        # A key may be set to nothing for another program's sake; it is as good as not set.
        if name != "OPENAI_API_KEY" and os.environ.get(name, "-").strip() == "":
            yield f"{name}: is empty; give it a value, or unset it for its default"


def _fault(detail: ErrorDetails) -> str:
    """Say what a variable needs: in its check's own words, else by its type and bounds."""
    place = str(detail["loc"][0])
    variable = _variable(place) if place in Settings.model_fields else place
    is_checked = detail["type"] in ("value_error", "enum")
    return f"{variable}: {reason_of(detail) if is_checked else _bounds_of(variable)}"


def _bounds_of(variable: str) -> str:
    field = next(field for name, field in Settings.model_fields.items() if _variable(name) == variable)
    if field.annotation is bool:
        return "needs true or false"
    kind = "a whole number" if field.annotation is int else "a number"
    least = next(each.ge for each in field.metadata if isinstance(each, Ge))
    most = next(each.le for each in field.metadata if isinstance(each, Le))
    return f"needs {kind} from {least} to {most}"


def _path_faults(settings: Settings) -> Iterator[tuple[str, str]]:
    """Say which path is none of what its variable needs; looked at here, before anything starts."""
    # os.path and not Path, which raises where a folder above may not be looked into.
    folder = next(each for each in (settings.data_dir, *settings.data_dir.absolute().parents) if os.path.lexists(each))
    if not os.path.isdir(folder):  # noqa: PTH112
        yield "YZ_DATA_DIR", f"needs a folder, and {shown(folder, most=_LONGEST_PATH)} is none"
    if settings.bank_dir is not None and not os.path.isdir(settings.bank_dir):  # noqa: PTH112
        yield (
            "YZ_BANK_DIR",
            f"needs the folder of a question bank, and {shown(settings.bank_dir, most=_LONGEST_PATH)} is none",
        )
    if settings.models_file is not None and not os.path.isfile(settings.models_file):  # noqa: PTH113
        yield (
            "YZ_MODELS_FILE",
            f"needs a TOML file, and {shown(settings.models_file, most=_LONGEST_PATH)} is none; see docs/models.md",
        )
