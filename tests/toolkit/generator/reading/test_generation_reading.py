"""Descriptions are read as OpenAPI means them: with the types of JSON, whatever YAML 1.1 makes of them."""

from pathlib import Path

import pytest

from afresh_toolkit.generator.reading.document import Document


def read(folder: Path, text: str, name: str = "openapi.yaml") -> Document:
    (folder / name).write_text(text, encoding="utf-8")
    return Document.read(folder / name)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("=", "="),
        ("2026-11-23", "2026-11-23"),
        ("2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z"),
        ("12:30:45", "12:30:45"),
        ("1_000", "1_000"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("-7", -7),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("'200'", "200"),
    ],
)
def test_plain_values(tmp_path: Path, text: str, value: object) -> None:
    read_value = read(tmp_path, f"value: {text}\n").content["value"]
    assert (read_value, type(read_value)) == (value, type(value))


def test_keys_are_strings(tmp_path: Path) -> None:
    assert read(tmp_path, "200: a\ntrue: b\nnull: c\n2026-11-23: d\n1.0: e\n").content == {
        "200": "a",
        "true": "b",
        "null": "c",
        "2026-11-23": "d",
        "1.0": "e",
    }


def test_merge_keys_and_aliases(tmp_path: Path) -> None:
    text = "base: &base {a: 1, b: 2}\nmore: {<<: *base, b: 3}\nsame: *base\n"
    assert read(tmp_path, text).content == {
        "base": {"a": 1, "b": 2},
        "more": {"a": 1, "b": 3},
        "same": {"a": 1, "b": 2},
    }


def test_json_is_read_as_json(tmp_path: Path) -> None:
    document = read(tmp_path, '{\n\t"a/b": [1,\n\t\t{"c": null}]\n}', "openapi.json")
    assert document.content == {"a/b": [1, {"c": None}]}
    assert document.place(("a/b", "1", "c")) == f"{tmp_path}/openapi.json:3"


def test_the_place_of_what_is_missing_is_that_of_what_should_hold_it(tmp_path: Path) -> None:
    document = read(tmp_path, "paths:\n  /a:\n    get: {}\n")
    assert document.place(("paths", "/a", "get", "responses")) == f"{tmp_path}/openapi.yaml:3"
    assert document.place(("paths", "/a", "put")) == f"{tmp_path}/openapi.yaml:2"
    assert document.place(()) == f"{tmp_path}/openapi.yaml:1"
