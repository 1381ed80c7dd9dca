"""`scripts/bench decode`: from the bytes of an answer to models, beside pydantic and openapi-python-client."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import httpx
from pydantic import TypeAdapter

from benchmarks.generating import OURS, STOCK, ours, stock
from benchmarks.interleaving import Timing, timings
from benchmarks.pydantic_models import OpenRecord, Record

if TYPE_CHECKING:
    from collections.abc import Callable

DESCRIPTION: Final = Path(__file__).with_name("decoding.yaml")
COUNT: Final = 10
"""How many decodings make a block."""
PYDANTIC: Final = "pydantic, validate_json"
PYDANTIC_OPEN: Final = f"{PYDANTIC}, extra kept"
PARSE: Final = "ours, OPERATION.parse"
FAST: Final = f"{PARSE}, extra fast"
TARGETS: Final = {(PARSE, PYDANTIC): 0.95, (FAST, PYDANTIC): 0.66}
"""What a call may take, as a multiple of another's."""
PLAIN: Final = f"{OURS}_plain"
"""The same package, which does not find msgspec."""
TEXTS: Final = f"{OURS}_texts"
"""The same package, which leaves date-times as they are: what it would take less if they were read when asked for."""
LOADERS: Final = {"json": "loads", "msgspec.json": "decode", "orjson": "loads"}
"""What makes JSON values of bytes, by modules; those that are not installed are left out."""


def measure(*, rounds: int, tell: Callable[[str], None]) -> list[Timing]:
    """Measure them within this process, once all are found to read the same.

    Args:
        rounds: How many rounds of blocks.
        tell: Told what is done next.
    """
    with TemporaryDirectory() as folder:
        tell("making the models")
        ours(DESCRIPTION, Path(folder))
        for name in (PLAIN, TEXTS):
            copytree(Path(folder, OURS), Path(folder, name))
        stock(DESCRIPTION, Path(folder)).checked()
        sys.path.insert(0, folder)
        calls = _calls(_answer())
        tell("decoding")
        return timings(calls, against=[PYDANTIC, PYDANTIC_OPEN], rounds=rounds, count=COUNT)


def _answer() -> bytes:
    records = [
        {
            "id": f"rec_{number:08}",
            "title": f"The title of record {number}",
            "number": number,
            "public": number % 3 == 0,
            "status": ("draft", "open", "closed")[number % 3],
            "owner": {"name": f"Owner {number}", "email": f"owner{number}@example.com"},
            "created": f"2026-11-25T10:{number % 60:02}:00Z",
            "updated": f"2026-11-25T10:{number % 60:02}:30.123456+01:00",
            **({"note": f"A note on {number}", "rank": number} if number % 2 else {"rank": None}),
        }
        for number in range(100)
    ]
    return json.dumps(records, separators=(",", ":")).encode()


def _calls(data: bytes) -> dict[str, Callable[[], list[Any]]]:
    response = httpx.Response(200, content=data)
    import_module(f"{PLAIN}.decoding")._decoder = lambda: None  # type: ignore[attr-defined] # noqa: SLF001 - what stands for msgspec
    stock_parse = import_module(f"{STOCK}.api.records.list_records")._parse_response  # noqa: SLF001 - it has no other
    stock_client = import_module(f"{STOCK}.client").Client(base_url="http://localhost")
    record = import_module(f"{OURS}.models").Record
    calls: dict[str, Callable[[], list[Any]]] = {
        PYDANTIC: partial(TypeAdapter(list[Record]).validate_json, data),
        PYDANTIC_OPEN: partial(TypeAdapter(list[OpenRecord]).validate_json, data),
        "openapi-python-client, its answer's parser": partial(stock_parse, client=stock_client, response=response),
        PARSE: partial(_parse_of(PLAIN), response),
        FAST: partial(_parse_of(OURS), response),
    }
    for module, function in LOADERS.items():
        with suppress(ModuleNotFoundError):
            load = getattr(import_module(module), function)
            calls[f"ours, from_dict after {module}.{function}"] = partial(_read, record.from_dict, load, data)
    values = {name: [_values(one) for one in call()] for name, call in calls.items()}
    differing = [name for name in calls if values[name] != values[PYDANTIC]]
    if differing:
        raise RuntimeError(f"not read as by pydantic: {', '.join(differing)}")
    import_module(f"{TEXTS}.models.record").parse_datetime = str  # type: ignore[attr-defined]
    calls[f"{FAST}, date-times left as texts"] = partial(_parse_of(TEXTS), response)
    return calls


def _parse_of(package: str) -> Callable[[httpx.Response], list[Any]]:
    parse: Callable[[httpx.Response], list[Any]] = import_module(f"{package}.api.records.list_records").OPERATION.parse
    return parse


def _read(from_dict: Callable[[Any], Any], load: Callable[[bytes], Any], data: bytes) -> list[Any]:
    return [from_dict(item) for item in load(data)]


def _values(record: Any) -> tuple[Any, ...]:
    absent = (record.note or None, record.rank or None)  # UNSET of openapi-python-client is not None
    owner = (record.owner.name, record.owner.email)
    plain = (record.id, record.title, record.number, record.public, record.status)
    return (*plain, *owner, record.created, record.updated, *absent)
