"""Values there and back: what was read is sent as it came, and what a caller gives is sent, or refused by its name."""

import copy
import json
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from importlib import import_module
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import httpx
import pytest

from afresh import APIError, AsyncClient, Client, InvalidArgument, MemoryStore, NotFound, SDKError
from afresh._calls.calling import AsyncCaller, Connection, SyncCaller
from afresh._calls.options import Options
from made import importable, make
from places import FIXTURES
from servers.canned import Answer, Asked, Server, answering

DESCRIPTION = (FIXTURES / "values.yaml").read_text(encoding="utf-8")
ID = "6f1c0e3a-9a53-4f7e-8c7e-2b1f5a0d9c11"
NAIVE = "2024-01-01T10:00:00"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the folder with the package, which can be imported meanwhile."""
    folder = tmp_path_factory.mktemp("values")
    make(DESCRIPTION, folder, package="values_api")
    with importable(folder), pytest.MonkeyPatch.context() as patch:
        # The layer knows the package that it was delivered with: here this one takes its place.
        patch.setattr("afresh._calls.building.InvalidValue", import_module("values_api.errors").InvalidValue)
        patch.setattr("afresh._calls.building.BaseModel", import_module("values_api.base_model").BaseModel)
        patch.setattr("afresh._calls.building.File", import_module("values_api.types").File)
        patch.setattr("afresh._calls.building.json_bytes", import_module("values_api.styles").json_bytes)
        yield folder


@pytest.fixture(scope="module")
def models(folder: Path) -> Any:
    assert folder.exists()
    return import_module("values_api.models")


@pytest.fixture(scope="module")
def types(folder: Path) -> Any:
    assert folder.exists()
    return import_module("values_api.types")


class Api:
    """The package's methods over the layer, and a server that has each request, and answers with `document`."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.document: Any = {"id": ID, "at": NAIVE}
        self.url = httpx.URL(server.url)
        self.http = httpx.Client()
        caller = SyncCaller(Connection(self.http), self.url, Options(0, headers={"X-Team": "engines"}))
        resources = import_module("values_api.resources").Resources(caller)
        self.t, self.b = resources.t, resources.b

    @property
    def last(self) -> Asked:
        return self.server.asked[-1]

    @property
    def query(self) -> str:
        return unquote(self.last.target.partition("?")[2])


@pytest.fixture
def api(folder: Path) -> Iterator[Api]:
    assert folder.exists()

    def answer(asked: Asked) -> Answer:
        return Answer(200, own.document) if asked.method == "GET" and "/things/" in asked.target else Answer(204)

    with answering(answer) as server:
        own = Api(server)
        with own.http:
            yield own


def there_and_back(api: Api, document: dict[str, Any]) -> Any:
    """Have the server answer a document, send what was read of it, and give what the server got."""
    api.document = document
    api.t.put(id=UUID(ID), name="x", body=api.t.get(id=UUID(ID), name="x"))
    return api.last.json()


EXACT: list[dict[str, Any]] = [
    {"at": NAIVE},
    {"at": "2024-01-01T10:00:00.5"},
    {"at": "2024-01-01T10:00:00.1234567"},
    {"at": "2024-01-01T10:00:00.123456789Z"},
    {"at": "2024-01-01T10:00:00.0000001+02:00"},
    {"at": "20240101T100000.1234567Z"},
    {"at": "2024-01-01 10:00:00"},
    {"at": "2024-01-01"},
    {"at": "2024-01-01T10:00"},
    {"at": "20240101T100000"},
    {"id": ID.upper()},
    {"id": ID.replace("-", "")},
    {"id": f"{{{ID}}}"},
    {"id": f"urn:uuid:{ID}"},
    {"id": "12345678-1234-1234-1234-123456789012"},
    {"until": None},
    {"until": NAIVE},
    {"moments": [NAIVE, "2024-01-01"]},
    {"moments": []},
    {"byday": {"x": NAIVE}},
    {"mixed": NAIVE},
    {"mixed": ID.upper()},
    {"mixed": "d41d8cd98f00b204e9800998ecf8427e"},
    {"mixed": 5},
    {"mixed": {"odd": 1}},
    {"mixed": "anything"},
    {"several": "x"},
    {"several": {"a": 1}},
    {"texts": ["a", 1, None]},
    {"texts": {"a": 1}},
    {"number": 1.0},
    {"number": "5"},
    {"number": 10**30},
    {"ratio": "1.50"},
    {"flag": "true"},
    {"flag": 1},
    {"kind": "learnt since"},
    {"kind": 3},
    {"clock": "10:00"},
    {"span": "P1D"},
    {"bytes": "YWI"},
    {"bytes": "_-8"},
    {"plain": "no list"},
    {"plain": {"a": 1}},
    {"plain": [1, "2", None, [3]]},
    {"free": [None, {"a": [NAIVE]}]},
    {"part": {"tags": None}},
    {"part": {"tags": "x", "gone": None, "new": {"x": [1]}}},
    {"parts": []},
    {"parts": [{"tags": [1], "days": ["2024-01-01"]}]},
    {"unknown": {"a": None}},
    {"free": "\ud83d cut off"},
    {"clock": "\udc00"},
]


@pytest.mark.parametrize("given", EXACT, ids=str)
def test_what_was_read_is_sent_as_it_came(api: Api, given: dict[str, Any]) -> None:
    document = {"id": ID, "at": "2024-01-01T10:00:00+00:00", **given}
    assert there_and_back(api, document) == document


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"at": "2024-01-01T10:00:00Z"}, {"at": "2024-01-01T10:00:00+00:00"}),
        ({"at": "2024-01-01t10:00:00z"}, {"at": "2024-01-01T10:00:00+00:00"}),
        ({"at": "2024-01-01T10:00:00.5Z"}, {"at": "2024-01-01T10:00:00.500000+00:00"}),
        ({"at": "2024-01-01T10:00:00.1234560Z"}, {"at": "2024-01-01T10:00:00.123456+00:00"}),
        ({"at": "20240101T100000+0200"}, {"at": "2024-01-01T10:00:00+02:00"}),
        ({"on": "20240102"}, {"on": "2024-01-02"}),
    ],
)
def test_what_means_the_same_is_sent_in_one_form(api: Api, given: Any, sent: Any) -> None:
    document = {"id": ID, "at": "2024-01-01T10:00:00+00:00"}
    assert there_and_back(api, {**document, **given}) == {**document, **sent}


@pytest.mark.parametrize("field", ["parts", "moments"])
@pytest.mark.parametrize("value", [{}, {"2024-01-01": 1}, "", "2024"])
def test_what_is_no_array_is_not_taken_for_one(models: Any, field: str, value: Any) -> None:
    with pytest.raises(TypeError, match="an array is described, and"):
        models.Thing.from_dict({"id": ID, "at": NAIVE, field: value})


def test_what_was_read_can_be_an_argument(api: Api) -> None:
    api.document = {"id": ID.replace("-", ""), "at": NAIVE}
    thing = api.t.get(id=UUID(ID), name="x")
    api.t.get(id=thing.id, name="y")
    assert api.last.target == f"/things/{ID.replace('-', '')}/y"
    api.t.find(since=thing.at, key=thing.id, x_since=thing.at)
    assert api.query == f"since={NAIVE}&key={ID.replace('-', '')}"
    assert api.last.headers["x-since"] == NAIVE


def test_what_was_read_is_a_value_like_any_other(models: Any) -> None:
    thing = models.Thing.from_dict({"id": ID.upper(), "at": NAIVE})
    assert thing.at == datetime(2024, 1, 1, 10)  # noqa: DTZ001 - as the server says it
    assert (thing.id, hash(thing.id), hash(thing.at)) == (UUID(ID), hash(UUID(ID)), hash(datetime(2024, 1, 1, 10)))  # noqa: DTZ001
    assert (repr(thing.at), repr(thing.id)) == ("datetime.datetime(2024, 1, 1, 10, 0)", f"UUID('{ID}')")
    assert isinstance(thing.at, datetime)
    assert isinstance(thing.id, UUID)


@pytest.mark.parametrize(
    "make_own",
    [
        lambda at: at + timedelta(1),
        lambda at: at - timedelta(1),
        lambda at: at.replace(hour=1),
        lambda at: at.replace(),
        lambda at: datetime.combine(at.date(), at.time()),
        lambda _: datetime(2024, 1, 1),  # noqa: DTZ001 - that is the point
    ],
)
def test_a_moment_without_a_time_zone_of_the_callers_own_is_refused_by_its_name(
    api: Api, models: Any, make_own: Callable[[datetime], datetime]
) -> None:
    api.document = {"id": ID, "at": NAIVE, "moments": [NAIVE]}
    thing = api.t.get(id=UUID(ID), name="x")
    own = make_own(thing.at)
    changes: list[tuple[str, str, Any]] = [
        ("body.at", "at", own),
        ("body.until", "until", own),
        ("body.moments[1]", "moments", [thing.at, own]),
        ("body.mixed", "mixed", own),
    ]
    for place, name, value in changes:
        changed = copy.copy(thing)
        setattr(changed, name, value)
        with pytest.raises(InvalidArgument, match=f"^PUT .*/things/.*`{place}`".replace("[", r"\[")) as caught:
            api.t.put(id=UUID(ID), name="x", body=changed)
        assert caught.value.argument == place
        assert "has no time zone" in str(caught.value)
    with pytest.raises(InvalidArgument, match="`x_since` has no time zone"):
        api.t.find(since=thing.at, x_since=own)
    assert [asked.method for asked in api.server.asked] == ["GET"]
    assert models.Thing(id=UUID(ID), at=thing.at.replace(tzinfo=UTC)).to_dict()["at"] == f"{NAIVE}+00:00"


FIND = ("q", "ids", "only", "days", "since", "on", "key", "flag", "either", "filter_", "whatever", "x_trace")


@pytest.mark.parametrize("name", [*FIND, "x_since", "x_ids", "sid", "crumbs"])
def test_none_for_a_parameter_is_as_if_it_were_left_out(api: Api, name: str) -> None:
    api.t.find()
    api.t.find(**{name: None})
    left_out, given = api.server.asked
    assert given == left_out


@pytest.mark.parametrize("name", ["ids", "limit", "flag", "since", "x_trace"])
def test_none_for_a_parameter_that_httpx_writes_is_as_if_it_were_left_out(api: Api, name: str) -> None:
    api.t.search(q="x", **{name: None})
    assert api.query == "q=x"
    assert "x-trace" not in api.last.headers


def test_null_is_said_where_json_is_written_and_null_is_described(api: Api, models: Any) -> None:
    api.t.find(order=None)
    assert api.query == "order=null"
    api.b.null(None)
    assert api.last.body == b"null"
    api.b.free(None)
    assert api.last.body == b"null"
    api.b.maybe(None)
    assert api.last.body == b""
    api.b.maybe(models.Part(tags=[], gone=None, note=None, free=None))
    assert api.last.json() == {"tags": [], "gone": None, "free": None}


def test_none_for_a_property_is_as_if_it_were_left_out(api: Api, models: Any) -> None:
    part = models.Part(tags=["a"], note=None, days=None)
    assert part == models.Part(tags=["a"])
    assert (part.note, part.days) == (None, None)
    for send in (api.b.form, api.b.maybe):
        send(part)
        assert api.last.body in {b"tags=a", b'{"tags":["a"]}'}


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda api: api.t.search(q=None), "q"),
        (lambda api: api.t.get(id=None, name="x"), "id"),
        (lambda api: api.t.get(id=UUID(ID), name=None), "name"),
        (lambda api: api.t.put(id=UUID(ID), name="x", body=None), "body"),
        (lambda api: api.b.texts(None), "body"),
        (lambda api: api.b.parts(None), "body"),
        (lambda api: api.b.number(None), "body"),
        (lambda api: api.b.note(None), "body"),
        (lambda api: api.b.raw(None), "body"),
        (lambda api: api.b.form(None), "body"),
        (lambda api: api.b.upload(None), "body"),
    ],
)
def test_none_for_what_is_required_is_refused_by_its_name(api: Api, call: Any, argument: str) -> None:
    with pytest.raises(InvalidArgument, match=f"`{argument}` must be .*, not None") as caught:
        call(api)
    assert caught.value.argument == argument
    assert api.server.asked == []


def generator(values: list[Any]) -> Iterator[Any]:
    yield from values


COLLECTIONS: dict[str, Callable[[list[Any]], Any]] = {
    "tuple": tuple,
    "deque": deque,
    "generator": generator,
    "iterator": iter,
    "map": lambda values: map(copy.copy, values),
    "keys": lambda values: dict.fromkeys(values).keys(),
    "values": lambda values: dict(enumerate(values)).values(),
    "frozenset": lambda values: frozenset(values) if len(values) == 1 else tuple(values),
}


@pytest.mark.parametrize("kind", COLLECTIONS)
def test_any_collection_is_a_list(api: Api, models: Any, types: Any, kind: str) -> None:
    made = COLLECTIONS[kind]
    day = date(2024, 1, 2)
    calls: list[Callable[[Callable[[list[Any]], Any]], object]] = [
        lambda of: api.t.find(ids=of([1, 2])),
        lambda of: api.t.find(only=of(["a", "b"])),
        lambda of: api.t.find(days=of([day])),
        lambda of: api.t.find(either=of(["a", "b"])),
        lambda of: api.t.find(whatever=of(["a", "b"])),
        lambda of: api.t.find(x_ids=of([1, 2])),
        lambda of: api.t.find(crumbs=of(["a", "b"])),
        lambda of: api.t.find(filter_=models.Part(tags=of(["a", "b"]))),
        lambda of: api.t.search(q="x", ids=of([1, 2])),
        lambda of: api.b.texts(of(["a", "b"])),
        lambda of: api.b.either(of(["a", "b"])),
        lambda of: api.b.free({"x": [of(["a", "b"])]}),
        lambda of: api.b.form(models.Part(tags=of(["a", "b"]), days=of([day]), free=of(["x", "y"]))),
        lambda of: api.b.maybe(models.Part(tags=of(["a", "b"]), days=of([day]), free={"a": of(["x"])})),
        lambda of: api.t.put(
            id=UUID(ID), name="x", body=models.Thing(id=UUID(ID), at=datetime.now(UTC), texts=of(["a", "b"]))
        ),
    ]
    for call in calls[:-1]:
        call(list)
        call(made)
        of_list, of_other = api.server.asked[-2:]
        assert of_other.headers["x-team"] == "engines"
        assert (of_other.target, of_other.body) == (of_list.target, of_list.body)
        assert of_other.headers == of_list.headers
    calls[-1](made)
    assert api.last.json()["texts"] == ["a", "b"]
    if kind not in {"keys", "frozenset"}:  # which take no models, whose parts change
        api.b.parts(made([models.Part(tags=["a"])]))
        assert api.last.json() == [{"tags": ["a"]}]
    body = models.UploadBody(file=types.File(BytesIO(b"1"), "1"), tags=made(["a", "b"]), free=made(["c"]))
    api.b.upload(body)
    assert [api.last.body.count(f'name="{name}"'.encode()) for name in ("file", "tags", "free")] == [1, 2, 1]


def test_a_set_is_a_list(api: Api) -> None:
    api.t.find(ids={7}, x_ids=frozenset([8]))
    assert (api.query, api.last.headers["x-ids"]) == ("ids[]=7", "8")


def test_what_can_be_read_but_once_is_sent_each_time(api: Api, models: Any) -> None:
    part = models.Part(tags=(tag for tag in "ab"))
    part.days = (date(2024, 1, day) for day in (1, 2))
    for _ in range(2):
        api.b.maybe(part)
        assert api.last.json() == {"tags": ["a", "b"], "days": ["2024-01-01", "2024-01-02"]}


def test_an_iterator_survives_retries(folder: Path) -> None:
    assert folder.exists()
    with answering(lambda _: Answer(503 if len(server.asked) < 3 else 204)) as server, httpx.Client() as http:
        caller = SyncCaller(Connection(http), httpx.URL(server.url), Options(5))
        resources = import_module("values_api.resources").Resources(caller)
        resources.t.find(ids=(number for number in (1, 2)))
    assert {unquote(asked.target) for asked in server.asked} == {"/find?ids[]=1&ids[]=2"}
    assert len(server.asked) == 3


class Colour(Enum):
    RED = "red"


class Text(str, Enum):  # noqa: UP042 - as it was done before there was StrEnum
    RED = "red"


class Word(StrEnum):
    RED = "red"


class Number(IntEnum):
    ONE = 1


def test_values_of_related_types_are_written_as_what_they_stand_for(api: Api, models: Any) -> None:
    api.t.search(q=Text.RED, ids=[Number.ONE, True], limit=Number.ONE, x_trace=Word.RED)
    assert (api.query, api.last.headers["x-trace"]) == ("q=red&ids=1&ids=true&limit=1", "red")
    api.t.find(q=Colour.RED, x_trace=Decimal("1.10"), sid=Number.ONE, on=datetime(2024, 1, 2, 3, tzinfo=UTC))
    assert (api.query, api.last.headers["x-trace"]) == ("q=red&on=2024-01-02", "1.10")
    assert api.last.headers["cookie"] == "sid=1"
    api.t.get(id=ID, name=Colour.RED)
    assert api.last.target == f"/things/{ID}/red"
    api.b.free(
        {"at": datetime(2024, 1, 2, tzinfo=UTC), "id": UUID(ID), "part": models.Part(tags=["a"]), "c": Colour.RED}
    )
    at = {"at": "2024-01-02T00:00:00+00:00", "id": ID}
    assert api.last.json() == {**at, "part": {"tags": ["a"]}, "c": "red"}
    api.b.maybe(models.Part(tags=[], free=MappingProxyType({"day": date(2024, 1, 2)})))
    assert api.last.json() == {"tags": [], "free": {"day": "2024-01-02"}}


def thing(models: Any, **changes: Any) -> Any:
    made = models.Thing(id=UUID(ID), at=datetime(2024, 1, 1, tzinfo=UTC))
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def circle() -> list[Any]:
    round_: list[Any] = []
    round_.append(round_)
    return round_


WRONG: list[tuple[Callable[[Any, Any, Any], object], str | None, str]] = [
    (lambda api, *_: api.t.find(ids="12"), "ids", "must be a list, or another collection, not str"),
    (lambda api, *_: api.t.find(ids=b"12"), "ids", "not bytes"),
    (lambda api, *_: api.t.find(ids={1: 2}), "ids", "not dict"),
    (lambda api, *_: api.t.find(ids=5), "ids", "not int"),
    (lambda api, *_: api.t.search(q="x", ids=[{1}]), "ids[0]", "not set"),
    (lambda api, *_: api.t.search(q="x", ids=iter([1, {1}])), "ids", "not set"),
    (lambda api, *_: api.t.search(q=["x"]), "q", "must be a text, a number or the like, not list"),
    (lambda api, *_: api.t.search(q=b"x"), "q", "not bytes"),
    (lambda api, *_: api.t.search(q=object()), "q", "not object"),
    (lambda api, *_: api.t.search(q="x", limit={"a": 1}), "limit", "not dict"),
    (lambda api, *_: api.t.find(since="2024-01-01"), "since", "must be a datetime.datetime, not str"),
    (lambda api, *_: api.t.find(q="2024-01-01", since="2024-01-01"), "since", "not str"),
    (lambda api, *_: api.t.find(since=date(2024, 1, 1)), "since", "not date"),
    (lambda api, *_: api.t.find(on="2024-01-01"), "on", "must be a datetime.date, not str"),
    (lambda api, *_: api.t.find(days=["2024-01-01"]), "days[0]", "must be a datetime.date, not str"),
    (lambda api, *_: api.t.find(key=5), "key", "must be a UUID, not int"),
    (lambda api, *_: api.t.find(filter_={"tags": []}), "filter_", "must be Part, not dict: make one with"),
    (lambda api, *_: api.t.find(whatever=object()), "whatever", "is of the type object, which JSON does not have"),
    (lambda api, *_: api.t.find(x_trace=["a"]), "x_trace", "not list"),
    (lambda api, *_: api.t.find(x_trace="ä"), "x_trace", "cannot stand in a header"),
    (lambda api, *_: api.t.find(x_trace="a\r\nX-Other: b"), "x_trace", "cannot stand in a header"),
    (lambda api, *_: api.t.find(x_trace=" a"), "x_trace", "no blanks at its ends"),
    (lambda api, *_: api.t.find(sid=["a"]), "sid", "not list"),
    (lambda api, *_: api.t.get(id=UUID(ID), name=".."), "name", "cannot stand in a path"),
    (lambda api, *_: api.t.get(id=UUID(ID), name=["a"]), "name", "not list"),
    (lambda api, *_: api.t.get(id=UUID(ID), name="\ud800"), "name", "cannot be sent: 'utf-8' codec can't encode"),
    (lambda api, *_: api.b.maybe({"tags": []}), "body", "must be a Part, not dict: make one with Part(…)"),
    (lambda api, m, *_: api.b.maybe(thing(m)), "body", "must be a Part, not Thing"),
    (lambda api, *_: api.b.form("x"), "body", "must be a Part, not str"),
    (lambda api, *_: api.b.texts("x"), "body", "must be a list"),
    (lambda api, *_: api.b.parts([{"tags": []}]), "body[0]", "must be list[Part], not dict: make one with its class"),
    (lambda api, *_: api.b.number([1]), "body", "not list"),
    (lambda api, *_: api.b.note({"a": 1}), "body", "not dict"),
    (lambda api, *_: api.b.raw({"a": 1}), "body", "must be a File, bytes, or blocks of them, not dict"),
    (lambda api, *_: api.b.raw(5), "body", "not int"),
    (lambda api, _, t: api.b.raw(t.File(5)), "body", "not int"),
    (lambda api, _, t: api.b.raw(t.File(BytesIO(b""), mime_type="ä")), "body.mime_type", "cannot stand in a header"),
    (lambda api, *_: api.b.free({"a": [object()]}), "body['a'][0]", "is of the type object"),
    (lambda api, *_: api.b.free({"a": {"b": float("nan")}}), "body['a']['b']", "cannot be sent: Out of range float"),
    (lambda api, *_: api.b.free(BytesIO(b"")), "body", "holds no files"),
    (lambda api, *_: api.b.free(circle()), None, "cannot be sent: Circular reference"),
    (lambda api, *_: api.b.free({UUID(ID): 1}), None, "keys must be str"),
    (lambda api, m, t: api.b.maybe(m.Part(tags=[], free=[t.File(BytesIO(b""))])), "body['free'][0]", "holds no files"),
    (lambda api, m, *_: api.b.maybe(m.Part(tags=[], free=float("inf"))), "body['free']", "Out of range float"),
    (lambda api, m, *_: api.t.put(id=ID, name="x", body=thing(m, at=None)), "body.at", "datetime.datetime, not None"),
    (lambda api, m, *_: api.t.put(id=ID, name="x", body=thing(m, at=NAIVE)), "body.at", "not str"),
    (lambda api, m, *_: api.t.put(id=ID, name="x", body=thing(m, id=5)), "body.id", "must be a UUID, not int"),
    (
        lambda api, m, *_: api.t.put(id=ID, name="x", body=thing(m, part={"tags": []})),
        "body.part",
        "must be Part, not dict",
    ),
    (lambda api, m, *_: api.t.put(id=ID, name="x", body=thing(m, parts=["x"])), "body.parts[0]", "list[Part], not str"),
    (lambda api, m, *_: api.t.put(id=ID, name="x", body=thing(m, moments="x")), "body.moments", "must be a list"),
    (lambda api, m, *_: api.b.upload(m.UploadBody(file=b"x")), "body.file", "must be File, not bytes: wrap it"),
    (lambda api, m, t: api.b.upload(m.UploadBody(file=t.File("x"), more=[b"x"])), "body.more[0]", "not bytes"),
    (
        lambda api, m, t: api.b.upload(m.UploadBody(file=t.File(5))),
        "body.file",
        "must be a file that is open, or bytes",
    ),
    (lambda api, *_: api.b.raw(["a"]), "body", "must be a File, bytes, or blocks of them, not list"),
    (lambda api, *_: api.t.find(q="x" * 70_000), None, "cannot be sent: URL too long"),
]


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_what_cannot_be_sent_is_refused_by_its_name(api: Api, models: Any, types: Any, number: int) -> None:
    call, argument, message = WRONG[number]
    with pytest.raises(SDKError) as caught:
        call(api, models, types)
    error = caught.value
    assert isinstance(error, InvalidArgument)
    assert isinstance(error, ValueError)
    assert isinstance(error, TypeError)
    assert message in str(error)
    assert argument == error.argument
    assert (argument is None) or f"`{argument}`" in str(error)
    assert error.method is not None
    assert str(error).startswith(f"{error.method} {api.server.url}/")
    assert api.server.asked == []


@pytest.mark.anyio
async def test_the_asynchronous_client_refuses_the_same(api: Api) -> None:
    async with httpx.AsyncClient() as http:
        resources = import_module("values_api.resources").AsyncResources(AsyncCaller(http, api.url, Options(0)))
        with pytest.raises(InvalidArgument, match=r"`since` must be a datetime\.datetime, not str"):
            await resources.t.find(since="x")
        with pytest.raises(InvalidArgument, match="Circular reference"):
            await resources.b.free(circle())
        await resources.b.texts(text for text in "ab")
    assert api.last.json() == ["a", "b"]


def test_no_message_shows_a_text_that_was_given(api: Api, models: Any) -> None:
    secret = "hunter2 is secret"
    calls: list[Callable[[], object]] = [
        lambda: api.t.find(since=secret),
        lambda: api.t.find(x_trace=f"{secret}ä"),
        lambda: api.b.maybe({"tags": secret}),
        lambda: api.t.put(id=ID, name="x", body=thing(models, part={"tags": [secret]})),
    ]
    for call in calls:
        with pytest.raises(InvalidArgument) as caught:
            call()
        assert "hunter2" not in f"{caught.value} {caught.value!r}"


@pytest.mark.parametrize(
    ("options", "argument"),
    [
        ({"headers": {"X-Name": "ä"}}, "headers['X-Name']"),
        ({"headers": {"X-Name": "a\nb"}}, "headers['X-Name']"),
        ({"headers": {"X-Name": 5}}, "headers['X-Name']"),
        ({"headers": {"X-Name": None}}, "headers['X-Name']"),
        ({"headers": {"X Name": "a"}}, "headers"),
        ({"headers": {5: "a"}}, "headers"),
        ({"headers": {"Ä": "a"}}, "headers"),
        ({"headers": [("X-Name", "a")]}, "headers"),
        ({"headers": "X-Name: a"}, "headers"),
        ({"idempotency_key": "ä"}, "idempotency_key"),
        ({"idempotency_key": 5}, "idempotency_key"),
        ({"retries": "3"}, "retries"),
        ({"retries": -1}, "retries"),
        ({"retries": 1.5}, "retries"),
        ({"timeout": "5"}, "timeout"),
        ({"timeout": -1}, "timeout"),
        ({"timeout": True}, "timeout"),
        ({"total_timeout": 0}, "total_timeout"),
        ({"total_timeout": True}, "total_timeout"),
        ({"total_timeout": "5"}, "total_timeout"),
    ],
)
def test_options_are_refused_where_they_are_given(options: dict[str, Any], argument: str) -> None:
    with Client("http://127.0.0.1:1", store=MemoryStore()) as client:
        views: list[Callable[..., object]] = [client.with_options, AsyncClient("http://127.0.0.1:1").with_options]
        if not options.keys() & {"headers", "idempotency_key"}:
            views += [lambda **given: Client("http://127.0.0.1:1", **given)]
            views += [lambda **given: AsyncClient("http://127.0.0.1:1", **given)]
        for view in views:
            with pytest.raises(InvalidArgument) as caught:
                view(**options)
            assert caught.value.argument == argument
            assert f"`{argument}`" in str(caught.value)
        client.with_options(headers={"X-Name": "tab\tand ~"}, timeout=httpx.Timeout(5), retries=0, idempotency_key="k")


# Copies


def complete(models: Any, types: Any) -> list[Any]:
    """Objects of all kinds that the package has."""
    read = models.Thing.from_dict(
        {
            "id": ID.upper(),
            "at": NAIVE,
            "parts": [{"tags": ["a"], "new": {"x": 1}}],
            "mixed": NAIVE,
            "byday": {"a": NAIVE},
        }
    )
    return [
        models.Part(tags=["a"]),
        models.Part(tags=["a"], gone=None),
        thing(models, part=models.Part(tags=[]), texts=["x"]),
        read,
        models.UploadBody(file=types.File(BytesIO(b"1"), "one", "text/plain"), tags=["a"]),
        types.File(BytesIO(b"1")),
        types.Response(200, b"{}", httpx.Headers({"a": "b"}), read),
        types.UNSET,
        read.at,
        read.id,
    ]


def pickled(protocol: int) -> Callable[[Any], Any]:
    return lambda value: pickle.loads(pickle.dumps(value, protocol))


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, *map(pickled, range(2, pickle.HIGHEST_PROTOCOL + 1))])
def test_a_copy_is_equal_and_sends_the_same(models: Any, types: Any, way: Callable[[Any], Any]) -> None:
    for original in complete(models, types):
        other = way(original)
        assert other == original
        assert repr(other) == repr(original) or "BytesIO" in repr(original)
        if hasattr(original, "to_dict") and not isinstance(original, models.UploadBody):
            assert other.to_dict() == original.to_dict()
            assert json.dumps(other.to_dict()) == json.dumps(original.to_dict())
    assert way(models.Part(tags=[])).gone is types.UNSET
    assert way(types.UNSET) is types.UNSET
    assert types.Unset() is types.UNSET


def test_a_copy_has_additional_properties_of_its_own(models: Any) -> None:
    original = models.Part(tags=[])
    other = copy.copy(original)
    other["new"] = 1
    assert "new" not in original
    assert original != other


def test_files_are_equal_by_what_they_hold(types: Any, tmp_path: Path) -> None:
    one = types.File(BytesIO(b"1"), "one")
    assert one == types.File(BytesIO(b"1"), "one")
    assert hash(one) == hash(types.File(BytesIO(b"1"), "one"))
    assert one != types.File(BytesIO(b"2"), "one")
    assert one != types.File(BytesIO(b"1"), "two")
    assert one != "one"
    path = tmp_path / "file"
    path.write_bytes(b"1")
    with path.open("rb") as file:
        assert types.File(file) == types.File(file)
        assert types.File(file) != types.File(BytesIO(b"1"))


def test_errors_with_models_in_them_can_be_pickled(models: Any) -> None:
    errors = import_module("values_api.errors")
    for original in (
        NotFound("gone", body=models.Part(tags=["a"]), method="GET", url="u", status_code=404),
        APIError("no", body=models.Part(tags=["a"])),
        InvalidArgument("`x` is wrong", argument="x", method="GET", url="u"),
        errors.InvalidValue([1], "is wrong"),
        errors.UnexpectedStatus(500, b"x"),
        errors.UnexpectedBody(200, b"x"),
    ):
        for way in (copy.copy, copy.deepcopy, pickled(pickle.HIGHEST_PROTOCOL)):
            other = way(original)
            assert type(other) is type(original)
            assert str(other) == str(original)
            assert vars(other) == vars(original)


@pytest.mark.parametrize("start", ["spawn", "fork"])
def test_models_go_to_another_process_and_back(folder: Path, models: Any, start: str) -> None:
    script = folder / "there.py"
    script.write_text(
        "import pickle, sys\n"
        "value = pickle.load(sys.stdin.buffer)\n"
        "from values_api.types import UNSET\n"
        "assert value.gone is UNSET\n"
        "pickle.dump((value, value.to_dict()), sys.stdout.buffer)\n"
    )
    part = models.Part(tags=["a"])
    part["new"] = 1
    ran = subprocess.run([sys.executable, script], input=pickle.dumps(part), capture_output=True, check=True)
    assert pickle.loads(ran.stdout) == (part, part.to_dict())
    (folder / "pool.py").write_text(
        "from values_api.types import UNSET\n\n"
        "def seen(value):\n    return value, value.gone is UNSET, value.to_dict()\n"
    )
    with ProcessPoolExecutor(1, mp_context=get_context(start)) as pool:
        assert pool.submit(import_module("pool").seen, part).result(60) == (part, True, part.to_dict())
