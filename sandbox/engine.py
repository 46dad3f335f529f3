"""The Docker engine: reach it, translate its troubles, remove what dead owners left behind."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import docker
from docker import APIClient
from docker.errors import APIError, DockerException, ImageNotFound, NotFound

from sandbox import owner
from sandbox.errors import SandboxUnavailable

_log = logging.getLogger(__name__)
#: A call to a healthy engine takes milliseconds; under a heavy load it takes seconds.
CALL_TIMEOUT_S = 60
REAP_WITHIN_S = 60.0
REMOVE_TRIES = 5
REMOVE_AGAIN_AFTER_S = 0.2


@contextmanager
def engine_trouble(doing: str) -> Iterator[None]:
    """Turn every failure of the engine or of the way to it into `SandboxUnavailable`."""
    try:
        yield
    except ImageNotFound as error:
        raise SandboxUnavailable(
            f"{doing}: the engine has no such image; build it with `python -m sandbox.image build`"
        ) from error
    except APIError as error:
        raise SandboxUnavailable(f"{doing}: the container engine refused: {error.explanation or error}") from error
    except (DockerException, OSError) as error:
        raise SandboxUnavailable(
            f"{doing}: no container engine answers ({_root_of(error)}); is Docker running, may this user reach its "
            "socket, is DOCKER_HOST right?"
        ) from error


def _root_of(error: BaseException) -> str:
    """The words of the operating system below what the client library and its layers made of them."""
    while below := error.__cause__ or error.__context__:
        error = below
    return getattr(error, "strerror", None) or str(error)


def connect(docker_host: str | None = None) -> APIClient:
    """Connect to `docker_host`, or else to where the environment points (DOCKER_HOST and its TLS settings)."""
    with engine_trouble("connecting"):
        if docker_host:
            return APIClient(base_url=docker_host, version="auto", timeout=CALL_TIMEOUT_S)
        return docker.from_env(version="auto", timeout=CALL_TIMEOUT_S).api


def reap(client: APIClient) -> int:
    """Remove the sandbox containers that nobody else will; say how many. Safe to do at any time, by anyone.

    One that the engine does not remove is left for the next time, and so are all after `REAP_WITHIN_S`.
    """
    removed, deadline = 0, time.monotonic() + REAP_WITHIN_S
    with engine_trouble("looking for abandoned containers"):
        found = client.containers(all=True, filters={"label": owner.LABEL})
    for container in found:
        if owner.is_abandoned(container["Labels"]) and time.monotonic() < deadline:
            try:
                remove(client, container["Id"])
                removed += 1
            except SandboxUnavailable as trouble:
                _log.warning("an abandoned container could not be removed: %s", str(trouble))
    return removed


def remove(client: APIClient, container_id: str) -> None:
    """Kill and remove a container. That it is gone, or being removed by another, is fine."""
    with engine_trouble("removing a container"):
        for tries_left in reversed(range(REMOVE_TRIES)):
            try:
                client.remove_container(container_id, force=True, v=True)
                return
            except NotFound:
                return
            except APIError as error:
                if error.status_code == HTTPStatus.CONFLICT:
                    return
                # One that ends by itself while it is being killed: the engine refuses, and a moment later it would not.
                if not tries_left:
                    raise
                time.sleep(REMOVE_AGAIN_AFTER_S)
