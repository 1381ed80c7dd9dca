"""What an error response says: its message, with the fields that it objects to, and how long to wait.

The message is a part of a sentence. Frameworks differ in the shapes of their errors. They have in common that a message
stands under one of a few keys, and that everything about single fields stands in a list of objects with a message each,
or in an object of messages by field. So one search finds the messages of RFC 9457, OAuth, FastAPI, Django REST
framework, JSON:API, ASP.NET, Laravel, Spring, NestJS and others. Values that a server repeats from the request are left
out.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import unquote_plus

from attrs import define, field, frozen

from afresh_api.values import is_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from afresh._http import httpx

MOST_PROBLEMS: Final = 5
LONGEST_TEXT: Final = 300
LONGEST_PATH: Final = 100
_LONGEST_PAGE: Final = 20_000
_MOST_VALUES: Final = 500
_MAX_DEPTH: Final = 8
_SHORTEST_SECRET: Final = 6

_MESSAGES: Final = (
    *("detail", "error_description", "message", "msg", "errormessage", "error_message", "defaultmessage"),
    *("faultstring", "description", "reason", "issue", "title", "error"),
)
"""The keys of a message in an object, in lower case, best first."""

_PLACES: Final = (
    *("loc", "field", "fieldName", "path", "property", "propertyPath", "pointer", "instancePath", "param"),
    *("parameter", "attr", "attribute", "location", "target", "name"),
)
"""The keys of the place that an entry of a list of errors is about."""

_WRAPPER: Final = re.compile(
    r"_*(?:(?:error|field|form|global|model|validation|non_?field|invalid|root)_?-?)*"
    r"(?:errors?|details?|messages?|violations?|problems?|faults?|issues?|constraints|causes?|params|children|modelstate|all|schema)_*",
    re.IGNORECASE,
)
"""Keys that hold errors, and are no names of fields."""

_BY_FIELD: Final = re.compile(r"(?:field_?|validation_?|model_?)?(?:errors|violations|state)", re.IGNORECASE)
"""Those of them whose value has the names of fields as its keys, if it is an object."""

_REPEATED: Final = frozenset(
    {"input", "ctx", "value", "rejectedValue", "arguments", "params", "source", "data", "meta", "extensions", "links"}
    | {"request", "headers", "stack", "trace", "debug", "exception"}
)
"""Keys of what a server repeats from the request, or has for its own developers."""

TOKEN_SENT: Final = "afresh_token"  # noqa: S105 - a name
"""The request extension with the token that a request is sent with, where that is not a bearer token."""

KEYS_SENT: Final = "afresh_keys"
"""The request extension with the keys that a request is sent with."""

_MILLISECONDS: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")

_HEADING: Final = re.compile(r"<(title|h1|message|faultstring)\b[^>]*>(.*?)</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG: Final = re.compile(r"<[^>]*>")
_CLASS_NAME: Final = re.compile(r"\w*(?:Error|Exception)")
_IN_BODY: Final = re.compile(r"(?:body|json)\.(?=.)")
_SENT_SECRET: Final = re.compile(
    r'"[^"]*(?:passw(?:or)?d|passphrase|secret|token)"\s*:\s*"((?:[^"\\]|\\.)+)"'
    r"|(?:^|&)[^=&]*(?:passw(?:or)?d|passphrase|secret|token|code)=([^&]+)",
    re.IGNORECASE,
)


@frozen
class _Problem:
    """A message, and the field that it is about; an empty path if it is about none."""

    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}" if self.path else self.text


def message_of(document: object, *, status: str = "") -> str:
    """Return what a JSON document or a text says of an error; an empty string if it says nothing.

    Args:
        document: The JSON of an error response, or its text.
        status: The response's status and its name, such as "404 Not Found". Neither is a message.
    """
    if isinstance(document, str):
        return _unless_named(_text(document), status)
    search = _Search()
    search.read(document, "", is_said=True)
    summary, *others = [*(_unless_named(text, status) for text in search.summaries), ""]
    problems = list(dict.fromkeys(search.problems))
    if any(summary.startswith((problem.text, str(problem))) for problem in problems):
        summary = ""  # as that of Laravel and Symfony, which is the message of the first field
    if not problems:
        return summary or next(filter(None, others), "")
    shown = "; ".join(str(problem) for problem in problems[:MOST_PROBLEMS])
    if len(problems) > MOST_PROBLEMS:
        shown += f"; and {len(problems) - MOST_PROBLEMS} more"
    return f"{summary} ({shown})" if summary else shown


def without_secrets(text: str, request: httpx.Request) -> str:
    """Return a text without the secrets that its request had: its keys, tokens and cookies, and in its body."""
    secrets = [request.headers.get("authorization", "").rpartition(" ")[2]]
    secrets += [cookie.partition("=")[2].strip() for cookie in request.headers.get("cookie", "").split(";")]
    for name in (KEYS_SENT, TOKEN_SENT):
        chosen = request.extensions.get(name)
        secrets += chosen.secrets if chosen is not None else ()
    content: object = getattr(request, "_content", None)  # only if the body is in memory
    if isinstance(content, bytes):
        sent = content[:_LONGEST_PAGE].decode(errors="replace")
        secrets += [match[1] or unquote_plus(match[2]) for match in _SENT_SECRET.finditer(sent)]
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "…")
    return text


def http_date(text: str | None) -> datetime | None:
    """Parse an HTTP date (RFC 9110, section 5.6.7). Return None if it is missing or cannot be parsed.

    Args:
        text: The header's value, or None if there is no such header.
    """
    try:
        date = parsedate_to_datetime(text or "")
    except Exception:  # noqa: BLE001 - huge numbers raise more than ValueError, depending on the Python version
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def retry_after(response: httpx.Response) -> float | None:
    """Return the seconds that a response asks to wait (RFC 9110, section 10.2.3).

    None if it does not ask, or the header cannot be parsed. Some servers send the same in milliseconds, which is finer:
    `retry-after-ms`.
    """
    milliseconds = response.headers.get("retry-after-ms", "").strip()
    if _MILLISECONDS.fullmatch(milliseconds):
        return float(milliseconds) / 1000
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:12])
    date = http_date(value)
    return None if date is None else max(0.0, (date - datetime.now(UTC)).total_seconds())


@define
class _Search:
    """Searches a document for messages, up to a number of values and a depth."""

    summaries: list[str] = field(factory=list[str])
    problems: list[_Problem] = field(factory=list[_Problem])
    _budget: int = _MOST_VALUES

    def read(self, value: object, path: str, *, is_said: bool, depth: int = 0) -> None:
        """Search a value.

        Args:
            value: An object or an array.
            path: The field that it is about.
            is_said: Whether it is known to be about errors. Otherwise only a list of sentences is a message.
            depth: How deep in the document it is.
        """
        self._budget -= 1
        if self._budget < 0 or depth > _MAX_DEPTH:
            return
        if isinstance(value, list):
            self._read_list(cast("list[object]", value), path, is_said=is_said, depth=depth)
        elif isinstance(value, dict):
            self._read_object(cast("dict[str, object]", value), path, is_said=is_said, depth=depth)

    def _read_list(self, values: list[object], path: str, *, is_said: bool, depth: int) -> None:
        for index, item in enumerate(values[:_MOST_VALUES]):
            if isinstance(item, str):
                if is_said or " " in item:
                    self._add(path, item)
            elif isinstance(item, dict):
                self._read_entry(cast("dict[str, object]", item), path, index, is_said=is_said, depth=depth)
            else:
                self.read(item, f"{path}[{index}]", is_said=is_said, depth=depth + 1)

    def _read_entry(self, entry: dict[str, object], path: str, index: int, *, is_said: bool, depth: int) -> None:
        """Search an object in an array."""
        text, place = (_message(entry), _place(entry)) if is_said else ("", "")
        if text or place:
            self._add(_joined(path, place), text)
            self._read_wrapped(entry, _joined(path, place), depth)
        else:
            has_errors = any(map(_WRAPPER.fullmatch, entry))
            self.read(entry, path if has_errors else f"{path}[{index}]", is_said=is_said, depth=depth + 1)

    def _read_object(self, document: dict[str, object], path: str, *, is_said: bool, depth: int) -> None:
        if is_said and (text := _message(document)):
            self.summaries.append(_shortened(text).rstrip("."))
            self._read_wrapped(document, path, depth)
            return
        for key, item in _items(document):
            is_wrapper = _WRAPPER.fullmatch(key) is not None
            if is_wrapper and is_said:
                self._read_errors(key, item, path, depth)
            else:
                is_said_below = is_wrapper or (is_said and depth > 0)
                self.read(item, path if is_wrapper else _joined(path, key), is_said=is_said_below, depth=depth + 1)

    def _read_wrapped(self, document: dict[str, object], path: str, depth: int) -> None:
        """Search those values of an object with a message that hold more errors."""
        for key, item in _items(document):
            if _WRAPPER.fullmatch(key):
                self._read_errors(key, item, path, depth)

    def _read_errors(self, key: str, value: object, path: str, depth: int) -> None:
        if not is_object(value) or not (_BY_FIELD.fullmatch(key) or key == "constraints"):
            self.read(value, path, is_said=True, depth=depth + 1)
            return
        for name, item in _items(cast("dict[str, object]", value)):
            place = path if key == "constraints" or _WRAPPER.fullmatch(name) else _joined(path, name)
            if isinstance(item, str):
                self._add(place, item)
            else:
                self.read(item, place, is_said=True, depth=depth + 2)

    def _add(self, path: str, text: str) -> None:
        if text := _shortened(text):
            self.problems.append(_Problem(path[:LONGEST_PATH], text.rstrip(".")))


def _items(document: dict[str, object]) -> Iterator[tuple[str, object]]:
    return ((key, document[key]) for key in [*document][:_MOST_VALUES] if key not in _REPEATED)


def _message(document: dict[str, object]) -> str:
    """Return the message of an object; an empty string if it has none."""
    texts = {key.lower(): text for key, text in document.items() if isinstance(text, str) and text.strip()}
    return next((texts[name] for name in _MESSAGES if name in texts), "")


def _place(entry: dict[str, object]) -> str:
    """Return the place that an entry of a list of errors is about; an empty string if it does not say."""
    source = entry.get("source")  # of JSON:API
    if isinstance(source, dict):
        entry = cast("dict[str, object]", source) | entry
    for name in _PLACES:
        value = entry.get(name)
        if isinstance(value, str) and value and not _CLASS_NAME.fullmatch(value) and value != _message(entry):
            parts: list[object] = [*value.lstrip("#/").split("/")]
        elif isinstance(value, list) and value:
            parts = cast("list[object]", value)
        else:
            continue
        return _IN_BODY.sub("", "".join(_step(part) for part in parts).removeprefix("."), count=1)
    return ""


def _step(part: object) -> str:
    return f"[{part}]" if str(part).isdecimal() else f".{part}"


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name and not name.startswith("[") else path + name


def _unless_named(text: str, status: str) -> str:
    return "" if text and status.casefold().endswith(text.casefold()) else text


def _text(document: str) -> str:
    """Return the title of an HTML page, the message of an XML document, or a plain text."""
    match document.lstrip()[:1]:
        case "<":
            match = _HEADING.search(document[:_LONGEST_PAGE])
            text = unescape(_TAG.sub("", match[2])) if match else ""
        case "{" | "[":  # JSON that is broken, or nested too deeply
            text = ""
        case _:
            text = document
    return _shortened(text).rstrip(".")


def _shortened(text: str) -> str:
    line = " ".join(text[: 4 * LONGEST_TEXT].split())
    return line if len(line) <= LONGEST_TEXT else f"{line[:LONGEST_TEXT]}…"
