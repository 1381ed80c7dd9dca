"""Reading input: JSON bodies, query, headers and path, checked against what the API's description says of each field.

A *kind* turns a value as it was sent into the value that the server works with, or raises `MisfitError`.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from sandbox.problems import InvalidField, invalid

Kind = Callable[[object], Any]


class MisfitError(ValueError):
    """A value does not fit; ``path`` leads to it from the field that holds it."""

    def __init__(self, message: str, *path: str) -> None:
        super().__init__(message)
        self.message = message
        self.path = path


def read(
    place: str, values: Mapping[str, object], kinds: Mapping[str, Kind], required: Collection[str] = ()
) -> dict[str, Any]:
    """Check the values of one place (body, query, …) and return those that are there.

    Fields without a kind are passed over, as the description allows. Raises a problem that lists every misfit.
    """
    fitting = {}
    errors = [InvalidField(f"{place}/{name}", "is required") for name in required if name not in values]
    for name, kind in kinds.items():
        if name not in values:
            continue
        try:
            fitting[name] = kind(values[name])
        except MisfitError as misfit:
            errors.append(InvalidField("/".join((place, name, *misfit.path)), misfit.message))
    if errors:
        raise invalid(*errors)
    return fitting


async def read_json(request: Request, kinds: Mapping[str, Kind], required: Collection[str] = ()) -> dict[str, Any]:
    """Check a JSON body, which has to be an object, and return its fields."""
    media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise invalid(InvalidField("header/Content-Type", "must be application/json"))
    try:
        body = json.loads(await request.body(), parse_constant=_refuse_constant)
        json.dumps(body, ensure_ascii=False).encode()  # a lone surrogate could not be sent back
    except (ValueError, RecursionError) as error:
        raise invalid(InvalidField("body", f"is not JSON: {type(error).__name__}")) from None
    if not isinstance(body, dict):
        raise invalid(InvalidField("body", "must be an object"))
    return read("body", body, kinds, required)


async def read_form(request: Request) -> FormData:
    """Read a form, files and all; the caller closes it."""
    try:
        return await request.form()
    except HTTPException as error:
        raise invalid(InvalidField("body", error.detail)) from None


def read_query(request: Request, kinds: Mapping[str, Kind], required: Collection[str] = ()) -> dict[str, Any]:
    """Check the query's parameters, and refuse any other: a misspelt filter would quietly find too much.

    Each kind gets the list of what was sent by its name.
    """
    sent = request.query_params
    unknown = [InvalidField(f"query/{name}", "is not a parameter") for name in sent if name not in kinds]
    if unknown:
        raise invalid(*unknown)
    return read("query", {name: sent.getlist(name) for name in sent}, kinds, required)


def read_header(request: Request, name: str, kind: Kind) -> Any:
    """Check a header that may be absent: None then."""
    sent = request.headers.getlist(name)
    return read("header", {name: sent} if sent else {}, {name: once(kind)}).get(name)


def read_path(request: Request, name: str) -> UUID:
    """Check the one parameter in the path: they are all UUIDs."""
    value = read("path", request.path_params, {name: uuid})[name]
    assert isinstance(value, UUID)
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def text(shortest: int = 0, longest: int | None = None, pattern: str | None = None) -> Kind:
    def check(value: object) -> str:
        if not isinstance(value, str):
            raise MisfitError("must be a string")
        if len(value) < shortest or (longest is not None and len(value) > longest):
            raise MisfitError(f"must be {shortest} to {longest} characters long")
        if pattern is not None and not re.fullmatch(pattern, value):
            raise MisfitError(f"must match {pattern}")
        return value

    return check


def choice(*values: str | int) -> Kind:
    def check(value: object) -> str | int:
        for allowed in values:
            # 1.0 is 1 in JSON, as in Python; true is not.
            if value == allowed and not isinstance(value, bool):
                return allowed
        raise MisfitError(f"must be one of {', '.join(str(allowed) for allowed in values)}")

    return check


def number(least: float, most: float) -> Kind:
    def check(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise MisfitError("must be a number")
        if not least <= value <= most:
            raise MisfitError(f"must be from {least} to {most}")
        return value

    return check


def whole(least: int, most: int) -> Kind:
    def check(value: object) -> int:
        # JSON knows no integers apart from numbers: 1.0 is one.
        fitting = number(least, most)(value)
        if fitting != int(fitting):
            raise MisfitError("must be a whole number")
        return int(fitting)

    return check


def digits(least: int, most: int) -> Kind:
    """A whole number as text, as it stands in a query."""

    def check(value: object) -> int:
        if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,9}", value):
            raise MisfitError("must be a whole number")
        if not least <= int(value) <= most:
            raise MisfitError(f"must be from {least} to {most}")
        return int(value)

    return check


def boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise MisfitError("must be true or false")
    return value


def uuid(value: object) -> UUID:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", value):
        raise MisfitError("must be a UUID")
    return UUID(value)


def day(value: object) -> date:
    """A full-date (RFC 3339, section 5.6)."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise MisfitError("must be a date: YYYY-MM-DD")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise MisfitError(f"is no date: {error}") from None


def moment(value: object) -> datetime:
    """A date-time with its offset (RFC 3339, section 5.6)."""
    form = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
    if not isinstance(value, str) or not re.fullmatch(form, value):
        raise MisfitError("must be a date-time with an offset: YYYY-MM-DDTHH:MM:SSZ")
    try:
        return datetime.fromisoformat(value.upper())
    except ValueError as error:
        raise MisfitError(f"is no date-time: {error}") from None


def nullable(kind: Kind) -> Kind:
    return lambda value: None if value is None else kind(value)


def once(kind: Kind) -> Kind:
    """A parameter that is sent once, out of the list of values by its name."""

    def check(values: object) -> Any:
        assert isinstance(values, list)
        if len(values) != 1:
            raise MisfitError("must be sent once")
        return kind(values[0])

    return check


def list_of(kind: Kind, most: int) -> Kind:
    def check(values: object) -> list[Any]:
        if not isinstance(values, list):
            raise MisfitError("must be an array")
        if len(values) > most:
            raise MisfitError(f"must hold {most} items at the most")
        return [_inside(str(index), kind, value) for index, value in enumerate(values)]

    return check


def map_of(kind: Kind) -> Kind:
    def check(values: object) -> dict[str, Any]:
        if not isinstance(values, dict):
            raise MisfitError("must be an object")
        return {name: _inside(name, kind, value) for name, value in values.items()}

    return check


def _inside(step: str, kind: Kind, value: object) -> Any:
    try:
        return kind(value)
    except MisfitError as misfit:
        raise MisfitError(misfit.message, step, *misfit.path) from None
