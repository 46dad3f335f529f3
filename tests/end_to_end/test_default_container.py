"""The demo inside a Docker container with the engine's default options: no engine in there, and no user namespaces."""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path

import pytest

from sandbox import IMAGE, ensure_image
from sandbox.engine import connect

pytestmark = [pytest.mark.end_to_end, pytest.mark.docker, pytest.mark.timeout(420)]

ROOT = Path(__file__).parents[2]
#: The index, mirror and proxy that this machine is configured for, and nothing else of its environment.
PASSED_ON = ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY")
CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
SET_UP = "apt-get -qq update && apt-get -qq install --yes --no-install-recommends make >/dev/null 2>&1"


def tree() -> bytes:
    """What git tracks or would track, as it is on the disk now."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True).stdout.split(b"\0")
    there = b"\0".join(name for name in names if name and (ROOT / os.fsdecode(name)).exists())
    packing = ["tar", "--null", "--files-from", "-", "-cf", "-"]
    return subprocess.run(packing, cwd=ROOT, input=there, capture_output=True, check=True).stdout


def test_the_demo_goes_on_where_no_sandbox_runs_with_the_banks_own_answers_alone() -> None:
    # The sandbox's image is Debian with Python, from packages: all else is fetched inside.
    with contextlib.closing(connect()) as client:
        ensure_image(client)
    command = ["docker", "run", "--rm", "--interactive", "--user", "0", "--workdir", "/root"]
    for name in PASSED_ON:
        command += ["--env", name] if name in os.environ else []
    trusted = os.environ.get("SSL_CERT_FILE", CA_BUNDLE)
    command += ["--volume", f"{trusted}:{CA_BUNDLE}:ro"] if Path(trusted).exists() else []
    inside = f"tar -xf - && {SET_UP} && exec make demo </dev/null"

    done = subprocess.run([*command, IMAGE, "sh", "-ec", inside], input=tree(), capture_output=True, check=False)

    said = done.stdout.decode() + done.stderr.decode()
    assert done.returncode == 0, said
    assert "sandbox  none: docker (no socket at /var/run/docker.sock), bubblewrap (" in said
    assert "Programs written by models will not run here. Install Docker:" in said
    assert "only programs that are byte for byte this bank's own reference or wrong answers are run" in said
    assert "Run #" in said
    print(said)
