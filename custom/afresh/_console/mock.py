"""The command `mock`: the API as a server in memory, for other languages and front ends."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from pathlib import Path
from types import GenericAlias
from typing import TYPE_CHECKING, Any, cast

from afresh.testing import FakeAPI, FakeAPIError
from afresh.testing.answering import types_in
from afresh.testing.decoding import read
from afresh.testing.doors import CORS
from afresh.testing.fitting import type_of
from afresh_api.fakes import Fakes
from afresh_api.faking import all_facts
from afresh_api.values import is_object

from .errors import ConsoleError, UsageError

if TYPE_CHECKING:
    import argparse

    from afresh_api.faking import Fake


def mock(options: argparse.Namespace) -> int:
    """Serve until the process is interrupted."""
    try:
        fake = FakeAPI(
            serve=True, host=options.host, port=options.port, headers=CORS, unprogrammed=options.unprogrammed
        )
    except OSError as error:
        raise ConsoleError(f"cannot listen on {options.host}, port {options.port}: {error.strerror}") from None
    with suppress(FakeAPIError, KeyboardInterrupt), fake:  # who sent a request that did not fit was told
        for file in options.data:
            _program(fake, Path(file))
        print(f"The fake API is at {fake.base_url} (Ctrl-C ends it).", flush=True)  # noqa: T201 - the output
        threading.Event().wait()
    return 0


def _program(fake: FakeAPI, file: Path) -> None:
    """Program answers out of a file of JSON: by the names of operations, such as `tasks.get`."""
    try:
        document: Any = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UsageError(f"{file} is no JSON: {error}") from None
    if not is_object(document):
        raise UsageError(f"{file} must have an object: answers by the names of operations, such as tasks.get")
    known = [f"{attribute}.{name}" for attribute, name, _ in all_facts(Fakes)]
    for name, value in document.items():
        if name not in known:
            raise UsageError.unknown("operation", name, known)
        attribute, _, method = name.partition(".")
        try:
            _answer(cast("Fake[Any, Any, Any]", getattr(getattr(fake, attribute), method)), value)
        except (FakeAPIError, ValueError) as error:
            raise UsageError(f"{file}, {name}: {error}") from None


def _answer(operation: Any, value: Any) -> None:
    facts = operation.facts
    match facts.kind:
        case "file":
            operation.returns(str(value).encode())
        case "list" | "stream":
            kind = types_in(facts, "PAGING")[1] if facts.kind == "list" else types_in(facts, "STREAMING")[0]
            operation.returns(read(value, GenericAlias(list, kind), "the value"))
        case _:
            operation.returns(read(value, type_of(" | ".join(one[2] for one in facts.answers)), "the value"))
