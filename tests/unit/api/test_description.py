"""The OpenAPI description: whoever reads only it can use every route and understand every error."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.problems import MEDIA_TYPE

Description = dict[str, Any]


@pytest.fixture
def description(api: TestClient) -> Description:
    found = api.get("/openapi.json").json()
    assert isinstance(found, dict)
    return found


def operations(description: Description) -> dict[str, Any]:
    return {
        f"{method} {path}": operation
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    }


def test_every_route_says_what_it_does(description: Description) -> None:
    silent = [
        name
        for name, operation in operations(description).items()
        if not (operation.get("summary") and operation.get("description"))
    ]

    assert silent == []


def test_every_error_is_described_as_a_problem_document(description: Description) -> None:
    for name, operation in operations(description).items():
        for status, response in operation["responses"].items():
            if status >= "400":
                assert list(response["content"]) == [MEDIA_TYPE], (name, status)
    assert "Problem" in description["components"]["schemas"]
    assert "HTTPValidationError" not in description["components"]["schemas"]


def test_every_route_that_reads_the_database_may_say_that_it_is_away(description: Description) -> None:
    missing = [name for name, found in operations(description).items() if "503" not in found["responses"]]

    assert missing == ["get /healthz"]


def test_every_reference_in_the_description_is_defined(description: Description) -> None:
    schemas = description["components"]["schemas"]

    def names(part: object) -> set[str]:
        if isinstance(part, dict):
            own = {part["$ref"].rpartition("/")[2]} if isinstance(part.get("$ref"), str) else set()
            return own.union(*map(names, part.values()))
        return set().union(*map(names, part)) if isinstance(part, list) else set()

    assert names(description) <= schemas.keys()
