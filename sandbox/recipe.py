"""The image that programs run in: Debian with its Python. Its tag carries a hash of the recipe, so none is ever stale.

python -m sandbox.image build [--if-missing] [--tag TAG]
"""

import hashlib
import io
import shutil
import subprocess
from importlib.resources import files

from docker import APIClient
from docker.errors import APIError, ImageNotFound

from sandbox.engine import engine_trouble
from sandbox.errors import SandboxUnavailable

DOCKERFILE = files("sandbox").joinpath("Dockerfile").read_bytes()
BASE = "debian:bookworm-slim"
#: The same from Debian packages, for where no registry answers.
MMDEBSTRAP = ("mmdebstrap", "--variant=minbase", "--include=python3", "bookworm", "-")
IMAGE = "yz-sandbox:" + hashlib.sha256(DOCKERFILE + repr(MMDEBSTRAP).encode()).hexdigest()[:12]


def ensure_image(client: APIClient, tag: str = IMAGE) -> str:
    """Build the image unless it is there (first time: up to a minute); say its tag. Raises `SandboxUnavailable`."""
    with engine_trouble("looking for the sandbox image"):
        try:
            client.inspect_image(tag)
        except ImageNotFound:
            build(client, tag)
    return tag


def build(client: APIClient, tag: str = IMAGE) -> None:
    """Build from the Dockerfile if its base image can be had, else from Debian packages."""
    refusal = _build_from_dockerfile(client, tag)
    if refusal:
        _import_from_packages(client, tag, refusal)


def _build_from_dockerfile(client: APIClient, tag: str) -> str | None:
    """Build, or say why that cannot be done here."""
    with engine_trouble("building the sandbox image"):
        try:
            client.inspect_image(BASE)
        except ImageNotFound:
            try:
                client.pull(BASE)
            except APIError as error:
                return f"no registry has {BASE}: {error.explanation or error}"
        for step in client.build(fileobj=io.BytesIO(DOCKERFILE), tag=tag, rm=True, decode=True):
            if "error" in step:
                return f"the Dockerfile does not build here: {step['error']}"
    return None


def _import_from_packages(client: APIClient, tag: str, refusal: str) -> None:
    if shutil.which(MMDEBSTRAP[0]) is None:
        raise SandboxUnavailable(
            f"the sandbox image cannot be built: {refusal}; and mmdebstrap is not installed, "
            "which builds it from Debian packages: apt-get install mmdebstrap"
        )
    with engine_trouble("importing the sandbox image"):
        packages = subprocess.run(MMDEBSTRAP, capture_output=True, check=False)
        if packages.returncode:
            last_words = packages.stderr.decode("utf-8", "replace").strip()[-500:]
            raise SandboxUnavailable(f"mmdebstrap ended with status {packages.returncode}: {last_words}")
        repository, _, version = tag.rpartition(":")
        client.import_image_from_data(packages.stdout, repository=repository, tag=version)
