"""The stack's children and how each is run: the web API, a Celery worker per kind of work, beat and Flower."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from deploy.child import Child, Recipe
from deploy.environment import Trust, child_environment
from deploy.readiness import answering, beating, listening
from deploy.state_folder import StateFolder
from yzindex.fleet import Fleet
from yzindex.settings import Settings

#: Flower shows everything and can stop workers: it is for this machine only, and asks nobody who they are.
FLOWER_HOST = "127.0.0.1"
_CELERY = ("celery", "-A", "worker.app")
_CONTROL_PROCESSES = 2
#: A worker that is told to end finishes what it has begun, for so long; what is cut off is done again later.
_WARM_SHUTDOWN_S = 15.0


@dataclass(frozen=True, kw_only=True)
class Crew:
    """Makes the recipes: `own` is our environment, of which each child gets its part."""

    folder: StateFolder
    settings: Settings
    fleet: Fleet
    own: Mapping[str, str]

    def environment(self, trust: Trust = Trust.PLAIN) -> dict[str, str]:
        return child_environment(self.own, self.settings, self.fleet, trust)

    def api(self) -> Recipe:
        return self._recipe("api", ("api",), is_ready=listening)

    def workers(self) -> list[Recipe]:
        """One worker per kind of work, each trusted with no more than it needs."""
        settings = self.settings
        models = ",".join(f"models.{provider.name}" for provider in self.fleet.providers)
        keys, engine = Trust.PROVIDER_KEYS, Trust.CONTAINER_ENGINE
        return [
            self._worker("models", models, "threads", settings.model_concurrency, keys),
            self._worker("judge", "judge", "threads", settings.judge_concurrency, keys),
            self._worker("sandbox", "sandbox", "prefork", settings.sandbox_concurrency, engine),
            self._worker("control", "control", "prefork", _CONTROL_PROCESSES, Trust.PLAIN),
        ]

    def beat(self) -> Recipe:
        schedule = self.folder.beat_schedule
        return self._beating("beat", (*_CELERY, "beat", "-s", str(schedule), "--pidfile=", "-l", "INFO"))

    def flower(self) -> Recipe:
        port = self.settings.flower_port
        return self._recipe(
            "flower",
            (*_CELERY, "flower", f"--address={FLOWER_HOST}", f"--port={port}"),
            is_ready=answering(FLOWER_HOST, port, "/healthcheck"),
            # Without it Flower's API answers 401.
            variables={"FLOWER_UNAUTHENTICATED_API": "true"},
        )

    def _worker(self, name: str, queues: str, pool: str, concurrency: int, trust: Trust) -> Recipe:
        options = ("-n", f"{name}@%h", "-Q", queues, "-P", pool, "-c", str(concurrency), "-l", "INFO", "-E")
        recipe = self._beating(name, (*_CELERY, "worker", *options, "--without-gossip", "--without-mingle"), trust)
        return replace(recipe, stop_s=_WARM_SHUTDOWN_S)

    def _beating(self, name: str, module: tuple[str, ...], trust: Trust = Trust.PLAIN) -> Recipe:
        """A child that touches a file while it is alive."""
        heartbeat = self.folder.heartbeat(name)
        recipe = self._recipe(
            name, module, is_ready=beating, trust=trust, variables={"YZ_HEARTBEAT_FILE": str(heartbeat)}
        )
        return replace(recipe, heartbeat=heartbeat)

    def _recipe(
        self,
        name: str,
        module: tuple[str, ...],
        *,
        is_ready: Callable[[Child], bool],
        trust: Trust = Trust.PLAIN,
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> Recipe:
        return Recipe(
            name=name,
            # -P and the folder keep whatever lies where `yz up` was typed from being imported.
            argv=(sys.executable, "-P", "-m", *module),
            environment={**self.environment(trust), **variables},
            folder=self.folder.root,
            log=self.folder.log(name),
            is_ready=is_ready,
        )
