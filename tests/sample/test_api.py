"""The API as it is described, whichever it is: all of it is there, goes over the wire as described, and signs in."""

from __future__ import annotations

import json
import pkgutil
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import afresh
import afresh_api
from afresh import Client, Session, Tokens
from afresh._calls.streaming import Stream
from afresh._environment import LoginBody, credentials
from afresh_api.lifecycle import LIFECYCLE
from afresh_toolkit.conformance.calling import Package
from afresh_toolkit.conformance.schemas import Schemas
from afresh_toolkit.conformance.trial import example, run
from afresh_toolkit.generator.reading.description import leave_out, operations
from afresh_toolkit.generator.reading.inputs import Inputs
from afresh_toolkit.generator.reading.references.whole import read_description
from afresh_toolkit.generator.rules import Applied
from places import ROOT
from servers.canned import (
    Answer,
    Asked,
    answering,
    any_keys,
    client_to,
    knows_client,
    sent,
    token_answer,
    without_metadata,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from afresh_toolkit.generator.reading.document import Document

GENERATED = Path(afresh_api.__path__[0])
TRIED = 40
"""Operations, spread over all of them: more would take long where there are a thousand."""


@pytest.fixture(scope="module")
def document() -> Document:
    inputs = Inputs.of_project(ROOT)
    document, _ = read_description(inputs, Applied())
    leave_out(document, inputs.leave_out)
    return document


@pytest.fixture(scope="module")
def package() -> Package:
    return Package(GENERATED.parent, afresh_api.__name__, Stream)


@pytest.mark.parametrize("root", [afresh, afresh_api], ids=lambda root: root.__name__)
def test_every_module_can_be_imported(root: Any) -> None:
    for module in pkgutil.walk_packages(root.__path__, f"{root.__name__}."):
        if not module.name.endswith("__main__"):
            import_module(module.name)


def test_every_operation_has_its_method(document: Document) -> None:
    places = json.loads((GENERATED / "manifest.json").read_text(encoding="utf-8"))["operations"]
    assert set(places) == {operation.name for operation in operations(document)}
    with Client("http://127.0.0.1:9") as api:
        for place in places.values():
            assert callable(getattr(getattr(api, place["resource"]), place["name"]))


def test_operations_go_over_the_wire_as_described(document: Document, package: Package) -> None:
    schemas, listed = Schemas(document.content), list(operations(document))
    outcomes = [run(package, schemas, described) for described in listed[:: -(-len(listed) // TRIED)]]
    faults = {one.key: one.requests + one.answers for one in outcomes if one.requests or one.answers}
    assert len(faults) <= len(outcomes) / 10, faults  # what is made up may be more than a description means to allow


@pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning")
def test_a_call_is_answered(document: Document, package: Package) -> None:
    """Call an operation of the client over HTTP, against a server that answers as the description says."""
    schemas = Schemas(document.content)
    places = json.loads((GENERATED / "manifest.json").read_text(encoding="utf-8"))["operations"]
    for described in sorted(operations(document), key=lambda operation: operation.method != "GET"):
        if "pages" in places[described.name]:
            continue  # the call is made when somebody looks at its items
        made_up = None if run(package, schemas, described).answers else example(package, schemas, described)
        if made_up is None or "json" not in made_up[1].headers.get("Content-Type", ""):
            continue
        arguments, response = made_up
        place = places[described.name]
        with (
            answering(answer_of(response)) as server,
            httpx.Client() as http,  # which stands for what the SDK cannot send by itself, such as certificates
            Client(server.url, tokens=Tokens("given"), keys=any_keys(), http_client=http) as api,
        ):
            package.use(getattr(getattr(api, place["resource"]), place["name"])(**arguments))
            assert [asked.method for asked in server.asked] == [described.method]
        return
    pytest.skip("no operation answers with JSON that could be made up")


def answer_of(response: httpx.Response) -> Callable[[Asked], Answer]:
    return lambda _: Answer(response.status_code, response.json())


@pytest.mark.skipif(LIFECYCLE is None, reason="the description does not say how tokens live")
def test_tokens_are_had_renewed_and_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    assert LIFECYCLE is not None
    lifecycle = without_metadata(LIFECYCLE)
    monkeypatch.setattr("afresh._session.session.LIFECYCLE", lifecycle)
    issued: list[str] = []

    def answer(asked: Asked) -> Answer:
        issued.append(f"token-{len(issued)}")
        own = [
            call.tokens
            for call in (lifecycle.login, lifecycle.refresh)
            if call and call.tokens and (call.method, call.path) == (asked.method, asked.target.partition("?")[0])
        ]
        return token_answer(own[0] if own else lifecycle.tokens, issued[-1], f"{issued[-1]}-refresh")

    with answering(answer) as server:
        has_client = knows_client(lifecycle)
        session = Session(
            server.url,
            client_id="client" if has_client else None,
            client_secret="secret" if has_client else None,
            token_client=lambda **options: client_to(server.url, **options),
            keys=any_keys(),
        )
        if lifecycle.login is None:
            session.sign_in(Tokens("first", "first-refresh"))
        else:
            assert session.login(LoginBody(dict.fromkeys((one.key for one in credentials().values()), "word")))
            assert server.asked[-1].method == lifecycle.login.method
        held = session.tokens
        assert held is not None
        if lifecycle.refresh is not None and held.refresh_token is not None:
            assert session.obtain(rejected=held).access_token == issued[-1] != held.access_token
            assert held.refresh_token in sent(server.asked[-1])
        session.logout()
        assert session.tokens is None
        calls = [call for call in (lifecycle.login, lifecycle.refresh, lifecycle.logout) if call]
        first = [call.csrf.get for call in calls if call.csrf and call.csrf.get]
        assert {asked.method for asked in server.asked} <= {call.method for call in [*calls, *first]}
