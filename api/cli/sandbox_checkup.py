"""What `yz doctor` finds of the sandboxes: each that the settings allow, and which of them is in use."""

from collections.abc import Callable, Iterator, Mapping

import docker
from docker.errors import DockerException, ImageNotFound

from api.cli.finding import Finding, trouble
from sandbox import IMAGE, BubblewrapSandbox, SandboxUnavailable
from worker.choosing import DOCKER_INSTALL, allowed
from yzindex.settings import SandboxChoice, Settings

_TIMEOUT_S = 5


def sandbox_findings(settings: Settings) -> Iterator[Finding]:
    """Look at each; one that does not run is trouble only if no other does."""
    found = {name: list(_LOOK[name](settings)) for name in allowed(settings)}
    used = next((name for name, findings in found.items() if all(each.ok for each in findings)), None)
    for findings in found.values():
        for each in findings:
            yield each if used is None else _harmless(each, used)
    if used is not None:
        yield Finding(part="sandbox", ok=True, found=f"{used} is in use")
    else:
        yield trouble("sandbox", f"none of {', '.join(found)} runs here: {_without(settings)}", "see above")


def _harmless(finding: Finding, used: SandboxChoice) -> Finding:
    if finding.ok:
        return finding
    return Finding(part=finding.part, ok=True, found=f"{finding.found}; not needed, {used} runs")


def _without(settings: Settings) -> str:
    if settings.sandbox is SandboxChoice.AUTO:
        return "of programs, only the installed bank's own answers are run"
    return "execution questions stay unscored"


def _docker(settings: Settings) -> Iterator[Finding]:
    image = settings.sandbox_image or IMAGE
    try:
        client = docker.from_env(timeout=_TIMEOUT_S)
    except DockerException as error:
        yield trouble(
            "docker",
            f"no engine answers: {error}",
            f"install and start Docker ({DOCKER_INSTALL}), or let this user reach its socket",
        )
        return
    try:
        yield Finding(part="docker", ok=True, found=f"engine {client.version()['Version']}")
        client.images.get(image)
        yield Finding(part="image", ok=True, found=image)
    except ImageNotFound:
        yield trouble("image", f"{image}: not built", "python -m sandbox.image build")
    except DockerException as error:
        yield trouble("docker", f"the engine does not answer: {error}", "restart Docker")
    finally:
        client.close()


def _bubblewrap(_: Settings) -> Iterator[Finding]:
    try:
        sandbox = BubblewrapSandbox()
    except SandboxUnavailable as error:
        yield trouble("bubblewrap", str(error), "mend what it names, or use Docker")
        return
    yield Finding(part="bubblewrap", ok=True, found=f"{sandbox.engine}, programs run on {sandbox.python}")


_LOOK: Mapping[SandboxChoice, Callable[[Settings], Iterator[Finding]]] = {
    SandboxChoice.DOCKER: _docker,
    SandboxChoice.BUBBLEWRAP: _bubblewrap,
}
