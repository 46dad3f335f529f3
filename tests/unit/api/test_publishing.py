"""The one message to the broker: never waits long, never raises for a broker that is away."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from api.publishing import Publisher
from yzindex.settings import Settings


@pytest.fixture(params=["refused", "silent", "no socket"])
def away(request: pytest.FixtureRequest, tmp_path: Path):
    """The address of a broker that is not there, in three ways."""
    if request.param == "no socket":
        yield f"redis+socket://{tmp_path}/none.sock"
        return
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        if request.param == "silent":
            yield address
    if request.param == "refused":
        yield address


@pytest.mark.timeout(30)
def test_a_broker_that_is_away_is_told_and_not_waited_for(away: str, tmp_path: Path) -> None:
    publisher = Publisher(Settings(data_dir=tmp_path, redis_url=away))

    sent = publisher.dispatch(1)

    assert sent is False
    assert publisher.broker_trouble()
    publisher.close()
