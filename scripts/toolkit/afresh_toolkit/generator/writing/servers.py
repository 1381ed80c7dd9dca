"""The servers that a description lists, as functions that return base URLs."""

import json
import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from attrs import define
from openapi_python_client.strings import PythonIdentifier

from afresh_toolkit.generator.reading.description import mapping
from afresh_toolkit.generator.reading.document import Document

_VARIABLE = re.compile(r"\{([^{}]*)\}")
_WORDS_OF_A_NAME = 5
"""A description of a server that has no more words is its name, as OpenAPI had no field for one before 3.2."""

_NOBODY = re.compile(r"(?:.*\.)?(?:example(?:\.(?:com|net|org))?|test|invalid|localhost|local|internal)")
"""Hosts that stand for the real one (RFC 2606), or are found in one network alone."""

_TRIAL = re.compile(
    r"(?i)(?<![a-z])(?:demo|dev|development|local|mock|preview|qa|sandbox|stage|staging|test|testing|uat)(?![a-z])"
)
"""Words of servers for trials."""

_ORIGIN = "origin"


@define(frozen=True)
class Variable:
    """An argument of a function: a part of the URL."""

    name: str
    said: str
    annotation: str
    default: str | None

    @property
    def declaration(self) -> str:
        """The argument, as the function declares it."""
        return f"{self.name}: {self.annotation}" + (f" = {self.default!r}" if self.default is not None else "")


@define(frozen=True)
class Server:
    """A function.

    Attributes:
        takes_origin: Whether the description leaves open where the API is, and says the path alone.
        url: What the function returns: the text of an f-string.
    """

    name: str
    said: str
    takes_origin: bool
    variables: tuple[Variable, ...]
    url: str

    @property
    def code(self) -> str:
        """The string, or f-string, of the URL."""
        if self.takes_origin or self.variables:
            return "f" + json.dumps(self.url, ensure_ascii=False)
        return json.dumps(self.url.replace("{{", "{").replace("}}", "}"), ensure_ascii=False)

    @property
    def parameters(self) -> str:
        """The parameters of the function."""
        named = [variable.declaration for variable in self.variables]
        return ", ".join([*([f"{_ORIGIN}: str"] if self.takes_origin else []), *(["*", *named] if named else [])])


def list_servers(document: Document) -> list[Server]:
    """Return the servers, without such as say no more than that there is one."""
    made: list[Server] = []
    for described in _described(document):
        server = _server(described, {one.name for one in made})
        if server.url.strip("/") and server.url != f"{{{_ORIGIN}}}":
            made.append(server)
    return made


def default_url(document: Document) -> str | None:
    """Return the base URL of a client that is given none: that of the first server.

    None where it is not https, is for trials, or where its host is not said: it is relative, is an example, or has a
    variable of any value.
    """
    first = next(_described(document), {})
    variables = mapping(first.get("variables"))
    if any(not mapping(variables.get(name)).get("enum") for name in _in_host(str(first.get("url", "")), variables)):
        return None
    url = _filled_in(first)
    is_usable = re.fullmatch(r"https://[\w.-]+(?::\d+)?(?:/[^\s?#{}]*)?", url) and not _is_nobody(url)
    is_trial = _TRIAL.search(urlsplit(url).hostname or "" if is_usable else "") or _TRIAL.search(_text(first))
    return url if is_usable and not is_trial else None


def example_url(document: Document) -> str:
    """Return a base URL to show: that of the first server, with the default of each variable, or one made up."""
    url = _filled_in(next(_described(document), {}))
    if re.fullmatch(r"/[\w./-]*", url):
        url = f"https://api.example.com{url}"
    return url if re.fullmatch(r"https?://[\w.:/-]+", url) else "https://api.example.com"


def _filled_in(server: Mapping[str, Any]) -> str:
    """Return the URL of a server with the default of each variable; one without a default stays in braces."""
    variables = mapping(server.get("variables"))

    def default_of(variable: re.Match[str]) -> str:
        return str(mapping(variables.get(variable[1])).get("default", variable[0]))

    return _VARIABLE.sub(default_of, str(server.get("url", ""))).rstrip("/")


def _in_host(url: str, variables: Mapping[str, Any]) -> set[str]:
    """Return the variables of a URL's scheme and host name."""
    scheme, has_host, rest = url.rpartition("://")
    if has_host:
        return set(_VARIABLE.findall(scheme + re.split("[:/]", rest)[0]))
    return {whole} if (whole := _whole_origin(url, variables)) else set()


def _whole_origin(url: str, variables: Mapping[str, Any]) -> str | None:
    """Return the variable that is the scheme and host, at a URL's beginning: its default is a URL, or it has none."""
    first = _VARIABLE.match(url)
    default = mapping(variables.get(first[1])).get("default") if first else None
    return first[1] if first and (not default or "://" in str(default)) else None


def _is_nobody(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return bool(ip_address(host))
    except ValueError:
        return "." not in host or _NOBODY.fullmatch(host) is not None


def _described(document: Document) -> Iterator[Mapping[str, Any]]:
    listed = document.content.get("servers")
    for server in listed if isinstance(listed, list) else []:
        if isinstance(server, dict) and isinstance(server.get("url"), str):
            yield server


def _server(described: Mapping[str, Any], taken: set[str]) -> Server:
    url, variables = described["url"].strip(), mapping(described.get("variables"))
    if url.startswith("//"):
        url = f"https:{url}"
    is_relative = "://" not in url and not _whole_origin(url, variables)
    if is_relative:
        url = f"/{url.lstrip('/')}"
    url, of_host = url.rstrip("/"), _in_host(url, variables)
    names: dict[str, str] = {}
    arguments: list[Variable] = []
    for variable in dict.fromkeys(_VARIABLE.findall(url)):
        names[variable] = _free(str(PythonIdentifier(variable, "variable")), {_ORIGIN, *names.values()})
        arguments.append(_variable(names[variable], mapping(variables.get(variable)), is_host=variable in of_host))
    start = f"{{{_ORIGIN}}}" if is_relative else ""
    code = start + "".join(
        f"{{{names[part]}}}" if index % 2 else part.replace("{", "{{").replace("}", "}}")
        for index, part in enumerate(_VARIABLE.split(url))
    )
    told = "\n".join(f"    {one.name}: {one.said}" for one in arguments if one.said)
    said = (f"`{start}{url}`", _text(described), f"Args:\n{told}" if told else "")
    return Server(
        name=_free(_name(described), taken),
        said="\n\n".join(filter(None, said)),
        takes_origin=is_relative,
        variables=tuple(sorted(arguments, key=lambda one: one.default is not None)),
        url=code,
    )


def _name(described: Mapping[str, Any]) -> str:
    named = described.get("name") or described.get("x-name") or described.get("description")
    words = re.findall(r"[^\W_]+", named) if isinstance(named, str) else []
    words = words[1:] if words[:1] in (["The"], ["the"]) else words
    return str(PythonIdentifier("_".join(words), "server")) if 0 < len(words) <= _WORDS_OF_A_NAME else "server"


def _variable(name: str, described: Mapping[str, Any], *, is_host: bool) -> Variable:
    """Return an argument; a part of the host that may be anything has no default, as it would be somebody else's."""
    values = [str(value) for value in described.get("enum") or []] if isinstance(described.get("enum"), list) else []
    default = described.get("default")
    has_default = isinstance(default, str | int) and bool(values or not is_host)
    annotation = f"Literal[{', '.join(map(repr, values))}]" if values else "str"
    return Variable(name, _text(described).replace("\n", " "), annotation, str(default) if has_default else None)


def _text(described: Mapping[str, Any]) -> str:
    return str(described.get("description") or "").strip()


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free
