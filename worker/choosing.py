"""Which sandbox runs programs here: the first of those that the settings allow that is ready."""

from collections.abc import Callable, Mapping

from sandbox import BubblewrapSandbox, DockerSandbox, Sandbox, SandboxUnavailable
from yzindex.settings import SandboxChoice, Settings

DOCKER_INSTALL = "https://docs.docker.com/engine/install/"


class NoSandbox(SandboxUnavailable):
    """None of those that the settings allow runs here. `reasons` says why, by name."""

    def __init__(self, reasons: Mapping[SandboxChoice, str]) -> None:
        self.reasons = reasons
        each = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
        super().__init__(f"no sandbox runs here ({each}); install Docker: {DOCKER_INSTALL}")


def allowed(settings: Settings) -> tuple[SandboxChoice, ...]:
    """Those that the settings allow, in the order in which they are tried."""
    if settings.sandbox is SandboxChoice.AUTO:
        return SandboxChoice.DOCKER, SandboxChoice.BUBBLEWRAP
    return (settings.sandbox,)


def open_sandbox(settings: Settings, *, pool_size: int = 0) -> Sandbox:
    """Open the first that is ready; raise `NoSandbox`. Never one without walls.

    `pool_size`: containers, or what takes their place, that wait for programs.
    """
    reasons = {}
    for name in allowed(settings):
        try:
            return _OPEN[name](settings, pool_size)
        except SandboxUnavailable as error:
            reasons[name] = str(error)
    raise NoSandbox(reasons)


def _docker(settings: Settings, pool_size: int) -> Sandbox:
    sandbox = DockerSandbox(image=settings.sandbox_image, runtime=settings.sandbox_runtime, pool_size=pool_size)
    try:
        sandbox.require_image()
    except SandboxUnavailable:
        sandbox.close()
        raise
    return sandbox


def _bubblewrap(_: Settings, pool_size: int) -> Sandbox:
    return BubblewrapSandbox(pool_size=pool_size)


_OPEN: Mapping[SandboxChoice, Callable[[Settings, int], Sandbox]] = {
    SandboxChoice.DOCKER: _docker,
    SandboxChoice.BUBBLEWRAP: _bubblewrap,
}
