"""The fleet: which models are asked of which providers, and which models judge. Holds names of keys, never keys."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from yzindex.addresses import check_http_address, is_sent_in_clear
from yzindex.errors import YzIndexError
from yzindex.settings import Settings
from yzindex.wording import did_you_mean, listed, place_of, reason_of, shown

#: Every model of a run is a row with its questions below it, written in one transaction.
MAX_MODELS = 1000
LONGEST_NAME = 128
#: Parts of a slug are parts of an address: none may be empty, or go up.
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@-]*(/[A-Za-z0-9][A-Za-z0-9._:@-]*)*")


class InvalidFleet(YzIndexError):
    """A models file that cannot be used; says which field and what it needs."""


def _provider_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,63}", name):
        raise ValueError("needs 1 to 64 of a-z, 0-9 and -, a letter first: it names a queue")
    return name


def _variable_name(name: str) -> str:
    # Never repeated: whoever mistakes this field writes the key itself into it.
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,127}", name):
        raise ValueError("needs the name of the environment variable that holds the key, never the key itself")
    return name


def _slug(slug: str) -> str:
    if len(slug) > LONGEST_NAME or not _SLUG.fullmatch(slug):
        raise ValueError(
            f"needs at most {LONGEST_NAME} of A-Z, a-z, 0-9 and . _ : @ - in parts separated by /, each with a letter "
            "or digit first: it is part of addresses; how the provider calls the model goes into name"
        )
    return slug


def _printable(name: str) -> str:
    if not name.isprintable() or len(name) > LONGEST_NAME:
        raise ValueError(f"needs at most {LONGEST_NAME} printable characters")
    return name


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


#: List price of a model. Two digits more than any price has, and few enough to be stored exactly.
Usd = Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=9)]


class Provider(_Entry):
    """An OpenAI-compatible endpoint. Its key is read from `api_key_env` by the workers that call it."""

    name: Annotated[str, AfterValidator(_provider_name)]
    base_url: Annotated[str, AfterValidator(check_http_address)]
    api_key_env: Annotated[str, AfterValidator(_variable_name)] | None = None
    #: Scores of a simulated provider's models are labelled wherever they appear.
    simulated: bool = False
    #: Whether its key may be sent unencrypted to another machine, as over a network of one's own.
    plain_http: bool = False

    @model_validator(mode="after")
    def _key_is_not_sent_in_clear(self) -> Self:
        if self.api_key_env and not self.plain_http and is_sent_in_clear(self.base_url):
            raise ValueError(
                "base_url is http, which sends the key in clear; needs https, or plain_http = true if the network "
                "between is yours"
            )
        return self


class Model(_Entry):
    """A model to evaluate or to judge with. `vendor` is who trained it: a judge never judges its own vendor's."""

    slug: Annotated[str, AfterValidator(_slug)]
    provider: str
    name: Annotated[str, AfterValidator(_printable)] = ""
    vendor: Annotated[str, Field(min_length=1), AfterValidator(_printable)]
    usd_per_million_prompt_tokens: Usd = Decimal(0)
    usd_per_million_completion_tokens: Usd = Decimal(0)

    @property
    def asked_as(self) -> str:
        """The name the provider knows it by."""
        return self.name or self.slug

    def cost_usd(self, prompt_tokens: int, completion_tokens: int) -> Decimal:
        """Cost of one call at list price."""
        prompt = self.usd_per_million_prompt_tokens * prompt_tokens
        completion = self.usd_per_million_completion_tokens * completion_tokens
        return (prompt + completion) / 1_000_000


class Fleet(_Entry):
    """Providers, the models evaluated, and the judge set."""

    providers: tuple[Provider, ...]
    models: Annotated[tuple[Model, ...], Field(max_length=MAX_MODELS)]
    judges: Annotated[tuple[Model, ...], Field(max_length=MAX_MODELS)] = ()

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        faults = [
            *_given_twice("providers", "name", [provider.name for provider in self.providers]),
            *_given_twice("models", "slug", [model.slug for model in self.models]),
            *_given_twice("judges", "slug", [judge.slug for judge in self.judges]),
            *self._without_provider("models", self.models),
            *self._without_provider("judges", self.judges),
        ]
        if faults:
            raise ValueError("\n".join(faults))
        return self

    def _without_provider(self, field: str, models: Iterable[Model]) -> Iterator[str]:
        known = sorted(provider.name for provider in self.providers)
        for number, model in enumerate(models):
            if model.provider not in known:
                hint = did_you_mean(model.provider, known) or f"; known: {listed(known) or 'none'}"
                yield f"{field}.{number}.provider: {model.slug} names provider {shown(model.provider)!r}{hint}"

    @property
    def judge_set_version(self) -> str:
        """Short hash of the judge set: another set is another instrument."""
        if not self.judges:
            return "none"
        return sha256("\n".join(judge.model_dump_json() for judge in self.judges).encode()).hexdigest()[:12]

    def provider(self, name: str) -> Provider:
        return next(provider for provider in self.providers if provider.name == name)

    def model(self, slug: str) -> Model | None:
        return next((model for model in self.models if model.slug == slug), None)

    def judges_of(self, vendor: str) -> tuple[Model, ...]:
        """The judges that are independent of a vendor."""
        return tuple(judge for judge in self.judges if judge.vendor != vendor)


def load_fleet(settings: Settings) -> Fleet:
    """Read the models file, or make a fleet of one provider from the `OPENAI_` variables and `YZ_MODELS`."""
    if settings.models_file is not None:
        return read_fleet(settings.models_file)
    if settings.openai_api_key is None or not settings.openai_api_key.get_secret_value() or not settings.models:
        raise InvalidFleet(
            "no models to evaluate: name a models file in YZ_MODELS_FILE, or set OPENAI_API_KEY "
            "(and OPENAI_BASE_URL) and list the models in YZ_MODELS=model-a,model-b"
        )
    try:
        return _fleet_of_environment(settings)
    except ValidationError as error:
        raise InvalidFleet("\n".join(map(_environment_fault, error.errors()))) from error


def read_fleet(file: Path) -> Fleet:
    """Read a models file; raise `InvalidFleet` naming the file, the field and what it needs, for every fault."""
    try:
        fleet = Fleet.model_validate(_toml(file))
    except ValidationError as error:
        faults = [line for detail in error.errors() for line in _file_faults(detail)]
        raise InvalidFleet("\n".join(f"{file}: {fault}" for fault in faults)) from error
    if not fleet.models:
        raise InvalidFleet(f"{file}: models: names none; add a [[models]] table for each model to evaluate")
    return fleet


def _toml(file: Path) -> dict[str, object]:
    try:
        if not file.is_file():
            raise InvalidFleet(f"{file}: cannot be read: there is no such file; docs/models.md shows one")
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidFleet(f"{file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidFleet(f"{file}: cannot be read: not UTF-8 from byte {error.start} on; save it as UTF-8") from error
    except ValueError as error:  # of the syntax, with its line, or a number of thousands of digits
        raise InvalidFleet(f"{file}: cannot be read: not TOML: {error}") from error
    except RecursionError as error:
        raise InvalidFleet(f"{file}: cannot be read: nested too deeply") from error


def _file_faults(detail: ErrorDetails) -> Iterator[str]:
    place = place_of(detail)
    for line in reason_of(detail).split("\n"):
        # What the fleet says of itself names its field already.
        yield f"{place}: {line}" if place else line


def _fleet_of_environment(settings: Settings) -> Fleet:
    return Fleet.model_validate(
        {
            "providers": [
                {"name": "openai", "base_url": settings.openai_base_url, "api_key_env": "OPENAI_API_KEY"},
            ],
            "models": [{"slug": name, "provider": "openai", "vendor": "openai"} for name in settings.models],
            "judges": [{"slug": name, "provider": "openai", "vendor": "openai"} for name in settings.judges],
        }
    )


def _environment_fault(detail: ErrorDetails) -> str:
    variables = {"providers": "OPENAI_BASE_URL", "models": "YZ_MODELS", "judges": "YZ_JUDGES"}
    (fault,) = _file_faults(detail)
    field, *_ = fault.split(".")
    return (
        f"{variables.get(field, 'YZ_MODELS')}: {fault.partition(': ')[2]}; a models file can say more: YZ_MODELS_FILE"
    )


def _given_twice(field: str, name: str, given: Iterable[str]) -> Iterator[str]:
    first: dict[str, int] = {}
    for number, each in enumerate(given):
        if each in first:
            yield f"{field}.{number}.{name}: {each!r} is given twice, first in {field}.{first[each]}"
        first.setdefault(each, number)
