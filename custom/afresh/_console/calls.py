"""The command `call`, which calls a method and writes its result."""

from __future__ import annotations

import inspect
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from afresh import _environment as environment
from afresh._errors import SDKError
from afresh_api.resources import Resources

from .errors import UsageError
from .lines import say, table
from .values import evaluate, from_text, from_texts, is_list, without_null

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Generator

    from afresh._client import Client

    from .body import Body
    from .sign_in import Profile


def call(options: Namespace, profile: Profile) -> int:
    """Call a method, list the methods, or show the help of one. Return the exit status."""
    if options.tag is None:
        if options.help:
            options.print_help()
        else:
            say(table({tag: _summary(getattr(Resources, tag)) for tag in _tags()}))
        return 0
    if options.tag not in _tags():
        raise UsageError.unknown("tag", options.tag, _tags())
    resource = getattr(Resources(cast("Any", None)), options.tag)
    methods = _methods(resource)
    if options.method is None:
        say(table({name: _summary(method) for name, method in methods.items()}))
        return 0
    if options.method not in methods:
        raise UsageError.unknown(f"method of {options.tag}", options.method, methods)
    method = Method(f"{options.tag} {options.method}", methods[options.method])
    if options.help:
        say(method.help)
        return 0
    with method.arguments(options.arg, options.body, options.file) as arguments, _client(profile) as api:
        _call(getattr(getattr(api, options.tag), options.method), arguments, options)
    return 0


class Method:
    """A method of a resource, with its name and parameters on the command line."""

    def __init__(self, name: str, method: Callable[..., Any]) -> None:
        self.name = name
        self._method = method
        self._parameters = inspect.signature(method).parameters
        self._kinds = {
            name: evaluate(parameter.annotation, method.__module__) for name, parameter in self._parameters.items()
        }
        self._body = _body(self._kinds["body"]) if "body" in self._kinds else None

    @property
    def help(self) -> str:
        """The usage of the method, and its docstring."""
        return f"{environment.PACKAGE} call {self.name} {self._usage}".rstrip() + f"\n\n{inspect.getdoc(self._method)}"

    @property
    def _usage(self) -> str:
        written = {name: f"--arg {name}=…" for name in self._kinds}
        if self._body is not None:
            written["body"] = self._body.usage
        return " ".join(text if self._is_required(name) else f"[{text}]" for name, text in written.items())

    def _is_required(self, name: str) -> bool:
        return self._parameters[name].default is inspect.Parameter.empty

    @contextmanager
    def arguments(self, texts: list[str], body: str | None, files: list[str]) -> Generator[dict[str, Any]]:
        """Read the arguments. Files among them are closed at the end of the context.

        Raises:
            UsageError: An argument is unknown, missing or not valid.
            OSError: A file cannot be read.
        """
        given = self._read(texts)
        with ExitStack() as opened:
            if body is not None or files:
                if self._body is None:
                    raise UsageError(f"{self.name} takes no body")
                given["body"] = self._body.read(body, _pairs("--file", files), opened)
            missing = [name for name in self._kinds if self._is_required(name) and name not in given]
            if missing:
                raise UsageError(f"{self.name} needs {' and '.join(missing)}: {self._usage}")
            yield given

    def _read(self, texts: list[str]) -> dict[str, Any]:
        known = [name for name in self._kinds if name != "body"]
        read: dict[str, list[str]] = {}
        for name, text in _pairs("--arg", texts):
            if name not in known:
                raise UsageError.unknown(f"argument of {self.name}", name, known)
            read.setdefault(name, []).append(text)
        return {name: self._value(name, values) for name, values in read.items()}

    def _value(self, name: str, texts: list[str]) -> Any:
        kind = self._kinds[name]
        if not self._is_required(name):
            kind = without_null(kind)  # an optional argument is omitted rather than null
        if len(texts) > 1 and not is_list(kind):
            raise UsageError(f"{name} is not a list: give it once")
        try:
            return from_texts(texts, kind) if is_list(kind) else from_text(texts[0], kind)
        except ValueError as error:
            raise UsageError(f"{name} {error}") from None


def _body(kind: Any) -> Body:
    from .body import Body  # noqa: PLC0415 - not needed for lists

    return Body(without_null(kind))


def _tags() -> list[str]:
    return [name for name, member in vars(Resources).items() if isinstance(member, cached_property)]


def _methods(resource: object) -> dict[str, Callable[..., Any]]:
    return {name: getattr(resource, name) for name in vars(type(resource)) if not name.startswith("_")}


def _summary(documented: object) -> str:
    return (inspect.getdoc(documented) or "").partition("\n")[0]


def _pairs(option: str, texts: list[str]) -> list[tuple[str, str]]:
    pairs = [text.partition("=") for text in texts]
    placeholder = "FILE" if option == "--file" else "VALUE"
    for text, (name, equals, value) in zip(texts, pairs, strict=True):
        if not name or not equals or (option == "--file" and not value):
            raise UsageError(f"{option} takes NAME={placeholder}, not {text!r}")
    return [(name, value) for name, _, value in pairs]


def _client(profile: Profile) -> Client:
    from .answers import PrintingClient  # noqa: PLC0415 - as above
    from .session import locate_session  # noqa: PLC0415 - as above

    location = locate_session(profile)
    given = {"timeout": environment.timeout(), "retries": environment.retries()}
    options: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return PrintingClient(session=location.session(), **options)


def _call(method: Callable[..., Any], arguments: dict[str, Any], options: Namespace) -> None:
    from .answers import output, write  # noqa: PLC0415 - as above

    with output(options.output) as out:
        try:
            result = method(**arguments)
        except SDKError:
            raise
        except (TypeError, ValueError) as error:  # a value that cannot be sent
            raise UsageError(str(error)) from None
        write(result, out, options.max_items)
