"""The servers of a description: functions that return base URLs, and the base URL of a client that is given none."""

from __future__ import annotations

import inspect
import runpy
from pathlib import Path
from typing import Any

import pytest

from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.reading.source import Source
from afresh_toolkit.generator.writing.servers import default_url, example_url
from made import SMALL, make

SERVERS = """
servers:
  - url: https://{region}.acme.io:{port}/{base}/x/
    description: The production server
    variables:
      region: {default: eu, enum: [eu, us], description: Where the data live.}
      port: {default: 8443}
      base: {default: v2}
  - {url: /api/v3/, description: For whoever runs the API in a place of their own}
  - {url: 'https://{tenant}.acme.io', name: class, variables: {tenant: {default: demo}}}
  - {url: 'https://acme.io/{origin}/{set-of}', variables: {origin: {default: "o'"}}}
  - {url: /}
  - {url: '//acme.io/a"b'}
"""


def listing(*servers: Any) -> Document:
    return Document(Source(Path("openapi.json"), b"", {"openapi": "3.1.0", "servers": [*servers]}))


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ({"url": "https://api.acme.io/v1/"}, "https://api.acme.io/v1"),
        ({"url": "https://api.acme.io:8443"}, "https://api.acme.io:8443"),
        ({"url": "https://acme.io/{v}", "variables": {"v": {"default": "v2"}}}, "https://acme.io/v2"),
        ({"url": "https://{r}.acme.io", "variables": {"r": {"default": "eu", "enum": ["eu"]}}}, "https://eu.acme.io"),
        ({"url": "https://acme.io:{p}", "variables": {"p": {"default": 9}}}, "https://acme.io:9"),
        ({"url": "https://latest.acme.io", "description": "Contested data"}, "https://latest.acme.io"),
        ({"url": "https://{tenant}.acme.io", "variables": {"tenant": {"default": "demo"}}}, None),
        ({"url": "https://acme.io/{v}"}, None),
        ({"url": "http://api.acme.io"}, None),
        ({"url": "//api.acme.io"}, None),
        ({"url": "/api/v3"}, None),
        ({"url": "https://api.example.com"}, None),
        ({"url": "https://api.acme.test"}, None),
        ({"url": "https://10.0.0.1"}, None),
        ({"url": "https://[::1]:9"}, None),
        ({"url": "https://paperhouse/api"}, None),
        ({"url": "https://localhost:8080"}, None),
        ({"url": "https://staging-api.acme.io"}, None),
        ({"url": "https://demo2.acme.io"}, None),
        ({"url": "https://api.acme.io", "description": "Sandbox"}, None),
        ({"url": "https://ada:secret@api.acme.io"}, None),
        ({"url": "{endpoint}/v1", "variables": {"endpoint": {"default": "https://acme.io"}}}, None),
        ({"url": "https://api.acme.io?x=1"}, None),
        ({"url": 3}, None),
        ("https://api.acme.io", None),
    ],
)
def test_the_default_is_a_first_server_that_holds_for_everybody(server: Any, expected: str | None) -> None:
    assert default_url(listing(server)) == expected


def test_no_later_server_is_the_default() -> None:
    later = {"url": "https://api.acme.io"}
    assert default_url(listing({"url": "https://demo.acme.io"}, later)) is None
    assert default_url(listing(later, {"url": "https://demo.acme.io"})) == "https://api.acme.io"


@pytest.mark.parametrize(
    ("server", "shown"),
    [
        ({"url": "https://{t}.acme.io/v1/", "variables": {"t": {"default": "demo"}}}, "https://demo.acme.io/v1"),
        ({"url": "/api/v3/"}, "https://api.example.com/api/v3"),
        ({"url": "http://localhost:8080"}, "http://localhost:8080"),
        ({"url": "https://{unknown}.acme.io"}, "https://api.example.com"),
        ({"url": 3}, "https://api.example.com"),
    ],
)
def test_what_a_readme_shows_for_a_base_url(server: Any, shown: str) -> None:
    assert example_url(listing(server)) == shown


def test_each_server_is_a_function_whose_variables_are_arguments(tmp_path: Path) -> None:
    make(SMALL + SERVERS, tmp_path)
    made = runpy.run_path(str(tmp_path / "small_api" / "servers.py"))
    signatures = {name: str(inspect.signature(one)) for name, one in made.items() if inspect.isfunction(one)}
    assert signatures == {
        "production_server": "(*, region: \"Literal['eu', 'us']\" = 'eu', port: 'str' = '8443', base: 'str' = 'v2')"
        " -> 'str'",
        "server": "(origin: 'str') -> 'str'",
        "class_": "(*, tenant: 'str') -> 'str'",
        "server_2": "(*, set_of: 'str', origin_2: 'str' = \"o'\") -> 'str'",
        "server_3": "() -> 'str'",
    }
    assert made["DEFAULT"] == made["production_server"]() == "https://eu.acme.io:8443/v2/x"
    assert made["production_server"](region="us", base="v3") == "https://us.acme.io:8443/v3/x"
    assert made["server"]("https://api.paperhouse.io/") == "https://api.paperhouse.io/api/v3"
    assert made["class_"](tenant="ours") == "https://ours.acme.io"
    assert made["server_2"](set_of="a") == "https://acme.io/o'/a"
    assert made["server_3"]() == 'https://acme.io/a"b'
    assert "region: Where the data live." in str(made["production_server"].__doc__)


def test_a_variable_may_be_the_scheme_and_host(tmp_path: Path) -> None:
    servers = """
servers:
  - {url: '{endpoint}/openai', variables: {endpoint: {default: 'https://acme.io', description: Where your account is.}}}
  - {url: '{vault}', variables: {vault: {default: ''}}}
  - {url: '{undescribed}/v1'}
  - {url: '{base}/v1', variables: {base: {default: /api}}}
"""
    make(SMALL + servers, tmp_path)
    made = runpy.run_path(str(tmp_path / "small_api" / "servers.py"))
    assert made["DEFAULT"] is None
    assert made["server"](endpoint="https://ours.acme.io") == "https://ours.acme.io/openai"
    assert made["server_2"](vault="https://v.acme.io") == "https://v.acme.io"
    assert made["server_3"](undescribed="https://x.acme.io") == "https://x.acme.io/v1"
    assert made["server_4"]("https://acme.io", base="api") == "https://acme.io/api/v1"
