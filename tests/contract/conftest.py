"""What several files on bubblewrap share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.bwrap.box import Box, boxes_left


@pytest.fixture
def boxes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The ids of all boxes of a test, none of which may be left at its end."""
    ids: list[str] = []
    confine = Box.confine

    def noting(self: Box, *args: object) -> None:
        ids.append(self.id)
        confine(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(Box, "confine", noting)
    yield ids
    assert ids
    assert boxes_left(frozenset(ids)) == 0
