"""JSON is read by msgspec where it is installed, and what comes of it is what `json` makes of it."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afresh import Client, DecodeError, Tokens
from afresh_api import decoding
from servers.canned import Answer, answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TEXTS = [
    *("NaN", "[Infinity, -Infinity]", "-NaN", "18446744073709551615", "18446744073709551616", "-9223372036854775809"),
    *(
        "1" * 400,
        "1" * 5000,
        "-0",
        "-0.0",
        "1e999",
        "-1e999",
        "1e-999",
        "5e-324",
        "1.7976931348623159e308",
        "1E5",
        "1e23",
    ),
    *("0.1000000000000000055511151231257827021181583404541015625", "9007199254740993.0", "1" * 400 + ".5", "0.1e1"),
    *('{"a": 1, "b": 2, "a": 3}', '{"": {"a": {}, "a": []}}', '"\\ud800"', '"\\udc00\\ud83d"', '"\\ud83d\\ude00"'),
    *(
        '"\\u0000\\u001f\\/\\b"',
        '"\x01"',
        '"\t"',
        '"\x7f"',
        '"\\x41"',
        '"\\u12"',
        '"é€😀\u2028"',
        "true",
        " null\r\n\t",
    ),
    *("", " ", "nul", "null x", "[1,]", '{"a": 1,}', "{1: 2}", "'a'", "01", "1.", ".5", "+1", "-", "1e", "0x10", "1_0"),
    *(
        "[" * 500 + "]" * 500,
        "[" * 100_000 + "]" * 100_000,
        "[[[",
        '{"a":' * 100_000,
        "/* */ 1",
        "1 2",
        "\x0b1",
        "\xa01",
    ),
]
BYTES = [
    *(b"\xff", b'"\xff"', b'"\xed\xa0\x80"', b'"\xc0\x80"', b'"\xf4\x90\x80\x80"', b"1\x00", b"\x00", b"\xef\xbb\xbf"),
    *(
        b"\xef\xbb\xbf[1]",
        b"[1]\xef\xbb\xbf",
        *('["é"]'.encode(f"utf-{name}") for name in ("16", "16-le", "32", "32-be")),
    ),
]


def result(loads: Callable[[Any], Any], data: bytes | str) -> tuple[Any, ...]:
    """Return what comes of it, so that equal values of other types, or in another order, differ."""
    try:
        return ("value", exact(loads(data)))
    except Exception as error:  # noqa: BLE001 - it is compared
        return (type(error), str(error))


def exact(value: Any) -> Any:
    if isinstance(value, float):
        return ("float", "NaN" if math.isnan(value) else value.hex())
    if isinstance(value, list):
        return [exact(item) for item in value]
    if isinstance(value, dict):
        return [(key, exact(item)) for key, item in value.items()]
    return (type(value), value)


@pytest.fixture
def parser() -> Iterator[Callable[[Callable[[Any], Any] | None], None]]:
    """Return what puts another module in place of msgspec; None: it is not installed."""
    kept = sys.modules.get("msgspec.json")

    def put(decode: Callable[[Any], Any] | None) -> None:
        module = ModuleType("msgspec.json")
        module.decode = decode  # type: ignore[attr-defined]
        sys.modules["msgspec.json"] = module if decode else None  # type: ignore[assignment]
        decoding._decoder.cache_clear()  # noqa: SLF001 - as in a process that has read nothing

    yield put
    sys.modules.pop("msgspec.json")
    if kept is not None:
        sys.modules["msgspec.json"] = kept
    decoding._decoder.cache_clear()  # noqa: SLF001 - as above


@pytest.mark.parametrize("text", [*TEXTS, *BYTES], ids=lambda text: repr(text)[:30])
def test_values_and_errors_are_those_of_json(text: str | bytes) -> None:
    assert decoding._decoder() is not None, "msgspec is not installed"  # noqa: SLF001 - else this shows nothing
    data = text.encode() if isinstance(text, str) else text
    assert result(decoding.loads, data) == result(json.loads, data)
    if isinstance(text, str):
        assert result(decoding.loads, text) == result(json.loads, text)
    answer = httpx.Response(200, content=data)
    assert result(lambda _: decoding.json_of(answer), data) == result(lambda _: answer.json(), data)


SLOWLY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""However busy the machine is."""

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
    max_leaves=20,
)


@SLOWLY
@given(VALUES, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_any_values_are_read_alike(value: Any, is_ascii: bool, indent: Any) -> None:  # noqa: FBT001 - drawn
    text = json.dumps(value, ensure_ascii=is_ascii, indent=indent)
    data = text.encode(errors="surrogatepass")
    assert result(decoding.loads, data) == result(json.loads, data)
    assert result(decoding.loads, text) == result(json.loads, text)


@SLOWLY
@given(VALUES.map(lambda value: json.dumps(value).encode()), st.data())
def test_any_damage_is_found_alike(text: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text)))
    damaged = text[:place] + data.draw(st.binary(max_size=3)) + text[place + data.draw(st.integers(0, 2)) :]
    assert result(decoding.loads, damaged) == result(json.loads, damaged)


def test_msgspec_reads_what_it_can(parser: Callable[[Callable[[Any], Any] | None], None]) -> None:
    read: list[Any] = []

    def decode(data: Any) -> Any:
        read.append(data)
        return json.loads(data)

    parser(decode)
    assert decoding.json_of(httpx.Response(200, content=b"[1]")) == [1]
    assert read[-1] == b"[1]"


def test_it_works_without_msgspec_and_with_one_that_reads_otherwise(
    parser: Callable[[Callable[[Any], Any] | None], None],
) -> None:
    parser(None)
    assert decoding.loads(b"[18446744073709551616]") == [2**64]
    parser(float)
    assert decoding.loads(b"[18446744073709551616]") == [2**64]


@pytest.mark.parametrize("content", [b"", b"<html>", b'{"id": NaN}', b"[1", b"\xff", b"null", b'{"username": 5}'])
def test_errors_of_calls_are_the_same(parser: Callable[[Callable[[Any], Any] | None], None], content: bytes) -> None:
    said = []
    with answering(lambda _: Answer(200, content)) as server:
        for remove in (False, True):
            if remove:
                parser(None)
            with (
                Client(server.url, tokens=Tokens.issued("a", expires_in=60)) as api,
                pytest.raises(DecodeError) as caught,
            ):
                api.users.me()
            said.append((caught.value.message, caught.value.attribute, caught.value.body))
    assert said[0] == said[1]


def test_msgspec_is_imported_when_the_first_answer_is_read() -> None:
    program = (
        "import sys, httpx, afresh; from afresh_api.decoding import json_of; "
        "before = 'msgspec' in sys.modules; json_of(httpx.Response(200, content=b'[]')); "
        "print(before, 'msgspec' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "False True\n"
