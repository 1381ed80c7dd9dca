"""Calls each operation of a fake API with example arguments; and what is tried on a fake of tests/fixtures/fakes.yaml.

Run as a program, with another generated package in place of this repository's: see test_fake_other_apis.py.
"""

from __future__ import annotations

import inspect
from datetime import date
from typing import TYPE_CHECKING, Any

import httpx

from afresh import APIError, Client
from afresh._calls.paging import Pager
from afresh.testing import FakeAPI, FakeAPIError
from afresh.testing.doors import SyncDoor
from afresh.testing.examples import example_of
from afresh.testing.fitting import arguments_of
from afresh.testing.limits import Node, node_of
from afresh_api import models
from afresh_api.fakes import Fakes
from afresh_api.faking import all_facts
from afresh_api.types import File

if TYPE_CHECKING:
    from collections.abc import Iterator

    from afresh_api.faking import Facts


def arguments(facts: Facts, *, is_full: bool = True) -> dict[str, Any]:
    """Return example arguments of an operation."""
    return {
        name: example_of(parameter.annotation, name, _node(facts, name), is_full=is_full)
        for name, parameter in arguments_of(facts.module).items()
        if is_full or parameter.default is inspect.Parameter.empty
    }


def _node(facts: Facts, name: str) -> Node:
    """Return what is known of an argument besides its type."""
    places = [f"{where} {key}" for argument, key, where, _, _ in facts.parameters if argument == name]
    places += [f"body {media_types[0]}" for media_types, _, _ in facts.bodies if name == "body"]
    return next((node_of(facts.module, place) for place in places), {})


def used(answer: Any) -> Any:
    """Take all that a method answers."""
    if hasattr(answer, "__enter__"):
        with answer as opened:
            return opened.read() if hasattr(opened, "read") else list(opened)
    return list(answer) if isinstance(answer, Pager) else answer


def call_each(fake: FakeAPI, client: Client, *without: str) -> Iterator[tuple[str, Any]]:
    """Call each operation; its arguments must arrive as they were given. Yield what is answered."""
    for attribute, name, facts in all_facts(Fakes):
        if name in without:
            continue
        operation: Any = getattr(getattr(fake, attribute), name)
        for is_full in (True, False):
            given, count = arguments(facts, is_full=is_full), len(operation.calls)
            answer = used(getattr(getattr(client, attribute), name)(**given))
            call = operation.calls[count]  # a list makes several
            arrived = {**call.arguments, "body": call.body}
            for argument, value in given.items():
                if value is not None:
                    assert _same(value, arrived[argument]), (operation.name, argument, value, arrived[argument])
            yield operation.name, answer


def _same(given: Any, arrived: Any) -> bool:
    if isinstance(given, File):
        content = given.payload.getvalue()  # type: ignore[attr-defined]  # an example is in memory
        return bool((arrived.payload.read() if isinstance(arrived, File) else arrived) == content)
    if isinstance(given, list):
        return len(given) == len(arrived) and all(map(_same, given, arrived))
    if hasattr(given, "to_dict"):
        names = [name for name in given.__slots__ if name != "made"]  # which is read-only
        return all(_same(getattr(given, name), getattr(arrived, name)) for name in names)
    return bool(given == arrived)


def said(fake: FakeAPI, method: str, path: str, **sent: Any) -> str:
    """Send a request that does not fit the description; return what the fake API says."""
    try:
        with httpx.Client(transport=SyncDoor(fake._engine), base_url=fake.base_url) as http:  # noqa: SLF001 - as a client does
            http.request(method, path, **sent)
    except FakeAPIError as error:
        fake._engine.problems.remove(error)  # noqa: SLF001 - it is expected here
        return str(error)
    raise AssertionError(f"{method} {path} fits")


def try_lists(fake: Any, client: Any) -> None:
    items = [models.Item(id=f"i{number}", word="w") for number in range(5)]  # type: ignore[attr-defined]
    for name, count in {"after": 3, "links": 3, "pages": 4}.items():  # the last ends with an empty page
        getattr(fake.lists, name).reset().returns(items, page_size=2)
        assert list(getattr(client.lists, name)()) == items, name
        assert len(getattr(fake.lists, name).calls) == count, getattr(fake.lists, name).calls
        assert len(list(getattr(client.lists, name)().pages())) == count, name
        getattr(fake.lists, name).returns([])
        assert list(getattr(client.lists, name)()) == [], name
    fake.lists.posted.reset().returns(items, page_size=2)
    search = models.Search(word="w")  # type: ignore[attr-defined]
    assert list(client.lists.posted(search)) == items
    assert [call.body.word for call in fake.lists.posted.calls] == ["w"] * 3
    fake.lists.numbered.reset().returns(items, page_size=2)
    assert list(client.lists.numbered()) == items
    assert list(client.lists.worded()) == []
    assert "query parameter `page`: int | None is described" in said(fake, "GET", "/worded?page=first")
    try:
        fake.lists.unmade.returns(items)
    except FakeAPIError as error:
        told = str(error)
    assert told == "no page of `lists.unmade` could be made; give a whole httpx.Response"
    assert "page at 'nowhere', which no page has named" in said(fake, "GET", "/after?starting_after=nowhere")


def try_streams(fake: Any, client: Any) -> None:
    point = models.Point(x=1)  # type: ignore[attr-defined]
    try:
        fake.streams.events.returns([point, 5])
    except FakeAPIError as error:
        told = str(error)
    assert "its stream has no such value as 5 (values[1])" in told
    fake.streams.events.returns([point, "two\nlines"])
    assert used(client.streams.events()) == [point, "two\nlines"]
    fake.streams.texts.returns(["a", "b"])
    assert used(client.streams.texts()) == ["a", "b"]
    fake.streams.sequence.answers(lambda _: [point, point])
    assert used(client.streams.sequence()) == [point, point]
    fake.streams.chat.returns(point)
    cat = models.Cat(kind="cat")  # type: ignore[attr-defined]
    fake.streams.chat_stream.returns([cat])
    assert client.streams.chat(point) == point
    assert used(client.streams.chat_stream(point)) == [cat]


def try_answers(fake: Any, client: Any) -> None:
    dog = models.Dog(kind="dog", name="Rex")  # type: ignore[attr-defined]
    assert client.bodies.maybe() == models.Cat(kind="cat", lives=1)  # type: ignore[attr-defined]
    fake.bodies.maybe.returns(dog)
    assert client.bodies.maybe("a text") == dog
    fake.bodies.maybe.returns(None)
    assert client.bodies.maybe() is None
    fake.bodies.maybe.raises(418, "a teapot")
    try:
        client.bodies.maybe()
    except APIError as error:
        answered = error.status_code, error.body
    assert answered == (418, "a teapot")
    fake.bodies.moved.returns("https://elsewhere.example/a")
    assert client.bodies.moved() == "https://elsewhere.example/a"
    fake.bodies.day.raises(500)
    try:
        client.bodies.day(date(2030, 1, 2))
    except APIError as error:
        picture: Any = error.body
    assert picture.payload.read() == b"example"
    wrong: dict[str, Any] = {
        "Cat | Dog | None is described, and 'no animal' was found": "no animal",
        "a client would read it as": models.Cat(kind="hamster"),  # type: ignore[attr-defined]
    }
    for reason, value in wrong.items():
        told = ""
        try:
            fake.bodies.maybe.returns(value)
        except FakeAPIError as error:
            told = str(error)
        assert reason in told, told
    assert "no example of an answer was found" in said(fake, "GET", "/endless")


def try_requests(fake: FakeAPI) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for (method, path, content, headers), reason in {
        (
            "GET",
            "/query?level=3",
            "",
            (),
        ): "query parameter `level`: Literal[1, 2] | None is described, and '3' was found",
        ("GET", "/query?piped=1|x", "", ()): "query parameter `piped`: list[int] | None is described",
        (
            "GET",
            "/query?price=dear",
            "",
            (),
        ): "query parameter `price`: float | None is described, and 'dear' was found",
        ("GET", "/query?ids=1", "", ()): "query parameter `ids`",
        ("GET", "/query?json={", "", ()): "query parameter `json`: Point | None is described",
        ("GET", "/query?deep[tags][0]=1&deep[name]=a&strange=1", "", ()): "the query has 'strange'",
        ("POST", "/action?kind=c", "", ()): "the API's description has no such path",
        ("POST", "/form", "count=1", tuple(form.items())): "body.name: str is described, and nothing was found",
        (
            "POST",
            "/form",
            "name=a&count=b",
            tuple(form.items()),
        ): "body.count: int | None is described, and 'b' was found",
        ("POST", "/form", "", ()): "the body is missing",
        (
            "POST",
            "/form",
            "{}",
            (("Content-Type", "application/json"),),
        ): "the Content-Type of the body is application/json",
        ("GET", "/moved", "x", ()): "it has a body, and none is described",
        ("PUT", "/formats", "{", (("Content-Type", "application/json"),)): "the body is no JSON",
        (
            "PUT",
            "/formats",
            '[{"day": "today"}]',
            (("Content-Type", "application/json"),),
        ): "body: list[Formats] is described",
        ("PUT", "/formats", "{}", (("Content-Type", "application/json"),)): "body: list[Formats] is described",
        ("POST", "/day", "5", (("Content-Type", "application/json"),)): "body: date is described, and 5 was found",
        ("DELETE", "/formats", "", ()): "has no DELETE of this path: it has HEAD, PUT",
    }.items():
        message = said(fake, method, path, content=content or None, headers=dict(headers))
        assert reason in message, message


def try_keys(fake: Any, client: Any) -> None:
    with httpx.Client(transport=SyncDoor(fake._engine), base_url=fake.base_url) as http:  # noqa: SLF001 - as above
        for path, headers, status in (
            ("/keyed", {"X-Key": "k"}, 204),
            ("/keyed", {}, 401),
            ("/either", {"Authorization": "Basic YTpi"}, 204),
            ("/either", {}, 401),
            ("/mutual", {}, 204),
        ):
            assert http.get(path, headers=headers).status_code == status, (path, headers)
    assert client.secured.keyed() is None


def main() -> None:
    with FakeAPI() as fake, fake.client(retries=0) as client:
        without = ("endless", "unmade", "day")
        assert len(list(call_each(fake, client, *without))) == 2 * (len(list(all_facts(Fakes))) - len(without))
        try_lists(fake, client)
        try_streams(fake, client)
        try_answers(fake, client)
        try_requests(fake)
        try_keys(fake, client)


if __name__ == "__main__":
    main()
