"""`scripts/diff`: what a change does to those who use the SDK, and which version it takes."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from contextlib import chdir, nullcontext, redirect_stderr, redirect_stdout
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from packaging.version import Version

from afresh_toolkit.cli import main
from afresh_toolkit.comparing import custom
from afresh_toolkit.comparing.changelog import with_entry
from afresh_toolkit.comparing.changes import Change, Kind
from afresh_toolkit.comparing.comparison import compare
from afresh_toolkit.comparing.generated import Comparison
from afresh_toolkit.comparing.signatures import Argument
from afresh_toolkit.comparing.surface import ComparisonError, Surface
from afresh_toolkit.comparing.types import Relation, relation
from afresh_toolkit.comparing.versions import kind_of, next_version
from afresh_toolkit.generator.pipeline import generate
from afresh_toolkit.generator.reading.inputs import Inputs
from made import OPENAPI, make
from places import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    import griffe

CHANGES = yaml.safe_load((ROOT / "tests" / "fixtures" / "changes.yaml").read_text(encoding="utf-8"))


SURFACE = "generated/afresh_api/surface.txt"


@pytest.fixture
def _only_what_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what takes most of a generation's time, and is no part of what is compared."""
    for step in ("format_code", "import_modules"):
        monkeypatch.setattr(f"afresh_toolkit.generator.finishing.making.{step}", lambda *_: None)


def changed(actions: list[dict[str, Any]], root: Path) -> None:
    """Generate the package of a changed openapi.yaml, as a regeneration before a release does."""
    package = root / "generated" / "afresh_api"
    package.mkdir(parents=True)
    shutil.copy(ROOT / "generated" / "afresh_api" / "manifest.json", package)
    overlay = root / "change.yaml"
    overlay.write_text(yaml.safe_dump({"overlay": "1.0.0", "info": {}, "actions": actions}), encoding="utf-8")
    generate(Inputs(ROOT / "openapi.yaml", overlays=(overlay,), is_released=False), package, nullcontext)


@pytest.mark.usefixtures("_only_what_is_compared")
@pytest.mark.parametrize("case", CHANGES, ids=[case["change"] for case in CHANGES])
def test_a_change_of_the_description(case: dict[str, Any], tmp_path: Path) -> None:
    changed(case["actions"], tmp_path)
    before, after = (Surface.read(root / SURFACE) for root in (ROOT, tmp_path))
    changes = list(Comparison.of(before, after).changes())
    assert {str(change) for change in changes} >= set(case["said"])
    assert kind_of(changes) is Kind[case["class"].upper()], [str(change) for change in changes]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("client: none", "client: basic", "wants to know the client now: `client_id`, `client_secret`"),
        ("login: POST /auth/login", "login: POST /sessions", "asks for POST /sessions, in place of POST /auth/login"),
        ("logout: POST /auth/logout", "", "is gone: POST /auth/logout signs out no longer"),
        ("login.password", "login.pin", "asks for `username`, `pin` now, in place of `username`, `password`"),
        ("login.password", "login.password\n    grants: password", "has the grant `password`, too"),
        ("client: none", "client: client_id", "wants to know the client now: `client_id`"),
    ],
)
def test_a_change_of_the_lifecycle(old: str, new: str, said: str, tmp_path: Path) -> None:
    surface = (ROOT / "generated" / "afresh_api" / "surface.txt").read_text(encoding="utf-8")
    (tmp_path / "surface.txt").write_text(surface.replace(f"    {old}\n", f"    {new}\n" if new else ""))
    before, after = (Surface.read(folder / "surface.txt") for folder in (ROOT / "generated" / "afresh_api", tmp_path))
    assert said in {change.said for change in Comparison.of(before, after).changes()}


@pytest.mark.usefixtures("_only_what_is_compared")
def test_a_renamed_path_is_a_fix(tmp_path: Path) -> None:
    text = OPENAPI.replace("  /search:\n", "  /find:\n")
    make(text, tmp_path / "generated", package="afresh_api")
    (tmp_path / "custom").symlink_to(ROOT / "custom")
    assert compare(ROOT, tmp_path) == [Change(Kind.FIX, "search.tasks", "asks for GET /find, in place of GET /search")]


def needing(what: str) -> str:
    """Return the surface of an operation that must be called with something."""
    return "operation a.get: GET /one\n" + (f"    with {what}\n" if what else "")


ANSWERED = "operation a.get: GET /one\n    -> list[Shape]\n\n"
SENT = "operation a.put: PUT /one\n    body: Shape\n    -> None\n\n"
UNION = "alias Shape\n    Circle\n    Square\n"
HOOK = "webhook done: task.done\n    -> Done\n    signed standard-webhooks\n\n"
DONE = "model Done\n    id: int\n    at: str | Unset = UNSET\n"
CHAT = "operation bots.chat: POST /chat\n    -> None\n\n"
STREAM = "operation bots.chat_stream: POST /chat\n    -> None\n\n"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "operation a.get: GET /one\n",
            "operation a.get: GET /two\n\noperation a.get_one: GET /one\n",
            ["breaking `a.get` asks for GET /two, in place of GET /one, which is called `a.get_one` now"],
        ),
        (HOOK, "", ["breaking `webhooks.done` is gone"]),
        ("", HOOK, ["addition `webhooks.done` is new"]),
        (
            HOOK,
            HOOK.replace("task.done", "task.end"),
            ["breaking `webhooks.done` is for `task.end` now, in place of `task.done`"],
        ),
        (
            HOOK,
            HOOK.replace("    signed standard-webhooks\n", ""),
            ["breaking `webhooks.done` is signed by nothing that is known now, in place of standard-webhooks"],
        ),
        (
            HOOK,
            HOOK.replace("-> Done", "-> Done | Failed"),
            ["breaking `webhooks.done.parse()` may be `Done | Failed` now, more than `Done`"],
        ),
        (
            HOOK + DONE,
            HOOK + DONE.replace("    id: int\n", "    id: int | None\n"),
            ["breaking `Done.id` may be `int | None` now, more than `int`"],
        ),
        (HOOK + DONE, HOOK + DONE + "    note: str\n", ["addition `Done.note` is new: `str`"]),
        (
            CHAT + STREAM,
            (CHAT + STREAM).replace("bots", "ai"),
            [
                "breaking `bots.chat_stream` is called `ai.chat_stream` now",
                "breaking `bots.chat` is called `ai.chat` now",
            ],
        ),
        (CHAT + STREAM, CHAT, ["breaking `bots.chat_stream` is gone"]),
        (
            "",
            CHAT + STREAM,
            ["addition `bots.chat_stream` is new: POST /chat", "addition `bots.chat` is new: POST /chat"],
        ),
        (CHAT, CHAT.replace("None", "Answer"), ["addition `bots.chat()` is `Answer` now, and was nothing"]),
        (CHAT.replace("None", "Answer"), CHAT, ["breaking `bots.chat()` is `None` now, in place of `Answer`"]),
        (
            "operation a.get: GET /one\n    -> Map\n\nmodel Map\n",
            "operation a.get: GET /one\n    -> Map\n\nmodel Map\n    **: str\n",
            ["addition `Map.additional_properties` is always `str` now, less than `Any`"],
        ),
        (
            "operation a.set: GET /one\n    body: Map\n\nmodel Map\n",
            "operation a.set: GET /one\n    body: Map\n\nmodel Map\n    **: str\n",
            ["breaking `Map.additional_properties` takes `str` now, less than `Any`"],
        ),
        (
            "operation a.set: GET /one\n    body: Pair\n\nmodel Pair\n    one: str\n    two: str\n",
            "operation a.set: GET /one\n    body: Pair\n\nmodel Pair\n    two: str\n    new: str = 1\n    one: str\n",
            ["addition `Pair.new` is new: `str`"],  # arguments of a constructor are given by name
        ),
        (
            "operation a.get: GET /one\n    *\n    one: str\n    two: str = UNSET\n",
            "operation a.get: GET /one\n    *\n    two: str = UNSET\n    one: str\n",
            [],
        ),
        (
            "operation a.get: GET /{one}/{two}\n    one: str\n    two: str\n",
            "operation a.get: GET /{one}/{two}\n    two: str\n    one: str\n",
            ["breaking `a.get` takes `two`, `one` in this order now, not `one`, `two`"],
        ),
        (
            "lifecycle\n    client: none\n    refresh: POST /token\n",
            "lifecycle\n    client: basic\n    refresh: POST /token\n",
            ["breaking `refresh` wants to know the client now: `client_id`, `client_secret`"],
        ),
        (
            "lifecycle\n    client: client_id\n    refresh: POST /token\n",
            "lifecycle\n    client: none\n    refresh: POST /token\n",
            ["addition `refresh` need not know the client any more: `client_id`"],
        ),
        (
            "lifecycle\n    keys.a: str\n    keys.b: str\n",
            "lifecycle\n    keys.b: tuple[str, str]\n    keys.c: str\n",
            [
                "breaking `keys` has no `a` any more",
                "breaking `keys` has `b` as tuple[str, str] now, and not as str",
                "addition `keys` has `c`",
            ],
        ),
        *(
            (needing(old), needing(new), [said] if said else [])
            for old, new, said in (
                ("a token", "in-header", "breaking `a.get` needs `in-header` now"),
                ("in-header or a token", "in-header and a token", "breaking `a.get` needs `in-header and a token` now"),
                ("a token", "in-header or a token", "addition `a.get` may be called with `in-header` or a token now"),
                ("in-header", "", "addition `a.get` needs no key any more"),
                ("", "a token", "breaking `a.get` needs a token now"),
                ("in-header or by-name", "by-name or in-header", ""),
            )
        ),
        (ANSWERED + UNION, ANSWERED + UNION, []),
        (
            ANSWERED + UNION,
            ANSWERED + UNION + "    Line\n",
            ["breaking `Shape` may be `Line` in answers, too"],
        ),
        (ANSWERED + UNION + "    Line\n", ANSWERED + UNION, ["addition `Shape` is never `Line` any more"]),
        (SENT + UNION, SENT + UNION + "    Line\n", ["addition `Shape` takes `Line`, too"]),
        (SENT + UNION + "    Line\n", SENT + UNION, ["breaking `Shape` takes `Line` no longer"]),
        (
            UNION,
            UNION.replace("Square", "Line"),
            ["breaking `Shape` may be `Line` in answers, too", "breaking `Shape` takes `Square` no longer"],
        ),
        (ANSWERED.replace("Shape", "Circle | Square"), ANSWERED + UNION, ["addition `Shape` is new"]),
        (
            ANSWERED + UNION,
            ANSWERED.replace("[Shape]", "[Circle | Line | Square]") + UNION,
            ["breaking `a.get()` may be `list[Circle | Line | Square]` now, more than `list[Shape]`"],
        ),
        (
            ANSWERED + UNION,
            ANSWERED.replace("Shape", "Shape | None") + UNION,
            ["breaking `a.get()` may be `list[Shape | None]` now, more than `list[Shape]`"],
        ),
        (
            ANSWERED.replace("Shape", "Mark") + UNION + "\nalias Mark\n    Shape\n    str\n",
            ANSWERED.replace("Shape", "Mark") + UNION + "\nalias Mark\n    Circle\n    Square\n    str\n",
            [],
        ),
        (
            "model Pet\n    name: str\n\n" + ANSWERED.replace("Shape", "Pet"),
            "model Cat\n\nalias Pet\n    Cat\n    str\n\n" + ANSWERED.replace("Shape", "Pet"),
            ["addition `Cat` is new", "breaking `Pet` is a union now"],
        ),
        (
            ANSWERED + "alias Shape\n    Circle\n",
            "",
            ["breaking `Shape` is gone", "breaking `a.get` is gone, and with it GET /one"],
        ),
        (
            "model Node\n    next: Shape\n\noperation a.get: GET /one\n    -> Node\n\n" + UNION,
            "model Node\n    next: Shape\n\noperation a.get: GET /one\n    -> Node\n\n" + UNION + "    Line\n",
            ["breaking `Shape` may be `Line` in answers, too"],
        ),
    ],
)
def test_a_change_of_the_surface(before: str, after: str, said: list[str], tmp_path: Path) -> None:
    surfaces: list[Surface] = []
    for text in (before, after):
        (tmp_path / "surface.txt").write_text(text)
        surfaces.append(Surface.read(tmp_path / "surface.txt"))
    changes = Comparison.of(*surfaces).changes()
    assert sorted(f"{change.kind.name.lower()} {change}" for change in changes) == sorted(said)


FORMER = """\
operation a.add: POST /one
    body: Made | None | Unset = UNSET
    *
    limit: int | None | Unset = UNSET
    -> Made

model Made
    size: float | Unset = UNSET
    note: str | None | Unset = UNSET
    extra: Any | Unset = UNSET
    id: str = UNSET
"""
NEWER = """\
operation a.add: POST /one
    body: Made | None = None
    *
    limit: int | None = None
    -> Made

model Made
    size: float | None = None
    note: str | None | Unset = UNSET
    extra: Any | Unset = UNSET
    id: str = None
"""
RENEWED = (
    "breaking `UNSET` no longer stands for what is absent in 4 places, such as `Made.id`, since null is not described "
    "there: give None, and write `is None`, where it was `UNSET`"
)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (FORMER, NEWER, [RENEWED]),
        (NEWER, NEWER, []),
        (FORMER, FORMER, []),
        (
            FORMER,
            NEWER.replace("size: float | None = None", "size: int | None = None"),
            [RENEWED, "breaking `Made.size` takes `int | None` now, less than `float | None`"],
        ),
        (
            FORMER,
            NEWER.replace("limit: int | None = None", "limit: int"),
            [
                RENEWED.replace("4 places", "3 places"),
                "breaking `a.add(limit)` must be given now",
                "breaking `a.add(limit)` takes `int` now, less than `int | None`",
            ],
        ),
        (
            "model A\n    b: str | Unset = UNSET\n",
            "model A\n    b: str | None = None\n",
            [RENEWED.replace("4 places, such as `Made.id`", "one place, `A.b`")],
        ),
        (
            "model A\n    b: str | None | Unset = UNSET\n",
            "model A\n    b: str | None = None\n",
            ["breaking `A.b` is `None` by default, in place of `UNSET`: None means that it is left out now"],
        ),
        (
            "model A\n    b: str | None = None\n",
            "model A\n    b: str | None | Unset = UNSET\n",
            ["breaking `A.b` is `UNSET` by default, in place of `None`: None means null now"],
        ),
        (
            "operation a.b: GET /b\n    *\n    c: int | None\n",
            "operation a.b: GET /b\n    *\n    c: int | None = None\n",
            ["addition `a.b(c)` may be left out now"],
        ),
    ],
)
def test_what_stands_for_what_is_absent(before: str, after: str, said: list[str], tmp_path: Path) -> None:
    surfaces: list[Surface] = []
    for text in (before, after):
        (tmp_path / "surface.txt").write_text(text)
        surfaces.append(Surface.read(tmp_path / "surface.txt"))
    changes = Comparison.of(*surfaces).changes()
    assert sorted(f"{change.kind.name.lower()} {change}" for change in changes) == sorted(said)


def test_a_package_that_is_called_otherwise(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "generated" / "afresh_api", tmp_path / "generated" / "tasks_api")
    (tmp_path / "custom").symlink_to(ROOT / "custom")
    said = "is called `tasks_api` now, which imports must name"
    assert compare(ROOT, tmp_path) == [Change(Kind.BREAKING, "afresh_api", said)]


@pytest.mark.usefixtures("_only_what_is_compared")
def test_the_client_that_calls_name_in_places_of_their_own(tmp_path: Path) -> None:
    sent = "      $request.body#/refreshToken: $refreshToken\n"
    text = OPENAPI.replace(sent, f"{sent}      $request.header.X-Client: $clientId\n", 1)
    assert text != OPENAPI
    make(text, tmp_path)
    assert "    client: client_id\n" in (tmp_path / "small_api" / "surface.txt").read_text(encoding="utf-8")


CUSTOM = '''
"""A layer."""

from ._private import Client as Client
from ._private import Old

__all__ = ["Client", "Old", "save"]


async def save(path: str, *, force: bool = False, **more: int) -> int | None: ...
'''
PRIVATE = """
class Old: ...


class _Base:
    def ping(self, first: int, second: int) -> None: ...


class Client(_Base):
    url: str

    def __init__(self, url: str, timeout: float = 5.0, retries: int = 2) -> None: ...

    def _secret(self) -> None: ...

    @property
    def name(self) -> str: ...
"""


def layer(root: Path, *edits: tuple[str, str]) -> griffe.Module:
    folder = root / "custom" / "acme"
    folder.mkdir(parents=True)
    for name, text in (("__init__", CUSTOM), ("_private", PRIVATE)):
        for old, new in edits:
            text = text.replace(old, new)  # noqa: PLW2901 - edit by edit
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return custom.load(root / "custom")


@pytest.mark.parametrize(
    ("old", "new", "kind", "said"),
    [
        (', "save"]', "]", Kind.BREAKING, "`acme.save` is gone"),
        (', "save"]', ', "save", "Path"]\nfrom pathlib import Path', Kind.ADDITION, "`acme.Path` is new"),
        ("async def", "def", Kind.BREAKING, "`acme.save` is a function now, and not an async function"),
        ("*, force", "force", None, ""),  # may be given either way
        (
            "timeout: float",
            "*, timeout: float",
            Kind.BREAKING,
            "`acme.Client.__init__(timeout)` must be given by name now",
        ),
        ("force: bool = False", "force: bool", Kind.BREAKING, "`acme.save(force)` must be given now"),
        (
            "force: bool = False",
            "force: bool = True",
            Kind.BREAKING,
            "`acme.save(force)` is `True` by default, in place of `False`",
        ),
        ("path: str", "path: str | int", Kind.ADDITION, "`acme.save(path)` takes `str | int` now, more than `str`"),
        ("-> int | None", "-> int", Kind.ADDITION, "`acme.save()` is always `int` now, less than `int | None`"),
        ("-> int | None", "-> str", Kind.BREAKING, "`acme.save()` is `str` now, in place of `int | None`"),
        (
            "first: int, second: int",
            "second: int, first: int",
            Kind.BREAKING,
            "`acme.Client.ping` takes `second`, `first` in this order now, not `first`, `second`",
        ),
        (
            "retries: int = 2",
            "retries: int = 2, key: str = ''",
            Kind.ADDITION,
            "`acme.Client.__init__(key)` is new: `str`",
        ),
        ("Client(_Base)", "Client", Kind.BREAKING, "`acme.Client.ping` is gone"),
        (
            "def name(self) -> str",
            "def name(self) -> int",
            Kind.BREAKING,
            "`acme.Client.name` is `int` now, in place of `str`",
        ),
        ("_secret", "_other", None, ""),
        ("class Old: ...", "def Old() -> None: ...", Kind.BREAKING, "`acme.Old` is a function now, and not a class"),
    ],
)
def test_a_change_of_the_layer(old: str, new: str, kind: Kind | None, said: str, tmp_path: Path) -> None:
    before, after = layer(tmp_path / "before"), layer(tmp_path / "after", (old, new))
    changes = list(custom.changes(before, after))
    assert kind_of(changes) is (kind or Kind.FIX), changes
    assert said in {str(change) for change in changes} or not said


def test_the_order_of_what_is_given_by_name_is_no_change(tmp_path: Path) -> None:
    """That arguments must be given by name from now on breaks; in which order they are written then does not."""
    positional, by_name = (
        "timeout: float = 5.0, retries: int = 2",
        "*, retries: int = 2, new: int = 1, timeout: float = 5.0",
    )
    before = layer(tmp_path / "before")
    between = layer(tmp_path / "between", (positional, "*, timeout: float = 5.0, retries: int = 2"))
    after = layer(tmp_path / "after", (positional, by_name))
    new = "`acme.Client.__init__(new)` is new: `int`"
    assert {str(change) for change in custom.changes(between, after)} == {new}
    assert {str(change) for change in custom.changes(before, after)} == {
        "`acme.Client.__init__(retries)` must be given by name now",
        "`acme.Client.__init__(timeout)` must be given by name now",
        new,
    }


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("str", "str", Relation.SAME),
        ("int | str", "str | int", Relation.SAME),
        ("str", "str | None", Relation.WIDER),
        ("list[str]", "list[str | int]", Relation.WIDER),
        ("int", "float", Relation.WIDER),
        ("str", "UUID", Relation.OTHER),
        ("Literal['a', 'b']", "Literal['a']", Relation.NARROWER),
        ("Literal['a', 'b']", "str", Relation.WIDER),
        ("Literal[1]", "float", Relation.WIDER),
        ("Literal[True]", "int", Relation.OTHER),
        ("Colour", "Literal['red']", Relation.NARROWER),
        ("Colour", "str", Relation.WIDER),
        ("str", "Colour", Relation.NARROWER),
        ("dict[str, int]", "Any", Relation.WIDER),
        ("Task", "Any", Relation.OTHER),
        ("dict[str, Task]", "dict[str, Any]", Relation.OTHER),
        ("Callable[[int], str]", "Callable[[str], str]", Relation.OTHER),
        ("Optional[str]", "str | None", Relation.SAME),
        ("typing.Union[int, t.List[str]]", "int | list[str]", Relation.SAME),
        ("Optional[str]", "str", Relation.NARROWER),
        ("datetime.date", "date", Relation.SAME),
        ("datetime.date", "datetime.datetime", Relation.OTHER),
        ("list", "list[Any]", Relation.SAME),
        ("list[str]", "list", Relation.WIDER),
        ("Literal[Shape.ROUND]", "Shape", Relation.WIDER),
        ("Literal[b'x']", "bytes", Relation.WIDER),
        ("*Ts", "*Ts | None", Relation.OTHER),
    ],
)
def test_how_a_type_is_to_another(before: str, after: str, expected: Relation) -> None:
    enums = {"Colour": ["'red'", "'blue'"]}
    assert relation(before, after, enums, enums) is expected


@pytest.mark.parametrize(
    ("last", "kind", "following"),
    [
        ("1.2.3", Kind.BREAKING, "2.0.0"),
        ("1.2.3", Kind.ADDITION, "1.3.0"),
        ("1.2.3", Kind.FIX, "1.2.4"),
        ("0.2.3", Kind.BREAKING, "0.3.0"),
        ("0.2.3", Kind.ADDITION, "0.3.0"),
        ("0.2.3", Kind.FIX, "0.2.4"),
        ("2.0.0rc1", Kind.BREAKING, "2.0.0"),
        ("1.3.0rc1", Kind.BREAKING, "2.0.0"),
        ("1.3.0rc1", Kind.ADDITION, "1.3.0"),
        ("1.2.4rc1", Kind.ADDITION, "1.3.0"),
        ("0.3.0rc1", Kind.BREAKING, "0.3.0"),
        ("0.2.4.dev1", Kind.BREAKING, "0.3.0"),
    ],
)
def test_which_version_follows(last: str, kind: Kind, following: str) -> None:
    assert next_version(Version(last), kind) == Version(following)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("model Task\n    id UUID\n", "surface.txt:1: not understood; run scripts/generate"),
        ("# a comment\n\nthing X\n", "surface.txt:3: not understood"),
        ("operation tasks.get\n", "surface.txt:1: not understood"),
        (None, "surface.txt: No such file or directory; scripts/generate writes it"),
    ],
)
def test_a_surface_that_cannot_be_read(text: str | None, said: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "surface.txt").write_text(text)
    with pytest.raises(ComparisonError, match=said):
        Surface.read(tmp_path / "surface.txt")


def test_quotes_hide_what_else_would_mean_something(tmp_path: Path) -> None:
    literal = "Literal[' = ', '  # ', ': ']"
    (tmp_path / "surface.txt").write_text(f"model Odd\n    sign: {literal} = UNSET  # '  # '\n")
    assert Surface.read(tmp_path / "surface.txt").models == {
        "Odd": {"sign": Argument(literal, "UNSET", server_default="'  # '")}
    }


class Repository:
    """A git repository with the parts that scripts/diff looks at."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def make(cls, root: Path) -> Repository:
        """Make one with a small layer, which is read many times faster than the real one."""
        (root / "custom" / "afresh").mkdir(parents=True)
        (root / "custom" / "afresh" / "__init__.py").write_text("from ._tokens import Tokens as Tokens\n")
        (root / "custom" / "afresh" / "_tokens.py").write_text("class Tokens:\n    access_token: str\n")
        (root / SURFACE).parent.mkdir(parents=True)
        shutil.copy(ROOT / SURFACE, root / SURFACE)
        (root / SURFACE).with_name("__init__.py").write_text("")
        project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        (root / "pyproject.toml").write_text(re.sub(r'(?m)^version = ".*"$', 'version = "0.1.0"', project))
        (root / "CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- A stain.\n")
        made = cls(root)
        made.git("init", "--quiet")
        made.commit("A state.")
        return made

    def git(self, *arguments: str) -> None:
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *arguments], cwd=self.root, check=True)

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def edit(self, path: str, old: str, new: str) -> None:
        file = self.root / path
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    def diff(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Do what scripts/diff does, in this process."""
        command = self._command(*arguments)
        out, err = io.StringIO(), io.StringIO()
        with chdir(self.root), redirect_stdout(out), redirect_stderr(err):
            try:
                status = main(command)
            except SystemExit as ended:
                status = ended.code if isinstance(ended.code, int) else 1
        return subprocess.CompletedProcess(command, status, out.getvalue(), err.getvalue())

    def run_diff(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run scripts/diff in a process of its own."""
        command = [sys.executable, "-P", "-m", "afresh_toolkit", *self._command(*arguments)]
        environment = {**os.environ, "COLUMNS": "200"}
        return subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, check=False)

    def _command(self, *arguments: str) -> list[str]:
        return ["--door", str(self.root / "scripts" / "diff"), "diff", *arguments]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Repository.make(tmp_path_factory.mktemp("template")).root


@pytest.fixture
def repository(template: Path, tmp_path: Path) -> Repository:
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    return Repository(tmp_path)


def test_it_compares_with_the_last_release(repository: Repository) -> None:
    ran = repository.run_diff()
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("scripts/diff: no release has a tag, such as v1.2.0")
    repository.git("tag", "v0.1.0")
    repository.edit(SURFACE, "model Task\n    id: UUID\n", "model Task\n    id: str\n")
    repository.commit("Another state.")
    ran = repository.run_diff()
    assert (ran.returncode, ran.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in ran.stdout.splitlines()]
    assert lines[0] == "Since v0.1.0"
    assert lines[2] == "breaking Task.id is `str` now, in place of `UUID`"
    assert lines[3:] == [
        "breaking: 0.1.0 → 0.2.0 or later; pyproject.toml has 0.1.0.",
        "scripts/diff v0.1.0 --write makes it 0.2.0.",
    ]
    for base in ("0.1.0", "v0.1.0", "HEAD~1"):
        assert repository.diff(base).stdout.splitlines()[1:-1] == ran.stdout.splitlines()[1:-1]
    assert repository.diff("HEAD").stdout.startswith("Nothing has changed since HEAD for those who use it.\n")


def test_it_writes_the_entry_and_the_version(repository: Repository) -> None:
    repository.git("tag", "v0.1.0")
    repository.edit(SURFACE, "model Task\n", "model Task\n    colour: str\n")
    ran = repository.diff("--write")
    assert ran.returncode == 0, ran.stderr
    today = datetime.now(UTC).date().isoformat()
    added, fixed = "### Added\n\n- `Task.colour` is new: `str`.\n", "### Fixed\n\n- A stain.\n"
    head = "# Changelog\n\n## [Unreleased]\n\n"
    changelog = repository.root / "CHANGELOG.md"
    assert changelog.read_text() == f"{head}## [0.2.0] - {today}\n\n{added}\n{fixed}"
    assert 'version = "0.2.0"' in (repository.root / "pyproject.toml").read_text()
    text = changelog.read_text()
    assert repository.diff("--write").returncode == 0
    assert changelog.read_text() == text, "what is there already is not written twice"
    repository.edit("pyproject.toml", 'version = "0.2.0"', 'version = "1.0.0"')
    assert repository.diff("--write").returncode == 0
    assert changelog.read_text() == text.replace("[0.2.0]", "[1.0.0]"), "who wants more than is needed has it"
    repository.commit("A release.")
    repository.git("tag", "v1.0.0")
    assert repository.diff("--write").returncode == 0
    assert f"## [1.0.1] - {today}\n\n### Fixed\n\n- What is generated" in changelog.read_text()
    assert changelog.read_text().endswith(text.partition("## [0.2.0]")[2])


@pytest.mark.parametrize(
    ("base", "said"),
    [
        ("nowhere", "nowhere is no revision here"),
        ("9.9.9", "9.9.9 is no revision here, and no tag v9.9.9 of a release"),
    ],
)
def test_a_base_that_is_not_there(repository: Repository, base: str, said: str) -> None:
    ran = repository.diff(base)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith(f"scripts/diff: {said}")


def test_a_base_from_before_there_was_a_surface(repository: Repository) -> None:
    repository.git("rm", "--quiet", SURFACE)
    repository.commit("As it was.")
    ran = repository.diff("HEAD")
    assert ran.returncode == 1
    assert (
        ran.stderr == "scripts/diff: HEAD:generated has no package with a surface.txt, which scripts/generate writes\n"
    )


def test_a_module_that_cannot_be_read(repository: Repository) -> None:
    (repository.root / "custom" / "afresh" / "_tokens.py").write_text("def (:\n")
    ran = repository.diff("HEAD")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "mend that module first" in ran.stderr
    assert "Traceback" not in ran.stderr


ADDED = "model Task\n    colour: str\n"


def test_line_endings_and_quotes_stay(repository: Repository) -> None:
    repository.git("tag", "v0.1.0")
    repository.edit(SURFACE, "model Task\n", ADDED)
    repository.edit("pyproject.toml", "[project]\n", '[tool.other]\nversion = "7"\n\n[project]\n')
    repository.edit("pyproject.toml", 'version = "0.1.0"', "version = '0.1.0'  # by scripts/diff")
    changelog = repository.root / "CHANGELOG.md"
    changelog.write_bytes(changelog.read_bytes().replace(b"\n", b"\r\n"))
    ran = repository.diff("--write")
    assert ran.returncode == 0, ran.stderr
    assert b"\n" not in changelog.read_bytes().replace(b"\r\n", b"")
    project = (repository.root / "pyproject.toml").read_text(encoding="utf-8")
    assert 'version = "0.2.0"  # by scripts/diff' in project
    assert 'version = "7"' in project


@pytest.mark.parametrize(
    ("project", "said"),
    [
        ('version = """\n0.1.0"""', 'has no line `version = "…"` in [project]: set it to 0.2.0 by hand'),
        ('version = "soon"', "has no `version` of a release in [project]"),
        ('dynamic = ["version"]', "has no `version` of a release in [project]"),
        ("version = ", "pyproject.toml is not valid TOML: Invalid value (at line "),
        ('"version" = "0.1.0"', 'has no line `version = "…"` in [project]: set it to 0.2.0 by hand'),
    ],
)
def test_nothing_is_written_where_the_version_cannot_be(repository: Repository, project: str, said: str) -> None:
    repository.git("tag", "v0.1.0")
    repository.edit(SURFACE, "model Task\n", ADDED)
    repository.edit("pyproject.toml", 'version = "0.1.0"', project)
    before = (repository.root / "CHANGELOG.md").read_text()
    ran = repository.diff("--write")
    assert (ran.returncode, said in ran.stderr) == (1, True), ran.stderr
    assert "Traceback" not in ran.stderr
    assert (repository.root / "CHANGELOG.md").read_text() == before


def test_a_changelog_that_is_no_text(repository: Repository) -> None:
    (repository.root / "CHANGELOG.md").write_bytes(b"# Changelog \xe9\n")
    ran = repository.diff("HEAD", "--write")
    said = "scripts/diff: CHANGELOG.md is not UTF-8 at byte 12; mend that, and run it again\n"
    assert (ran.returncode, ran.stderr) == (1, said)


def test_the_last_release_is_the_highest_one(repository: Repository) -> None:
    for tag in ("v0.1.0", "v0.0.9", "v0.2.0rc1", "v1-draft"):  # on the same commit
        repository.git("tag", tag)
    assert "since v0.1.0" in repository.diff().stdout
    repository.edit("pyproject.toml", 'version = "0.1.0"', 'version = "0.2.0rc2"')
    assert "since v0.2.0rc1" in repository.diff().stdout


def test_a_pre_release_leads_up_to_its_version(repository: Repository) -> None:
    repository.git("tag", "v0.1.0")
    repository.edit(SURFACE, "model Task\n", ADDED)
    repository.edit("pyproject.toml", 'version = "0.1.0"', 'version = "0.2.0rc1"')
    assert repository.diff("--write").returncode == 0
    assert 'version = "0.2.0rc1"' in (repository.root / "pyproject.toml").read_text(encoding="utf-8")
    assert "## [0.2.0rc1]" in (repository.root / "CHANGELOG.md").read_text()


def test_what_was_released_since_is_not_written_again(repository: Repository) -> None:
    repository.git("tag", "v0.1.0")
    repository.edit("pyproject.toml", 'version = "0.1.0"', 'version = "0.2.0"')
    repository.commit("A release.")
    repository.git("tag", "v0.2.0")
    ran = repository.diff("0.1.0", "--write")
    assert ran.returncode == 1
    assert ran.stderr.startswith("scripts/diff: 0.2.0 is released already, after 0.1.0: --write goes with")


def test_no_repository_at_all(repository: Repository) -> None:
    shutil.rmtree(repository.root / ".git")
    for arguments in ([], ["v1.0.0"]):
        ran = repository.diff(*arguments)
        assert ran.returncode == 1
        assert "is in no git repository that can be read: git status says why" in ran.stderr


def test_a_repository_within_another(tmp_path: Path) -> None:
    root = tmp_path / "sdks" / "python"
    root.mkdir(parents=True)
    inner = Repository.make(root)
    shutil.rmtree(root / ".git")
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    inner.commit("A state.")
    inner.git("tag", "v0.1.0")
    inner.edit(SURFACE, "model Task\n", ADDED)
    ran = inner.diff()
    assert ("`str`" in ran.stdout, ran.stderr) == (True, "")


def test_a_shallow_clone_says_what_it_lacks(repository: Repository, tmp_path_factory: pytest.TempPathFactory) -> None:
    repository.git("tag", "v0.1.0")
    repository.edit(SURFACE, "model Task\n", ADDED)
    repository.commit("Another state.")
    clone = tmp_path_factory.mktemp("clone") / "shallow"
    repository.git("clone", "--quiet", "--depth=1", "--no-tags", f"file://{repository.root}", str(clone))
    repository.root = clone
    assert "git fetch --unshallow --tags brings what this clone lacks" in repository.diff().stderr


@pytest.mark.parametrize("arguments", [["--record", "HEAD"], ["--nowhere"]])
def test_wrong_usage(repository: Repository, arguments: list[str]) -> None:
    assert repository.diff(*arguments).returncode == 2


def test_a_base_that_looks_like_an_option(repository: Repository) -> None:
    ran = repository.diff("--", "--output=surface.tar")
    assert (ran.returncode, ran.stderr.startswith("scripts/diff: --output=surface.tar is no revision here")) == (
        1,
        True,
    )


DAY, ONE, LINKS = (
    "2026-01-02",
    Version("1.0.0"),
    "[unreleased]: https://example.com/c/v1\n[1.0.0]: https://example.com/v1\n",
)
OLD = "## [1.0.0] - 2025-01-01\n\n### Added\n\n- All.\n"
ENTRY = f"## [Unreleased]\n\n## [1.1.0] - {DAY}\n\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            f"# C\n\n## [Unreleased]\n\n### Added\n\n- A.\n\n{LINKS}",
            f"# C\n\n{ENTRY}### Added\n\n- A.\n- `T` is new.\n\n{LINKS}",
            id="links without a release",
        ),
        pytest.param(
            f"# C\n\n## [Unreleased]\n\n{OLD}\n{LINKS}",
            f"# C\n\n{ENTRY}### Added\n\n- `T` is new.\n\n{OLD}\n{LINKS}",
            id="links after a release",
        ),
        pytest.param(f"# C\n\n{OLD}", f"# C\n\n{ENTRY}### Added\n\n- `T` is new.\n\n{OLD}", id="nothing unreleased"),
        pytest.param(
            f"# C\n\n## How to read this\n\nSo.\n\n## Unreleased\n\n- A.\n\n{OLD.replace('[', '').replace(']', '')}",
            f"# C\n\n## How to read this\n\nSo.\n\n{ENTRY}- A.\n\n### Added\n\n- `T` is new.\n\n"
            f"{OLD.replace('[', '').replace(']', '')}",
            id="no brackets",
        ),
        pytest.param(
            f"## [Unreleased]\n\n### Security\n\n- S.\n\n### Added\n\n- A.\n\n### Added\n\n- B.\n\n{OLD}",
            f"{ENTRY}### Added\n\n- A.\n- B.\n- `T` is new.\n\n### Security\n\n- S.\n\n{OLD}",
            id="a heading twice",
        ),
        pytest.param(
            "## [Unreleased]\n\n- A.\n\n## Before all this\n\nB.\n",
            f"{ENTRY}- A.\n\n### Added\n\n- `T` is new.\n\n## Before all this\n\nB.\n",
            id="another section",
        ),
    ],
)
def test_an_entry_is_written_into_what_is_there(text: str, expected: str) -> None:
    changes = [Change(Kind.ADDITION, "T", "is new")]
    assert with_entry(text, Version("1.1.0"), date.fromisoformat(DAY), ONE, changes) == expected
    again = with_entry(expected, Version("1.1.0"), date.fromisoformat(DAY), ONE, changes)
    assert again == expected, "what is there already is not written twice"
