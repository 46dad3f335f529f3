"""Hostile and careless requests: each is told in a short problem document what to do, and nothing is written."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from tests.rows import FLEET, small_bank
from tests.unit.api.conftest import NotingBroker
from tests.unit.api.test_problems import problem, rows
from yzindex.bank.files import Bank
from yzindex.fleet import MAX_MODELS, Fleet, Model
from yzindex.ordering import MAX_ANSWERS, MAX_QUESTIONS
from yzindex.records.database import Database
from yzindex.records.migrating import migrate
from yzindex.settings import Settings

JSON = {"content-type": "application/json"}
each_order = pytest.mark.parametrize("address", ["/v1/runs", "/v1/estimates"])
#: A problem document is for people: this is more than a screen of it.
READABLE_BYTES = 3_000


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data_dir=tmp_path_factory.mktemp("api"))


@pytest.fixture(scope="module")
def database(settings: Settings) -> Iterator[Database]:
    """One for all tests here, of which none may write."""
    database = Database(settings.database_address)
    migrate(database)
    yield database
    database.close()


@pytest.fixture(scope="module")
def broker() -> NotingBroker:
    return NotingBroker()


@pytest.fixture(scope="module")
def api(settings: Settings, database: Database, broker: NotingBroker) -> Iterator[TestClient]:
    app = create_app(settings, bank=small_bank(), fleet=FLEET, broker=broker)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(autouse=True)
def _nothing_is_written(database: Database, broker: NotingBroker) -> Iterator[None]:
    yield
    assert rows(database) == 0
    assert broker.dispatched == []


@each_order
@pytest.mark.parametrize(
    ("models", "name", "says"),
    [
        ([f"none-{n}" for n in range(1_000)], "invalid-order", "none-9 and 990 more; known models are sim/agate"),
        ([f"sim/agat{n}" for n in range(1_000)], "invalid-order", "and 990 more; did you mean sim/agate?"),
        (["sim/agate"] * 1_000, "invalid-order", "named twice: sim/agate"),
        ([f"twice-{n // 2}" for n in range(1_000)], "invalid-order", "twice-9 and 490 more; name each model once"),
        (["sim/agate"] * 1_001, "invalid-request", "at most 1000 items"),
        ([f"none-{n}" for n in range(50_000)], "invalid-request", "at most 1000 items"),
        (["x" * 900_000], "invalid-request", "at most 128 characters"),
        ([7] * 1_000, "invalid-request", "and 990 more"),
        (["\ud800"], "invalid-request", "unable to parse raw data as a unicode string"),
        (["\x00\x1b[31m"], "invalid-order", "unknown: \\x00\\x1b[31m"),
        ([["sim/agate"]], "invalid-request", "valid string"),
        ({"sim/agate": 1}, "invalid-request", "valid list"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_any_number_of_wrong_models_gives_a_readable_problem(
    api: TestClient, address: str, models: object, name: str, says: str
) -> None:
    response = api.post(address, content=json.dumps({"models": models}), headers=JSON)

    found = problem(response, 422, name)
    assert says in "\n".join(fault.reason for fault in found.errors)
    assert len(response.content) < READABLE_BYTES


@each_order
@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"seed": 1, "seed": 2}', "key 'seed' stands twice"),
        (b'{"seed": NaN}', "NaN is not JSON"),
        (b'{"seed": -Infinity}', "-Infinity is not JSON"),
        (b'{"seed": 1%s}' % (b"0" * 5_000), "a number has 5001 digits"),
        (b"{} {}", "Extra data"),
        (b"{", "not JSON"),
        (b" ", "not JSON"),
        (b'\xef\xbb\xbf{"seed": 1}', "BOM"),
        (b'{"kind": "\xff"}', "not UTF-8 from byte 10 on"),
        ("{}".encode("utf-16"), "not UTF-8"),
        (b"\x1f\x8b\x08", "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_body_that_is_not_strict_json_says_where_it_stops_being_it(
    api: TestClient, address: str, body: bytes, says: str
) -> None:
    response = api.post(address, content=body, headers=JSON)

    assert says in problem(response, 400, "bad-request").detail
    assert len(response.content) < READABLE_BYTES


@each_order
@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"seed": 1%s}' % (b"0" * 400), "body.seed"),
        (b'{"seed": 1e400}', "body.seed"),
        (b'{"seed": {"a": 1}}', "body.seed"),
        (b'{"kind": null}', "body.kind"),
        (b'{"kind": {"a": 1}}', "body.kind"),
        (b'{"models": %s}' % (b"[" * 500 + b"]" * 500), "body.models.0"),
        (b'{"\\u001b[31m": 1}', "body.\\x1b[31m"),
        (b'{"\\ud800": 1}', "body"),
        (b'"text"', "body"),
        (b"null", "body"),
        (b"7", "body"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_value_of_the_wrong_type_is_told_by_its_field(api: TestClient, address: str, body: bytes, field: str) -> None:
    found = problem(api.post(address, content=body, headers=JSON), 422, "invalid-request")

    assert found.errors[0].field == field


@each_order
def test_thousands_of_unknown_fields_or_a_very_long_one_give_a_readable_problem(api: TestClient, address: str) -> None:
    for body in ({f"field-{n}": 1 for n in range(10_000)}, {"k" * 900_000: 1}):
        response = api.post(address, json=body)

        assert problem(response, 422, "invalid-request").errors
        assert len(response.content) < READABLE_BYTES


@pytest.mark.parametrize("key", ["", " ", "k" * 256, "a\x01b", "a\x7fb", "ä", "\xff"])
def test_a_key_that_is_none_is_refused_and_told_what_a_key_is(api: TestClient, key: str) -> None:
    response = api.post("/v1/runs", json={}, headers=[(b"idempotency-key", key.encode("latin-1"))])

    (fault,) = problem(response, 422, "invalid-request").errors
    assert fault.field == "header.Idempotency-Key"
    assert fault.reason.endswith("a key has 1 to 255 printable ASCII characters, and no blank at its ends")


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/v1/runs?limt=5", "query.limt"),
        ("/v1/runs?limit=5&limit=6", "query.limit"),
        ("/v1/runs?limit=0", "query.limit"),
        ("/v1/runs?limit=101", "query.limit"),
        ("/v1/runs?limit=ten", "query.limit"),
        ("/v1/runs?limit=", "query.limit"),
        ("/v1/runs?limit=1" + "0" * 400, "query.limit"),
        ("/v1/runs?cursor=-1", "query.cursor"),
        ("/v1/runs?cursor=%ff%00", "query.cursor"),
        ("/v1/runs?%1b[31m=1", "query.\\x1b[31m"),
        ("/v1/runs/1?full=1", "query.full"),
        ("/v1/runs/1/raw?answer=0", "query.answer"),
        ("/v1/runs/1/raw?limit=501", "query.limit"),
        ("/v1/runs/1/raw?cursor=1e3", "query.cursor"),
        ("/v1/runs/1/raw?Answer=1", "query.Answer"),
        ("/v1/board?limit=1", "query.limit"),
        ("/v1/runs/%ff", "path.number"),
        ("/v1/runs/1" + "0" * 5_000, "path.number"),
    ],
    ids=lambda value: value[:30],
)
def test_a_parameter_that_is_unknown_given_twice_or_out_of_bounds_is_told_by_its_name(
    api: TestClient, address: str, field: str
) -> None:
    response = api.get(address)

    assert problem(response, 422, "invalid-request").errors[0].field == field
    assert len(response.content) < READABLE_BYTES


@pytest.mark.parametrize("number", ["1" + "0" * 4_000, "-1" + "0" * 4_000])
def test_a_run_of_a_number_beyond_all_bounds_is_not_found_in_few_words(api: TestClient, number: str) -> None:
    response = api.get(f"/v1/runs/{number}")

    problem(response, 404, "unknown-run")
    assert len(response.content) < READABLE_BYTES


def test_a_long_address_is_repeated_only_in_part(api: TestClient) -> None:
    response = api.get("/" + "a" * 60_000)

    assert problem(response, 404, "not-found").instance == "/" + "a" * 199


@pytest.mark.parametrize(
    ("address", "methods"),
    [
        ("/v1/runs", "GET, POST, HEAD, OPTIONS"),
        ("/v1/estimates", "POST, OPTIONS"),
        ("/v1/runs/1", "GET, DELETE, HEAD, OPTIONS"),
        ("/healthz", "GET, HEAD, OPTIONS"),
    ],
)
def test_an_address_tells_all_its_methods(api: TestClient, address: str, methods: str) -> None:
    asked, refused = api.options(address), api.request("BREW", address)

    assert (asked.status_code, asked.headers["allow"], asked.content) == (204, methods, b"")
    problem(refused, 405, "method-not-allowed")
    assert refused.headers["allow"] == methods


def test_head_is_get_without_a_body(api: TestClient) -> None:
    for address in ("/v1/runs", "/v1/board", "/v1/runs/7", "/nowhere"):
        got, head = api.get(address), api.head(address)

        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers["content-type"] == got.headers["content-type"]
        assert head.headers["content-length"] == str(len(got.content))


def test_an_address_that_is_nowhere_has_no_methods(api: TestClient) -> None:
    problem(api.options("/nowhere"), 404, "not-found")


class TestLimits:
    """What a large fleet and a large bank may ask for."""

    @pytest.fixture
    def fleet(self) -> Fleet:
        models = (Model(slug=f"sim/m{n}", provider="sim", vendor="sim") for n in range(MAX_MODELS))
        return Fleet(providers=FLEET.providers, models=tuple(models))

    def test_a_bank_too_large_for_one_chord_is_refused(self, settings: Settings) -> None:
        question = small_bank().questions[0]
        bank = Bank(
            version="large",
            questions=tuple(question.model_copy(update={"id": f"q-{n}"}) for n in range(MAX_QUESTIONS + 1)),
        )
        app = create_app(settings, bank=bank, fleet=FLEET, broker=NotingBroker())

        with TestClient(app, raise_server_exceptions=False) as api:
            found = problem(api.post("/v1/runs", json={"kind": "full"}), 422, "invalid-order")

        assert f"a run asks at most {MAX_QUESTIONS}" in found.detail

    def test_a_run_of_too_many_answers_says_how_many_models_it_may_have(self, settings: Settings, fleet: Fleet) -> None:
        question = small_bank().questions[0]
        bank = Bank(version="large", questions=tuple(question.model_copy(update={"id": f"q-{n}"}) for n in range(200)))
        app = create_app(settings, bank=bank, fleet=fleet, broker=NotingBroker())

        with TestClient(app, raise_server_exceptions=False) as api:
            found = problem(api.post("/v1/runs", json={"kind": "full"}), 422, "invalid-order")

        assert f"more than {MAX_ANSWERS} answers; name at most 500 models" in found.detail
