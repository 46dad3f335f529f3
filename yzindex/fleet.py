"""The fleet: which models are asked of which providers, and which models judge. Holds names of keys, never keys."""

import tomllib
from collections.abc import Iterable
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from yzindex.errors import YzIndexError
from yzindex.settings import Settings


class InvalidFleet(YzIndexError):
    """A models file that cannot be used; says which field and what it needs."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Provider(_Entry):
    """An OpenAI-compatible endpoint. Its key is read from `api_key_env` by the workers that call it."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    base_url: str = Field(pattern=r"^https?://")
    api_key_env: str | None = None
    #: Scores of a simulated provider's models are labelled wherever they appear.
    simulated: bool = False


class Model(_Entry):
    """A model to evaluate or to judge with. `vendor` is who trained it: a judge never judges its own vendor's."""

    slug: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}$")
    provider: str
    name: str = ""
    vendor: str
    usd_per_million_prompt_tokens: Decimal = Field(default=Decimal(0), ge=0)
    usd_per_million_completion_tokens: Decimal = Field(default=Decimal(0), ge=0)

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
    models: tuple[Model, ...]
    judges: tuple[Model, ...] = ()

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        _refuse_twice("provider", [provider.name for provider in self.providers])
        _refuse_twice("model", [model.slug for model in self.models])
        _refuse_twice("judge", [judge.slug for judge in self.judges])
        known = {provider.name for provider in self.providers}
        for model in (*self.models, *self.judges):
            if model.provider not in known:
                raise ValueError(f"{model.slug} names provider {model.provider!r}; known: {', '.join(sorted(known))}")
        return self

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
    if settings.openai_api_key is None or not settings.models:
        raise InvalidFleet(
            "no models to evaluate: name a models file in YZ_MODELS_FILE, or set OPENAI_API_KEY "
            "(and OPENAI_BASE_URL) and list the models in YZ_MODELS=model-a,model-b"
        )
    provider = Provider(name="openai", base_url=settings.openai_base_url, api_key_env="OPENAI_API_KEY")
    return Fleet(
        providers=(provider,),
        models=tuple(_of_environment(name, provider) for name in settings.models),
        judges=tuple(_of_environment(name, provider) for name in settings.judges),
    )


def read_fleet(file: Path) -> Fleet:
    """Read a models file; raise `InvalidFleet` naming the field and what it needs."""
    try:
        return Fleet.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidFleet(f"{file}: cannot be read: {error}") from error
    except ValidationError as error:
        raise InvalidFleet("\n".join(f"{file}: {_place(fault)}" for fault in error.errors())) from error


def _place(fault: object) -> str:
    assert isinstance(fault, dict)
    return f"{'.'.join(str(part) for part in fault['loc']) or 'file'}: {fault['msg']}"


def _of_environment(name: str, provider: Provider) -> Model:
    return Model(slug=name, provider=provider.name, vendor=provider.name)


def _refuse_twice(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{what} {name!r} is given twice")
        seen.add(name)
