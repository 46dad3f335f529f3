"""Where no engine answers."""

from __future__ import annotations

import gc
import warnings

import pytest

from sandbox import DockerSandbox, SandboxUnavailable


def test_an_absent_engine_is_our_trouble_and_says_what_to_do(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # docker forgets a socket that could not connect
        with pytest.raises(SandboxUnavailable, match=r"no container engine answers .*is Docker running") as raised:
            DockerSandbox(docker_host=f"unix://{tmp_path}/no.sock")
        del raised
        gc.collect()
