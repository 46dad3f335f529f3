"""What the simulated provider is told to be: its models and judges, how fast they answer and which faults occur.

Read from TOML. Frozen and closed: an unknown key is an error that names the keys there are.
"""

import tomllib
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from yzindex.dimensions import Dimension

#: The fleet that comes with the index.
INSTALLED = Path(__file__).with_name("fleet.toml")

Share = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(min_length=1, max_length=128)]


class InvalidConfig(Exception):
    """A configuration that cannot be used: file, key, reason and what to do."""


class Part(BaseModel):
    """The base of every part of the configuration."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Latency(Part):
    """How long a reply takes: log-normal with this mean and standard deviation."""

    mean_s: float = Field(default=0.4, ge=0, le=600)
    spread_s: float = Field(default=0.15, ge=0, le=600)


class Difficulty(Part):
    """How hard questions are, in logits: an easier one `-tier`, a harder one `+tier`, and normal terms."""

    tier: float = Field(default=0.7, ge=0)
    #: Standard deviation of each question's own term, the same for all models.
    spread: float = Field(default=0.6, ge=0)
    #: Standard deviation of a term of each pair of model and question: what a model happens to know, it knows again.
    affinity: float = Field(default=0.0, ge=0)


class Fault(StrEnum):
    """What can befall a request instead of its reply."""

    #: 429 with `Retry-After`, at once.
    RATE_LIMITED = "rate_limited"
    #: 500.
    SERVER_ERROR = "server_error"
    #: The connection is closed without a response.
    DROPPED = "dropped"
    #: Less is sent than was announced, then the connection is closed.
    SHORT_BODY = "short_body"
    #: A complete response whose JSON breaks off in the middle.
    TRUNCATED_JSON = "truncated_json"
    #: Nothing is sent until the client gives up, or for `silent_max_s`.
    SILENT = "silent"


class Faults(Part):
    """The share of requests that each fault befalls; a field per `Fault`."""

    rate_limited: Share = 0.0
    server_error: Share = 0.0
    dropped: Share = 0.0
    short_body: Share = 0.0
    truncated_json: Share = 0.0
    silent: Share = 0.0

    retry_after_s: int = Field(default=1, ge=0, le=3600)
    silent_max_s: float = Field(default=120.0, ge=0, le=3600)
    #: Only these models and judges have faults; none named means all.
    models: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _shares_fit(self) -> Self:
        total = sum(self.share(fault) for fault in Fault)
        if total > 1:
            raise ValueError(f"the shares of all faults add up to {total:g}; lower some until they are at most 1")
        return self

    def share(self, fault: Fault) -> float:
        """The share of requests that this fault befalls."""
        share: float = getattr(self, fault.value)
        return share

    def befall(self, name: str) -> bool:
        """Whether this model or judge has faults at all."""
        return not self.models or name in self.models


class Ability(Part):
    """A model's ability in logits: on a question as hard as it is able, it is right half of the time."""

    default: float
    execution: float | None = None
    grounding: float | None = None
    judgment: float | None = None
    communication: float | None = None
    integrity: float | None = None

    def on(self, dimension: Dimension) -> float:
        """The ability on questions of this dimension."""
        own: float | None = getattr(self, dimension.value)
        return self.default if own is None else own

    def plus(self, logits: float) -> Self:
        """The same, higher by so much on every dimension."""
        given = {name: value + logits for name, value in self if value is not None}
        return self.model_copy(update=given)


class Event(Part):
    """Something that changes on a day and stays so. A model's event may have the first two, a judge's the last."""

    on: date
    #: Name of a model or judge.
    who: Name
    #: Added to a model's ability on questions of every dimension; negative for a fall.
    logits: float | None = None
    version: str | None = None
    severity: float | None = Field(default=None, ge=-4, le=4)


class Speaker(Part):
    """Whoever can be asked by name."""

    name: Name
    #: Appended to the name in replies, after a hyphen; empty: the name is returned as it was asked for.
    version: str = ""

    @property
    def returned(self) -> str:
        """The name given back in replies."""
        return f"{self.name}-{self.version}" if self.version else self.name


class Model(Speaker):
    """A simulated model."""

    ability: Ability
    #: Which models are kin; announced, and without influence on replies.
    family: str = ""
    #: The share of replies that the provider's content filter replaces.
    refusal: Share = 0.0
    #: The share of replies that are still being written at the limit.
    truncation: Share = 0.0
    #: Chooses among models that are equally likely: what each happens to know, and how its replies fall.
    fortune: int = Field(default=0, ge=0)

    def after(self, event: Event) -> Self:
        """The model that an event of its makes of it."""
        return self.model_copy(
            update={
                "ability": self.ability.plus(event.logits or 0.0),
                "version": self.version if event.version is None else event.version,
            }
        )


class JudgeModel(Speaker):
    """A simulated judge, which gives 0 to 4 points per rubric item, and the same text always the same points."""

    #: Points taken off every item, on average; negative for a lenient judge.
    severity: float = Field(default=0.0, ge=-4, le=4)
    #: Standard deviation of an item's points.
    noise: float = Field(default=0.0, ge=0, le=4)

    def after(self, event: Event) -> Self:
        """The judge that an event of its makes of it."""
        return self.model_copy(update={} if event.severity is None else {"severity": event.severity})


class SimulatedConfig(Part):
    """All of it."""

    seed: int = 1
    #: When given, requests must carry it as a bearer token.
    api_key: SecretStr | None = None
    latency: Latency = Latency()
    difficulty: Difficulty = Difficulty()
    faults: Faults = Faults()
    models: tuple[Model, ...] = Field(min_length=1)
    judges: tuple[JudgeModel, ...] = ()
    #: First day of a story told by days: chance then depends on the day's number and not on what was asked before it.
    began: date | None = None
    events: tuple[Event, ...] = ()

    @property
    def speakers(self) -> tuple[Model | JudgeModel, ...]:
        """Models, then judges."""
        return (*self.models, *self.judges)

    @model_validator(mode="after")
    def _names_are_right(self) -> Self:
        names = [speaker.name for speaker in self.speakers]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"names given twice: {', '.join(twice)}; every model and judge needs a name of its own")
        unknown = sorted(set(self.faults.models) - set(names))
        if unknown:
            raise ValueError(f"faults.models names {', '.join(unknown)}; choose from {', '.join(names)}")
        return self

    @model_validator(mode="after")
    def _events_fit(self) -> Self:
        models, judges = ({each.name for each in group} for group in (self.models, self.judges))
        for event in self.events:
            if event.who not in models | judges:
                raise ValueError(f"an event names {event.who}; choose from {', '.join(sorted(models | judges))}")
            is_of_model = event.logits is not None or event.version is not None
            if is_of_model != (event.who in models) or (event.severity is not None) != (event.who in judges):
                raise ValueError(
                    f"an event does not fit {event.who}: a model's gives `logits` or `version`, a judge's `severity`"
                )
        return self


def load_config(file: Path = INSTALLED) -> SimulatedConfig:
    """Read a configuration; raise `InvalidConfig` naming every fault found."""
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidConfig(
            f"{file}: cannot be read: {error.strerror}; name a TOML file such as {INSTALLED}"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidConfig(f"{file}: not TOML: {error}; {INSTALLED} shows the form") from error
    try:
        return SimulatedConfig.model_validate(raw)
    except ValidationError as error:
        raise InvalidConfig("\n".join(f"{file}: {fault}" for fault in _faults(error))) from error


def _faults(error: ValidationError) -> list[str]:
    return [_sentence(fault["loc"], fault["type"], fault["msg"]) for fault in error.errors()]


def _sentence(location: tuple[int | str, ...], kind: str, message: str) -> str:
    key = ".".join(str(part) for part in location)
    if kind == "extra_forbidden":
        return f"{key}: no such key; remove it or use one of {', '.join(_keys_at(location[:-1]))}"
    reason = message.removeprefix("Value error, ")
    return f"{key}: {reason}" if key else reason


def _keys_at(location: tuple[int | str, ...]) -> list[str]:
    """The keys that the part at this location has."""
    parts: dict[str, type[Part]] = {
        "latency": Latency,
        "difficulty": Difficulty,
        "faults": Faults,
        "models": Model,
        "ability": Ability,
        "judges": JudgeModel,
        "events": Event,
    }
    named = [part for part in location if isinstance(part, str)]
    return list((parts[named[-1]] if named else SimulatedConfig).model_fields)
