"""The simulated provider as part of the stack: its configuration, its process, and the fleet that asks it."""

import re
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from deploy.child import Recipe
from deploy.readiness import listening
from deploy.simulated.config import SimulatedConfig, load_config
from deploy.state_folder import StateFolder
from yzindex.fleet import Fleet, Model, Provider
from yzindex.settings import Settings

PROVIDER = "sim"
_HOST = "127.0.0.1"

#: US dollars per million prompt and completion tokens: invented, of a usual size, dearer for the abler.
_PRICES = {
    "sim/agate": ("3.00", "15.00"),
    "sim/opal": ("2.50", "10.00"),
    "sim/flint": ("0.60", "2.40"),
    "sim/jasper": ("0.40", "1.60"),
    "sim/onyx": ("0.15", "0.60"),
    "sim/judge-a": ("1.25", "5.00"),
    "sim/judge-b": ("1.10", "4.40"),
}
_OTHER_PRICE = ("1.00", "4.00")


def write_config(folder: StateFolder, source: Path, seed: int | None) -> SimulatedConfig:
    """Write a configuration, with this seed if one is given, to where the provider reads it."""
    text = source.read_text(encoding="utf-8")
    if seed is not None:
        text = re.sub(r"(?m)^seed *=.*$", f"seed = {seed}", text, count=1)
    folder.simulated_config.write_text(text, encoding="utf-8")
    return load_config(folder.simulated_config)


def simulated_fleet(config: SimulatedConfig, port: int) -> Fleet:
    """The fleet of all simulated models and judges; the judges are another vendor's."""
    return Fleet(
        providers=(Provider(name=PROVIDER, base_url=f"http://{_HOST}:{port}/v1", simulated=True),),
        models=tuple(_model(model.name, vendor="sim") for model in config.models),
        judges=tuple(_model(judge.name, vendor="sim-judges") for judge in config.judges),
    )


def simulated_recipe(folder: StateFolder, settings: Settings, port: int, environment: Mapping[str, str]) -> Recipe:
    """Run the provider. It keeps its port when it is started again: the fleet names it."""
    options: dict[str, str | Path] = {
        "host": _HOST,
        "port": str(port),
        "config": folder.simulated_config,
        "log": folder.simulated_log,
    }
    options["timezone"] = settings.timezone
    options["days-ahead"] = str(settings.simulated_days_ahead)
    if settings.bank_dir is not None:
        options["bank"] = settings.bank_dir.resolve()
    return Recipe(
        name="simulated",
        argv=(sys.executable, "-P", "-m", "deploy.simulated", *_as_options(options)),
        environment=environment,
        folder=folder.root,
        log=folder.log("simulated"),
        is_ready=listening,
    )


def _model(slug: str, *, vendor: str) -> Model:
    prompt, completion = _PRICES.get(slug, _OTHER_PRICE)
    return Model(
        slug=slug,
        provider=PROVIDER,
        vendor=vendor,
        usd_per_million_prompt_tokens=Decimal(prompt),
        usd_per_million_completion_tokens=Decimal(completion),
    )


def _as_options(options: Mapping[str, str | Path]) -> list[str]:
    return [word for name, value in options.items() for word in (f"--{name}", str(value))]
