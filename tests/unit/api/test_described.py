"""What the OpenAPI description says is what the API does: generated requests, right and wrong, against every route."""

from __future__ import annotations

from typing import Any

import hypothesis
import pytest
import schemathesis
from fastapi import FastAPI
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from schemathesis.specs.openapi.schemas import OpenApiSchema
from starlette.testclient import TestClient

from api.problems import MEDIA_TYPE, Problem
from tests.unit.api.test_problems import rows
from yzindex.records.database import Database

#: For each route and mode; more find more, and each is a request and all its checks.
EXAMPLES = 10

bounded = hypothesis.settings(
    max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck)
)


@pytest.fixture
def described(app: FastAPI, api: TestClient) -> OpenApiSchema:
    api.post("/v1/runs", json={"seed": 1})
    # Whoever follows a run that is never asked would wait for ever.
    app.state.services.stopping.set()
    return schemathesis.openapi.from_asgi("/openapi.json", app)


@pytest.mark.parametrize("mode", GenerationMode)
def test_no_request_gets_an_answer_that_is_not_described(
    described: OpenApiSchema, api: TestClient, database: Database, mode: GenerationMode
) -> None:
    found = [each.ok() for each in described.get_all_operations() if isinstance(each, Ok)]
    # A route that takes nothing cannot be asked wrongly.
    operations = [each for each in found if mode.is_positive or [*each.iter_parameters(), *each.body]]

    for operation in operations:

        @hypothesis.seed(116)
        @bounded
        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        def answers_as_described(case: schemathesis.Case[Any]) -> None:
            before = rows(database)

            response = case.call(session=api)  # type: ignore[arg-type]  # a session of this process

            # What is well formed may still name a model that is not there, which no description says.
            case.validate_response(response, excluded_checks=[positive_data_acceptance])
            if response.status_code >= 400:
                assert response.headers["content-type"] == [MEDIA_TYPE]
                assert Problem.model_validate_json(response.content).do
                assert rows(database) == before

        answers_as_described()

    assert len(found) >= 8
    assert len(operations) >= 5
