"""Every example in a docstring is true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import api
import deploy
import sandbox
import worker
import yzindex

#: Modules that do something when imported.
NOT_IMPORTED = ("__main__", "migrations.env", "migrations.versions")


def modules() -> list[str]:
    found = [
        module.name
        for package in (yzindex, sandbox, worker, api, deploy)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]
    return [name for name in found if not any(part in name for part in NOT_IMPORTED)]


@pytest.mark.parametrize("name", modules())
def test_the_examples_of_a_module_are_true(name: str) -> None:
    results = doctest.testmod(importlib.import_module(name))

    assert results.failed == 0
