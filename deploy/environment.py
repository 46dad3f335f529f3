"""What each child of the stack may know. A list of what is handed on, so that what is forgotten is kept back."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path

from pydantic import SecretStr

from yzindex.fleet import Fleet
from yzindex.settings import PREFIX, Settings


class Trust(StrEnum):
    """What a child needs beyond its settings."""

    #: Nothing: database, queue and settings.
    PLAIN = "plain"
    #: Calls models: the keys of the fleet's providers, and the way out through a proxy.
    PROVIDER_KEYS = "provider_keys"
    #: Starts containers: the way to the engine. Never together with keys.
    CONTAINER_ENGINE = "container_engine"


_EVERYBODY = frozenset(
    {"PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV"}
    # Servers elsewhere: PostgreSQL's own variables, and whom to trust.
    | {"PGPASSFILE", "PGSSLMODE", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY", "SSL_CERT_FILE", "SSL_CERT_DIR"}
    | {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"}
)
_CALLERS = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE"})
_ENGINE = frozenset({"DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_CONFIG", "DOCKER_CONTEXT"})
#: Named like this, it is a key whatever else it is.
_OPENAI_KEY = "OPENAI_API_KEY"


def child_environment(
    own: Mapping[str, str], settings: Settings, fleet: Fleet, trust: Trust = Trust.PLAIN
) -> dict[str, str]:
    """Return the environment of a child, from ours, the settings and what it is trusted with."""
    keys = key_names(fleet)
    plain = {name: value for name, value in own.items() if _is_for_everybody(name) and name not in keys}
    plain |= settings_variables(settings)
    plain |= {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": own.get("PYTHONDONTWRITEBYTECODE", "")}
    match trust:
        case Trust.PROVIDER_KEYS:
            # A simulated provider is on this machine: a proxy would only be in the way.
            way_out = set() if _is_simulated(fleet) else _CALLERS
            return plain | _named(own, named_keys(fleet)) | _named(own, _with_lower_case(way_out))
        case Trust.CONTAINER_ENGINE:
            return plain | _named(own, _ENGINE - keys)
        case Trust.PLAIN:
            return plain


def key_names(fleet: Fleet) -> frozenset[str]:
    """Every variable that holds, or looks like it holds, a provider's key."""
    return named_keys(fleet) | {_OPENAI_KEY}


def named_keys(fleet: Fleet) -> frozenset[str]:
    """The variables that the fleet's providers take their keys from."""
    return frozenset(provider.api_key_env for provider in fleet.providers if provider.api_key_env)


def settings_variables(settings: Settings) -> dict[str, str]:
    """Return the settings that were given, as variables; without secrets, and with absolute paths."""
    given = {name: getattr(settings, name) for name in settings.model_fields_set}
    return {
        _variable(name): _written(value)
        for name, value in given.items()
        if value is not None and not isinstance(value, SecretStr)
    }


def _variable(field: str) -> str:
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else f"{PREFIX}{field.upper()}"


def _written(value: object) -> str:
    if isinstance(value, Path):
        return str(value.resolve())
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _is_for_everybody(name: str) -> bool:
    return name in _EVERYBODY or name.startswith("LC_")


def _is_simulated(fleet: Fleet) -> bool:
    return all(provider.simulated for provider in fleet.providers)


def _with_lower_case(names: Iterable[str]) -> set[str]:
    return {written for name in names for written in (name, name.lower())}


def _named(own: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    return {name: own[name] for name in names if name in own}
