"""Calls the methods of a generated package with JSON, and takes down what they send."""

import builtins
import datetime as dt
import inspect
import json
import types
import typing
import warnings
from collections.abc import Callable, Iterable
from contextlib import contextmanager, suppress
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any, get_args, get_origin
from uuid import UUID

import httpx
from attrs import define, field

BASE_URL = "http://api.test"
ABSENT = object()

Read = Callable[[httpx.Response, Any], Iterable[Any]]
"""Reads the values of a streamed answer, as the hand-written layer of the SDK does."""


class BuildingError(Exception):
    """The generated types do not take what the schema allows."""


@define
class Caller:
    """Carries operations out: the requests end here, and get the answer that was prepared."""

    answer: httpx.Response
    read: Read
    sent: httpx.Request | None = None
    _http: httpx.Client = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._http = httpx.Client(base_url=BASE_URL, transport=httpx.MockTransport(self._take), trust_env=False)

    def _take(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.sent = request
        return self.answer

    def arguments(self, _operation: Any, build: Any, **given: Any) -> Any:
        return build(**given)

    def call(self, operation: Any, arguments: dict[str, Any]) -> Any:
        response = self._http.request(**arguments)
        is_success = response.is_success or response.status_code in operation.redirects
        return operation.parse(response) if is_success else operation.parse_error(response)

    @contextmanager
    def stream(self, _operation: Any, arguments: dict[str, Any]) -> Any:
        yield self._http.request(**arguments).content

    @contextmanager
    def items(self, _operation: Any, arguments: dict[str, Any], streaming: Any) -> Any:
        yield list(self.read(self._http.request(**arguments), streaming))

    def pages(self, operation: Any, arguments: dict[str, Any], _paging: Any) -> Any:
        return self.call(operation, arguments)


class Package:
    """A generated package that can be imported."""

    def __init__(self, folder: Path, name: str, read: Read) -> None:
        self.name = name
        self.read = read
        manifest = json.loads((folder / name / "manifest.json").read_text(encoding="utf-8"))
        self._places: dict[str, dict[str, str]] = manifest["operations"]
        self.models = import_module(f"{name}.models")
        self.types = import_module(f"{name}.types")
        self._values = import_module(f"{name}.values")
        self._resources = import_module(f"{name}.resources")

    def arguments(self, key: str) -> dict[str, Any]:
        """Return the types of an operation's arguments, in the order of its signature."""
        module = import_module(f"{self.name}.api.{self._places[key]['module']}")
        names = _Names(self.models, vars(module))
        return {
            name: eval(parameter.annotation, {"__builtins__": vars(builtins)}, names)
            for name, parameter in inspect.signature(module.arguments).parameters.items()
        }

    def call(self, key: str, arguments: dict[str, Any], caller: Caller) -> Any:
        """Call the method of an operation."""
        place = self._places[key]
        method = getattr(getattr(self._resources.Resources(caller), place["resource"]), place["name"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # what is deprecated has to be right as well
            return self.use(method(**arguments))

    @staticmethod
    def use(result: Any) -> Any:
        """Take what a method returns, which may be there for as long as a context lasts."""
        if hasattr(result, "__enter__"):
            with result as content:
                return content
        return result

    def build(self, kind: Any, value: Any) -> Any:
        """Make a value of a type from JSON; raises BuildingError where no type fits."""
        return self.candidates(kind, value)[0]

    def candidates(self, kind: Any, value: Any) -> list[Any]:
        """Make a value of each of the types that fit."""
        found: list[Any] = []
        for member in _members(kind):
            with suppress(BuildingError, KeyError, TypeError, ValueError, AttributeError):
                found.append(self._build(member, value))
        if not found:
            raise BuildingError(f"{value!r:.100} is none of {kind!s:.200}")
        return found

    def _build(self, kind: Any, value: Any) -> Any:
        if kind is Any:
            return value
        if get_origin(kind) is list:
            return [self.build(get_args(kind)[0], item) for item in _wanted(value, list)]
        if get_origin(kind) is dict:
            return {key: self.build(get_args(kind)[1], item) for key, item in _wanted(value, dict).items()}
        if get_origin(kind) is typing.Literal:
            return _one_of(get_args(kind), value)
        if hasattr(kind, "from_dict"):
            return kind.from_dict(self._to_send(_wanted(value, dict)))
        if kind is float and type(value) is int:
            return value
        if kind in {str, bytes, int, float, bool, type(None)} and type(value) is kind:
            return value
        readers: dict[Any, Any] = {
            dt.datetime: self._values.parse_datetime,
            dt.date: dt.date.fromisoformat,
            UUID: UUID,
            self.types.File: lambda text: self.types.File(BytesIO(text.encode()), "file.bin"),
        }
        if kind in readers:
            return readers[kind](_wanted(value, str))
        raise BuildingError

    def _to_send(self, value: Any) -> Any:
        """Mark JSON as what is to be sent, which may lack what only answers have."""
        if isinstance(value, dict):
            return self._values.ToSend({key: self._to_send(inner) for key, inner in value.items()})
        return [self._to_send(inner) for inner in value] if isinstance(value, list) else value

    def json(self, value: Any) -> Any:
        """Return the JSON of a value that was built or read."""
        if hasattr(value, "to_dict"):
            return _with_texts(value.to_dict())
        if isinstance(value, list):
            return [self.json(item) for item in value]
        if isinstance(value, dict):
            return {key: self.json(item) for key, item in value.items()}
        if isinstance(value, dt.datetime):
            return self._values.format_datetime(value)
        if isinstance(value, dt.date):
            return value.isoformat()
        if isinstance(value, UUID):
            return str(value)
        if isinstance(value, self.types.File):
            return value.payload.getvalue() if isinstance(value.payload, BytesIO) else value.payload
        return value


def _with_texts(value: Any) -> Any:
    """Turn the files in a JSON value, which are written as parts of a form, back into texts."""
    if isinstance(value, dict):
        return {key: _with_texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_texts(item) for item in value]
    return value[1].getvalue().decode() if isinstance(value, tuple) else value


class _Names(dict[str, Any]):
    """What annotations name: what a module has, or else a model."""

    def __init__(self, models: Any, known: dict[str, Any]) -> None:
        super().__init__(known)
        self._models = models

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name):
            raise KeyError(name)
        return getattr(self._models, name)


def _members(kind: Any) -> list[Any]:
    """Return the members of a union, models and what is told apart by its text before plain ones."""
    members = get_args(kind) if get_origin(kind) in {typing.Union, types.UnionType} else (kind,)
    plain = {str, Any, type(None)}
    return sorted((m for m in members if getattr(m, "__name__", "") != "Unset"), key=lambda member: member in plain)


def _one_of(options: tuple[Any, ...], value: Any) -> Any:
    if not any(value == option and type(value) is type(option) for option in options):
        raise BuildingError
    return value


def _wanted(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise BuildingError
    return value
