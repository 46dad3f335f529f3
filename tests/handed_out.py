"""Data of others that is handed out beside the project; the project does not come with it, and needs none of it."""

from __future__ import annotations

from pathlib import Path

import pytest

_FOLDERS = [parent / "shared" / "data" for parent in Path(__file__).resolve().parents]


def handed_out(name: str) -> Path:
    """Where a file lies; beside the project even if it is not there."""
    return next((folder / name for folder in _FOLDERS if (folder / name).is_file()), _FOLDERS[1] / name)


def needs(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(
        not handed_out(name).is_file(),
        reason=f"{name}: not in shared/data of a folder above the project; it is handed out beside it",
    )
