"""Formats that the project asks for: values of Python's types, in each place, that are written as they came."""

import copy
import pickle
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, time, timedelta
from decimal import Decimal
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from afresh_toolkit.generator.pipeline import generate
from afresh_toolkit.generator.problems import GenerationError
from afresh_toolkit.generator.reading.inputs import FORMATS, Inputs
from made import importable, make
from servers.canned import Answer, Asked, Server, answering
from type_checkers import MYPY_STRICT, refuse_complaints, start

DESCRIPTION = """\
openapi: 3.1.0
info: {title: Formats, version: "1"}
paths:
  /clocks/{at}:
    post:
      operationId: tick
      tags: [clocks]
      parameters:
        - {name: at, in: path, required: true, schema: {type: string, format: time}}
        - {name: price, in: query, schema: {type: string, format: decimal, default: "1.0"}}
        - {name: amount, in: query, schema: {type: number, format: decimal}}
        - {name: ratio, in: query, schema: {type: number}}
        - {name: spans, in: query, schema: {type: array, items: {type: string, format: duration}}}
        - {name: X-Hash, in: header, schema: {type: string, format: byte}}
        - {name: big, in: cookie, schema: {type: [string, "null"], format: int64}}
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: "#/components/schemas/All"}}
      responses: {"200": {description: x, content: {application/json: {schema: {$ref: "#/components/schemas/All"}}}}}
  /form:
    post:
      operationId: form
      tags: [clocks]
      requestBody:
        required: true
        content: {application/x-www-form-urlencoded: {schema: {$ref: "#/components/schemas/All"}}}
      responses: {"204": {description: x}}
components:
  schemas:
    Money: {type: string, format: decimal, description: How much.}
    All:
      type: object
      properties:
        price: {$ref: "#/components/schemas/Money"}
        amount: {type: number, format: decimal}
        clock: {type: [string, "null"], format: time}
        span: {type: string, format: duration, nullable: true}
        data: {type: string, format: byte}
        big: {type: string, format: int64}
        bigs: {type: array, items: {type: string, format: uint64}}
        by: {type: object, additionalProperties: {type: string, format: decimal}}
        mixed: {anyOf: [{type: string, format: decimal}, {type: integer}]}
        uri: {type: string, format: uri}
        decimal: {type: string, format: decimal}
        kind: {type: string, format: decimal, enum: ["1", "2"]}
        ratio: {type: number}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("formats")
    (folder / "openapi.yaml").write_text(DESCRIPTION)
    generate(Inputs(folder / "openapi.yaml", formats=frozenset(FORMATS)), folder / "formats_api", nullcontext)
    with importable(folder):
        yield folder


@pytest.fixture(scope="module")
def model(folder: Path) -> Any:
    assert folder.exists()
    return import_module("formats_api.models").All


@pytest.mark.parametrize(
    ("key", "came", "value"),
    [
        ("price", "1.50", Decimal("1.50")),
        ("price", "1e2", Decimal(100)),
        ("price", "+0.10", Decimal("0.10")),
        ("price", "-12345678901234567890.123456789", Decimal("-12345678901234567890.123456789")),
        ("price", 2.5, Decimal("2.5")),
        ("amount", 0.1, Decimal("0.1")),
        ("amount", 1.0, Decimal(1)),
        ("amount", 10**30, Decimal(10**30)),
        ("amount", 1e22, Decimal(10**22)),
        ("amount", "7.10", Decimal("7.10")),
        ("clock", "10:00", time(10)),
        ("clock", "10:00:00Z", time(10, tzinfo=UTC)),
        ("clock", "23:59:59.1234567", time(23, 59, 59, 123456)),
        ("clock", "10:00:00.5", time(10, 0, 0, 500_000)),
        ("span", "P1DT2H3M4.5S", timedelta(1, 4.5, hours=2, minutes=3)),
        ("span", "PT36H", timedelta(hours=36)),
        ("span", "P2W", timedelta(14)),
        ("span", "-PT0,5S", timedelta(seconds=-0.5)),
        ("span", "PT0.0000001S", timedelta(0)),
        ("span", "PT0S", timedelta(0)),
        ("data", "YWJj", b"abc"),
        ("data", "YWI", b"ab"),
        ("data", "_-8", b"\xff\xef"),
        ("data", "YW\nJj", b"abc"),
        ("data", "", b""),
        ("big", "9223372036854775807", 2**63 - 1),
        ("big", "-007", -7),
        ("big", 5, 5),
        ("bigs", ["1", "02"], [1, 2]),
        ("by", {"x": "1.50"}, {"x": Decimal("1.5")}),
        ("mixed", "1.50", "1.50"),
        ("kind", "1", "1"),
        ("uri", "https://a.b", "https://a.b"),
    ],
)
def test_what_was_read_is_written_as_it_came(model: Any, key: str, came: Any, value: Any) -> None:
    for read in (
        model.from_dict({key: came}),
        copy.deepcopy(model.from_dict({key: came})),
        pickle.loads(pickle.dumps(model.from_dict({key: came}))),
    ):
        [written] = read.to_dict().values()
        assert getattr(read, key) == value
        assert isinstance(getattr(read, key), type(value))
        assert (written, type(written)) == (came, type(came))
        assert repr(read) == repr(model(**{key: getattr(read, key)}))


@pytest.mark.parametrize(
    ("key", "given", "written"),
    [
        ("price", Decimal("1E+2"), "100"),
        ("price", Decimal("0.00000001"), "0.00000001"),
        ("price", 5, "5"),
        ("price", 0.1, "0.1"),
        ("amount", Decimal("0.1"), 0.1),
        ("amount", Decimal(7), 7),
        ("ratio", Decimal("0.25"), 0.25),
        ("clock", time(10, 30), "10:30:00"),
        ("span", timedelta(days=-1, hours=2), "-PT22H"),
        ("span", timedelta(microseconds=10), "PT0.00001S"),
        ("data", bytearray(b"abc"), "YWJj"),
        ("big", 2**63, "9223372036854775808"),
    ],
)
def test_what_is_given_is_written(model: Any, key: str, given: Any, written: Any) -> None:
    value = import_module("formats_api.styles").json_bytes(model(**{key: given}).to_dict())
    assert value == import_module("formats_api.styles").json_bytes({key: written})


@pytest.mark.parametrize(
    ("key", "came", "reason"),
    [
        ("price", "a lot", "is no decimal number"),
        ("price", "NaN", "is no decimal number"),
        ("price", True, "bool was found"),
        ("clock", "25:00", "hour must be in"),
        ("span", "P1Y2M", "has years or months, which are of no certain length"),
        ("span", "P", "is no duration"),
        ("span", "PT", "is no duration"),
        ("span", "00:05:00", "is no duration"),
        ("span", "P9999999999D", "longer than a datetime.timedelta can be"),
        ("data", "?", "base64"),
        ("big", "1.5", "invalid literal"),
        ("big", [], "list was found"),
    ],
)
def test_what_is_of_another_form_is_refused(model: Any, key: str, came: Any, reason: str) -> None:
    with pytest.raises((ValueError, TypeError), match=reason):
        model.from_dict({key: came})


@pytest.mark.parametrize(
    ("key", "given", "reason"),
    [
        ("price", "1.5", "must be a decimal.Decimal, not str"),
        ("price", Decimal("Infinity"), "is no number that can be sent"),
        ("amount", Decimal("0.12345678901234567890"), "has more digits than a number in JSON keeps"),
        ("clock", "10:00", "must be a datetime.time, not str"),
        ("span", 5, "must be a datetime.timedelta, not int"),
        ("data", "YWJj", "must be bytes, not str"),
        ("big", "5", "must be an int, not str"),
    ],
)
def test_what_is_given_wrongly_is_refused(model: Any, key: str, given: Any, reason: str) -> None:
    with pytest.raises(import_module("formats_api.errors").InvalidValue, match=reason):
        model(**{key: given}).to_dict()


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    assert folder.exists()

    def answer(asked: Asked) -> Answer:
        return Answer(204) if asked.target == "/form" else Answer(200, asked.json())

    with answering(answer) as server:
        yield server


def test_values_stand_in_every_place(server: Server, model: Any) -> None:
    client = import_module("formats_api.client").Client(server.url)
    tick, form = (import_module(f"formats_api.api.clocks.{name}") for name in ("tick", "form"))
    body = model(price=Decimal("1.50"), span=timedelta(hours=1), data=b"\xff")
    with client:
        answer = tick.sync(
            time(10, tzinfo=UTC),
            client=client,
            body=body,
            price=Decimal("2.50"),
            amount=Decimal("0.1"),
            ratio=Decimal("0.25"),
            spans=(timedelta(1), timedelta(2)),
            x_hash=b"\x00\x01",
            big=2**60,
        )
        form.sync(client=client, body=body)
    assert answer == body
    asked, sent = server.asked
    assert unquote(urlsplit(asked.target).path) == "/clocks/10:00:00+00:00"
    assert parse_qs(urlsplit(asked.target).query) == {
        "price": ["2.50"],
        "amount": ["0.1"],
        "ratio": ["0.25"],
        "spans": ["P1D", "P2D"],
    }
    assert (asked.headers["x-hash"], asked.headers["cookie"]) == ("AAE=", f"big={2**60}")
    assert asked.json() == {"price": "1.50", "span": "PT1H", "data": "/w=="}
    assert parse_qs(sent.body.decode()) == {"price": ["1.50"], "span": ["PT1H"], "data": ["/w=="]}


def test_types_say_so_and_checkers_are_content(folder: Path) -> None:
    tick = import_module("formats_api.api.clocks.tick")
    annotations = {name: one.annotation for name, one in signature(tick.arguments).parameters.items()}
    assert annotations["at"] == "datetime.time"
    assert annotations["spans"].startswith("list[datetime.timedelta]")
    assert 'The server\'s default is "1.0".' in tick.sync.__doc__
    refuse_complaints(start(folder, *MYPY_STRICT, "formats_api"))


def test_without_being_asked_for_they_are_texts(tmp_path: Path) -> None:
    make(DESCRIPTION, tmp_path, package="plain_texts_api")
    with importable(tmp_path):
        read = import_module("plain_texts_api.models").All.from_dict(
            {"clock": "x", "span": "P1Y", "data": "?", "big": "5"}
        )
    assert (read.clock, read.span, read.data, read.big) == ("x", "P1Y", "?", "5")


@pytest.mark.parametrize("wrong", ["true", '["decimal"]', "{ decimals = true }", '{ decimal = "yes" }'])
def test_the_project_asks_for_formats(tmp_path: Path, wrong: str) -> None:
    settings = tmp_path / "pyproject.toml"
    settings.write_text("[tool.afresh]\nformats = { decimal = true, time = false }\n")
    assert Inputs.of_project(tmp_path).formats == {"decimal"}
    settings.write_text(f"[tool.afresh]\nformats = {wrong}\n")
    with pytest.raises(GenerationError) as caught:
        Inputs.of_project(tmp_path)
    assert "formats = { decimal = true }" in str(caught.value.problems[0])
