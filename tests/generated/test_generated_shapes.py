"""What descriptions can hold: generated, called over real HTTP, checked by both type checkers."""

import copy
import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import httpx
import pytest
import yaml

from afresh_toolkit.generator.writing.operations.parameter_code import url
from made import importable, make
from places import FIXTURES
from servers.canned import Answer, Server, answering
from type_checkers import MYPY_STRICT, refuse_complaints, start

DESCRIPTION = (FIXTURES / "shapes.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the folder with the package, which can be imported meanwhile."""
    folder = tmp_path_factory.mktemp("shapes")
    make(DESCRIPTION, folder, package="shapes_api")
    with importable(folder):
        yield folder


@pytest.fixture(scope="module")
def models(folder: Path) -> Any:
    assert folder.exists()
    return import_module("shapes_api.models")


@pytest.fixture(scope="module")
def types(folder: Path) -> Any:
    assert folder.exists()
    return import_module("shapes_api.types")


def operation(name: str) -> Any:
    return import_module(f"shapes_api.api.{name}")


class Caller:
    """Carries operations out as simply as can be."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url)

    def arguments(self, _: Any, build: Any, **given: Any) -> Any:
        return build(**given)

    def call(self, operation: Any, arguments: dict[str, Any]) -> Any:
        return operation.parse(self.http.request(**arguments))

    def pages(self, operation: Any, arguments: dict[str, Any] | None, paging: Any) -> Any:
        while arguments is not None:
            response = self.http.request(**arguments)
            page = operation.parse(response)
            yield from paging.items(page)
            arguments = paging.following(page, response, arguments)


def echo(_: object) -> Answer:
    return Answer(200, {})


@pytest.fixture
def server() -> Iterator[Server]:
    with answering(echo) as server:
        yield server


def test_both_type_checkers_are_content(folder: Path) -> None:
    settings = '{"typeCheckingMode": "strict", "pythonVersion": "3.11"}'
    (folder / "pyrightconfig.json").write_text(settings)
    for command in ((*MYPY_STRICT, "shapes_api"), ("pyright", "--pythonpath", sys.executable, ".")):
        refuse_complaints(start(folder, *command))


def test_parameters_of_every_place(folder: Path, server: Server, models: Any) -> None:
    assert folder.exists()
    arguments = operation("user.list_").arguments(
        page=2,
        list_=True,
        quote="a&b",
        x_flag=False,
        x_num=7,
        x_json=["ü"],
        sid="s",
        lang="en",
        filter_=models.ListFilter(a="1", b=2, c=["x", "y"]),
        when=[datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)],
        maybe=None,
    )
    with httpx.Client(base_url=server.url) as http:
        http.request(**arguments)
    [asked] = server.asked
    assert parse_qsl(urlsplit(asked.target).query) == [
        ("page", "2"),
        ("list", "true"),
        ("quote", "a&b"),
        ("a", "1"),
        ("b", "2"),
        ("c", "x"),
        ("c", "y"),
        ("when", "2026-01-01T00:00:00+00:00"),
        ("when", "2026-01-02T00:00:00+00:00"),
    ]
    assert (asked.headers["x-flag"], asked.headers["x-num"]) == ("false", "7")
    assert asked.headers["x-json"] == r'["\u00fc"]'
    assert asked.headers["cookie"] == "sid=s; lang=en"


def test_what_is_absent_is_not_sent_not_even_a_default(folder: Path) -> None:
    assert folder.exists()
    arguments = operation("user.list_").arguments()
    assert {name: arguments[name] for name in arguments if name != "extensions"} == {
        "method": "GET",
        "url": "/users",
        "headers": {},
    }


def test_a_fragment_is_no_part_of_what_is_sent(folder: Path) -> None:
    assert folder.exists()
    assert operation("session.tags").arguments(by={"name": "x"})["url"] == "/session?by%5Bname%5D=x"
    assert url("#all", [], writes_query=False) == "''"


def test_a_path_is_quoted(folder: Path, server: Server) -> None:
    assert folder.exists()
    arguments = operation("user.user").arguments("a/b ?", datetime(2026, 1, 1, tzinfo=UTC))
    with httpx.Client(base_url=server.url) as http:
        http.request(**arguments)
    assert server.asked[0].target == "/users/a%2Fb%20%3F/2026-01-01T00%3A00%3A00%2B00%3A00"


def test_only_an_operation_that_says_so_goes_without_authentication(folder: Path) -> None:
    assert folder.exists()
    assert operation("user.user").arguments("a", datetime(2026, 1, 1, tzinfo=UTC))["auth"] is None
    assert "auth" not in operation("user.list_").arguments()
    assert "auth" not in operation("session.end").arguments()


def test_a_body_may_be_absent_or_of_several_types(server: Server, models: Any, types: Any) -> None:
    post = operation("user.create_user")
    bodies = [
        None,
        models.User(id=1, at=None),
        models.Form(a="x y", b=True),
        types.File(BytesIO(b"raw"), mime_type="image/png"),
        types.File(BytesIO(b"raw")),
    ]
    with httpx.Client(base_url=server.url) as http:
        for body in bodies:
            http.request(**post.arguments(body=body))
    assert [(asked.headers.get("content-type"), asked.body) for asked in server.asked] == [
        (None, b""),
        ("application/json", b'{"id":1,"at":null,"kind":"a"}'),
        ("application/x-www-form-urlencoded", b"a=x+y&b=true"),
        ("image/png", b"raw"),
        ("application/octet-stream", b"raw"),
    ]


def test_json_of_another_media_type_says_so(server: Server, models: Any) -> None:
    arguments = operation("session.import_").arguments(
        body=[models.Cat(type_="Cat"), models.Dog(type_="dog", bark=True)]
    )
    with httpx.Client(base_url=server.url) as http:
        http.request(**arguments)
    [asked] = server.asked
    assert asked.headers["content-type"] == "application/merge-patch+json"
    assert asked.json() == [{"type": "Cat"}, {"type": "dog", "bark": True}]


@pytest.mark.anyio
async def test_a_raw_body_can_be_sent_asynchronously(server: Server, types: Any) -> None:
    client = import_module("shapes_api").AuthenticatedClient(server.url, "token")
    async with client:
        await operation("session.anything").asyncio(client=client, body=types.File(BytesIO(b"raw")))
    assert server.asked[0].body == b"raw"
    assert server.asked[0].headers["authorization"] == "Bearer token"


def test_a_form_with_files_and_other_things(models: Any, types: Any) -> None:
    upload = models.Upload(
        file=types.File(BytesIO(b"1"), "one.txt"),
        user=models.User(id=1, at=None),
        files=[types.File(BytesIO(b"2"), "two"), types.File(BytesIO(b"3"), "three")],
        note=None,
        n=5,
        when=datetime(2026, 1, 1, tzinfo=UTC),
    )
    upload["extra"] = "more"
    upload.whatever = [types.File(BytesIO(b"4"), "four", "image/png"), 5]
    parts = operation("session.upload").arguments(body=upload)["files"]
    assert [(name, part[0]) for name, part in parts] == [
        ("extra", None),
        ("file", "one.txt"),
        ("user", None),
        ("files", "two"),
        ("files", "three"),
        ("n", None),
        ("when", None),
        ("whatever", "four"),
        ("whatever", None),
    ]
    by_name = dict(parts)
    assert by_name["user"] == (None, b'{"id":1,"at":null,"kind":"a"}', "application/json")
    assert by_name["n"] == (None, b"5", "text/plain")
    assert by_name["when"] == (None, b"2026-01-01T00:00:00+00:00", "text/plain")
    assert by_name["extra"] == (None, b"more", "text/plain")


def test_a_body_with_files_is_sent_as_a_form_where_json_is_offered_too(models: Any, types: Any) -> None:
    picture = models.Picture(name="x", layers=[types.File(BytesIO(b"1"), "one.png")])
    arguments = operation("picture.add_picture").arguments(body=picture)
    assert [(name, part[0]) for name, part in arguments["files"]] == [("name", None), ("layers", "one.png")]


def test_a_file_in_json_is_read_but_not_sent(models: Any, types: Any) -> None:
    read = models.Picture.from_dict({"name": "x", "layers": ["ä"]})
    assert read.layers[0].payload.read() == "ä".encode()
    put = operation("picture.set_picture").arguments
    assert put(body=models.Picture(name="x"))["content"] == b'{"name":"x"}'
    with pytest.raises(ValueError, match="cannot be sent in JSON, which holds no files; where the API takes"):
        put(body=models.Picture(name="x", layers=[types.File(BytesIO(b"1"))]))
    with pytest.raises(TypeError, match="of the type complex, which JSON does not have"):
        put(body=models.Picture(name={1j}))


ID = "8c6e9e4c-7f0a-4d5c-9d0e-3f8f2f0a1b2c"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (ID, UUID(ID)),
        ("2026-01-01", date(2026, 1, 1)),
        ("2026-01-01T00:00:00+00:00", datetime(2026, 1, 1, tzinfo=UTC)),
        (1.5, 1.5),
        ("neither", "neither"),
        (None, None),
    ],
)
def test_a_value_of_several_types_is_read_as_the_first_that_fits(models: Any, value: object, expected: object) -> None:
    user = models.User.from_dict({"id": 1, "kind": "a", "at": None, "odd": value})
    assert (user.odd, type(user.odd)) == (expected, type(expected))
    assert user.to_dict()["odd"] == value


@pytest.mark.parametrize("value", [["2026-01-01"], [{"make": "X"}], [1, 2], []])
def test_a_list_is_written_by_what_it_holds_where_there_may_be_several(models: Any, value: list[object]) -> None:
    user = models.User.from_dict({"id": 1, "kind": "a", "at": None, "lists": value})
    assert user.to_dict()["lists"] == value


def test_objects_without_a_discriminator_are_told_apart_by_what_they_must_have(models: Any) -> None:
    def read(thing: object) -> str:
        return type(models.User.from_dict({"id": 1, "kind": "a", "at": None, "thing": thing}).thing).__name__

    assert read({"make": "X"}) == "Car"
    assert read({"make": "X", "gears": 3}) == "Bike"
    assert read({"message": "neither"}) == "Error"


def test_objects_that_must_have_nothing_are_told_apart_by_the_keys_they_have(models: Any) -> None:
    def read(drink: object) -> str:
        return type(models.User.from_dict({"id": 1, "kind": "a", "at": None, "drink": drink}).drink).__name__

    assert [read({"leaf": "green"}), read({"bean": "x", "milk": True}), read({"sugar": 1})] == ["Tea", "Coffee", "Tea"]
    assert read({"leaf": "green", "type": "of tea"}) == "Talk"
    assert read({}) == "Tea"
    with pytest.raises(AttributeError):
        read("water")


def test_objects_are_told_apart_by_what_can_have_one_value_only(models: Any) -> None:
    for kind in ("text", "image"):
        user = models.User.from_dict({"id": 1, "kind": "a", "at": None, "part": {"type": kind, "data": ""}})
        assert type(user.part).__name__.lower() == kind


def test_a_discriminator_takes_its_mapping_and_else_the_names(models: Any) -> None:
    def read(pet: object, name: str = "pet") -> str:
        user = models.User.from_dict({"id": 1, "kind": "a", "at": None, name: pet})
        return type(getattr(user, name)).__name__

    for name in ("pet", "maybe_pet", "null_or_pet"):
        assert [read({"type": kind}, name) for kind in ("Cat", "dog", "hound")] == ["Cat", "Dog", "Dog"]
    assert read(None, "maybe_pet") == read(None, "null_or_pet") == "NoneType"
    assert read({"type": "Dog"}) == "BaseModel"
    with pytest.raises(KeyError, match="type"):
        read({})


def test_objects_whose_discriminator_may_be_absent_are_then_told_apart_by_what_they_hold(models: Any) -> None:
    def read(track: object) -> str:
        return type(models.User.from_dict({"id": 1, "kind": "a", "at": None, "track": track}).track).__name__

    assert read({"length": 3}) == "Song"
    assert read({"type": "Talk"}) == "Talk"
    assert read({"type": "Advert"}) == "BaseModel"


def test_a_discriminator_chooses_among_other_alternatives_too(models: Any) -> None:
    def read(other: object) -> str:
        return type(models.User.from_dict({"id": 1, "kind": "a", "at": None, "other": other}).other).__name__

    assert [read({"type": kind}) for kind in ("Cat", "dog", "hound")] == ["Cat", "Dog", "Dog"]
    assert (read({"message": "none"}), read("text")) == ("Error", "str")


def test_a_base_reads_as_what_extends_it_and_else_as_itself(models: Any) -> None:
    def read(vehicle: object) -> str:
        user = models.User.from_dict({"id": 1, "kind": "a", "at": None, "vehicle": vehicle})
        assert user.to_dict()["vehicle"] == vehicle
        return type(user.vehicle).__name__

    assert read({"kind": "Boat", "sails": 2}) == "Boat"
    assert read({"kind": "Ferry", "sails": 0}) == "Ferry"
    assert read({"kind": "Raft", "logs": 9}) == read({}) == "Vehicle"


def test_alternatives_are_told_apart_by_the_discriminator_of_what_they_extend(models: Any) -> None:
    def read(ship: object) -> str:
        return type(models.User.from_dict({"id": 1, "kind": "a", "at": None, "ship": ship}).ship).__name__

    assert [read({"kind": "Boat"}), read({"kind": "Ferry"})] == ["Boat", "Ferry"]
    assert read({"sails": 1}) in {"Boat", "Ferry"}


def test_discriminators_of_the_same_alternatives_hold_together(models: Any) -> None:
    def read(name: str, kind: str) -> str:
        track = {"type": kind, "length": 1}
        return type(getattr(models.User.from_dict({"id": 1, "kind": "a", "at": None, name: track}), name)).__name__

    assert [read("told", kind) for kind in ("tale", "Song")] == ["Talk", "Song"]
    assert [read("track", kind) for kind in ("Talk", "Song")] == ["Talk", "Song"]


def test_a_discriminator_may_be_a_number_and_one_of_several(models: Any) -> None:
    def read(level: int) -> str:
        way = {"level": level}
        return type(models.User.from_dict({"id": 1, "kind": "a", "at": None, "way": way}).way).__name__

    assert [read(level) for level in (1, 2, 3, 4)] == ["Lift", "Stairs", "Stairs", "BaseModel"]


def test_values_inside_of_values(models: Any) -> None:
    whole = {
        "id": 1,
        "kind": "a",
        "at": "2026-01-01T00:00:00+00:00",
        "parent": {"id": 2, "kind": "b", "at": None},
        "friends": [{"id": 3, "kind": "c", "at": None}],
        "grid": [["2026-01-01"], []],
        "map": {"tom": {"type": "Cat", "lives": 9}},
        "ids": {"one": ID},
        "tree": {"left": {"leaf": {}}},
        "any": [1, None],
        "dates": ["2026-01-02"],
    }
    user = models.User.from_dict(whole)
    assert user.grid == [[date(2026, 1, 1)], []]
    assert user.map_["tom"].lives == 9
    assert user.ids["one"] == UUID(ID)
    assert type(user.tree["left"]["leaf"]) is models.Tree
    assert user.to_dict() == whole


def test_what_only_answers_have_is_left_out_of_requests(models: Any) -> None:
    assert models.Account(name="x", cast="y").to_dict() == {"name": "x", "cast": "y"}
    assert "id: Read-only. Its number." in models.Account.__doc__
    whole = {"name": "x", "id": 1, "at": "2026-01-01T00:00:00+00:00", "owner": {}, "state": "old"}
    assert models.Account.from_dict(whole).to_dict() == whole
    with pytest.raises(KeyError, match="id"):
        models.Account.from_dict({"name": "x"})


def test_what_a_closed_schema_does_not_allow_is_kept_nevertheless(models: Any) -> None:
    file = models.FileModel.from_dict({"name": "x", "learnt": [1]})
    assert file.additional_properties == {"learnt": [1]}
    assert file.to_dict() == {"name": "x", "learnt": [1]}


def test_models_that_are_called_as_the_package_calls_its_own(models: Any) -> None:
    answer = models.ResponseModel.from_dict({"file": {"name": "x"}, "choice": [{"id": 1, "kind": "a", "at": None}]})
    assert (type(answer.file).__name__, type(answer.choice[0]).__name__) == ("FileModel", "User")
    assert models.ResponseModel(file=answer.file, to_dict_="1", choice="2").to_dict()["to_dict"] == "1"


@pytest.mark.parametrize(
    ("status", "body", "parsed"),
    [
        (200, {"id": 1, "kind": "a", "at": None}, "User"),
        (202, b"", "NoneType"),
        (203, b"text", "str"),
        (226, b"t", "str"),
    ],
)
def test_every_success_is_read_as_described(models: Any, status: int, body: object, parsed: str) -> None:
    assert models
    content: Any = {"content": body} if isinstance(body, bytes) else {"json": body}
    result = operation("user.create_user").OPERATION.parse(httpx.Response(status, **content))
    assert type(result).__name__ == parsed


def test_every_failure_is_read_as_described(models: Any) -> None:
    read = operation("user.create_user").OPERATION.parse_error
    assert read(httpx.Response(404, json={"message": "unread"})) is None
    assert read(httpx.Response(409, json={"message": "no"})) == models.Error(message="no")
    assert read(httpx.Response(500, json={"message": "unread"})) is None
    assert operation("user.list_").OPERATION.parse_error(httpx.Response(500, json={})) == models.Error()
    assert operation("session.import_").OPERATION.parse(httpx.Response(200, json=[1])) == [1]
    assert operation("session.import_").OPERATION.parse_error(httpx.Response(500, json=[2])) == [2]


def test_a_resource_pages_through_nested_and_optional_parts(folder: Path) -> None:
    assert folder.exists()
    users = [{"id": number, "kind": "a", "at": None} for number in range(3)]
    pages = {
        None: {"data": {"rows": users[:2]}, "meta": {"next": 7}},
        "7": {"data": None, "meta": {"next": 8}},
        "8": {"data": {"rows": users[2:]}, "meta": {"next": None}},
    }
    with answering(
        lambda asked: Answer(200, pages[dict(parse_qsl(urlsplit(asked.target).query)).get("page")])
    ) as server:
        caller = Caller(server.url)
        resources = import_module("shapes_api.resources").Resources(caller)
        assert [user.id for user in resources.user.list(list_=False)] == [0, 1, 2]
        caller.http.close()
    assert [urlsplit(asked.target).query for asked in server.asked] == [
        "list=false",
        "list=false&page=7",
        "list=false&page=8",
    ]


@pytest.mark.parametrize(("meta", "more"), [({}, False), (None, False), ({"next": None}, False), ({"next": 0}, True)])
def test_a_page_without_a_cursor_is_the_last(models: Any, meta: object, more: bool) -> None:  # noqa: FBT001  (a parameter of the test)
    paging = operation("user.list_").PAGING
    page = models.UserPage.from_dict({"meta": meta})
    assert list(paging.items(page)) == []
    assert (paging.following(page, httpx.Response(200), {"params": {}}) is not None) is more


def test_resources_and_methods_have_their_names(folder: Path) -> None:
    assert folder.exists()
    resources = import_module("shapes_api.resources").AsyncResources(None)
    assert {name for name in dir(resources.user) if not name.startswith("_")} == {"list", "create", "user"}
    assert {name for name in dir(resources.session_) if not name.startswith("_")} == {
        "import_",
        "upload",
        "anything",
        "end",
        "tags",
    }


def test_a_property_does_not_hide_a_type(models: Any) -> None:
    assert models.Cases.__slots__ == ("user", "user_2", "file", "file_2", "Id", "id")
    assert models.Cases(user=1, file=2, Id=3, id=4).to_dict() == {"user": 1, "file": 2, "Id": 3, "id": 4}


def test_a_tag_may_be_called_as_the_package_calls_its_own(folder: Path) -> None:
    assert folder.exists()
    resources = import_module("shapes_api.resources").AsyncResources(None)
    tags = (resources.file, resources.async_file, resources.resources)
    assert [type(tag).__name__ for tag in tags] == ["AsyncTagFile", "AsyncTagAsyncFile", "AsyncTagResources"]


def test_descriptions_become_docstrings(folder: Path) -> None:
    assert folder.exists()
    package = import_module("shapes_api")
    assert package.__doc__ == 'Shapes: "quoted" and \\back\\\n\nIt ends with a quote"\n'
    assert import_module("shapes_api.resources.user").User.__doc__ == 'People and """ quotes.'


def test_what_is_said_beside_a_reference_or_alternatives_is_said_in_the_docstring(models: Any) -> None:
    said = models.ResponseModel.__doc__
    assert "file: Its file." in said
    assert 'mode: How it is opened. The server\'s default is "r".' in said
    assert "choice: One of many. The server's default is 1." in said
    assert "mood: The server's default is 'calm'." in operation("user.user").sync.__doc__


def test_what_is_deprecated_says_so(models: Any) -> None:
    said = operation("picture.add_picture").sync.__doc__
    assert said.startswith("Deprecated. Add a picture.")
    assert import_module("shapes_api.resources.picture").Picture.add.__doc__.startswith("Deprecated. Add a picture.")
    for words in ("size: Deprecated. How large it is.", "tint: Deprecated.\n", "**Deprecated** since 2."):
        assert words in said
    assert "id: Deprecated. Read-only. Its number." in models.Picture.__doc__
    assert "made: Deprecated. Read-only." in models.Picture.__doc__


def test_words_that_would_be_code_stay_words(tmp_path: Path) -> None:
    """Every word of a description is replaced by one that tries to break out of where it is put."""
    trap = tmp_path / "sprung"
    code = f"open({str(trap)!r}, 'w').close()"
    content = yaml.safe_load(DESCRIPTION)
    for evil in (f'"""\n{code}\n"""', f"'\n{code}\n'", f'" + str({code}) + "', f"{{{code}}}", f"\\\n{code}\n#"):
        hostile = copy.deepcopy(content)
        poison(hostile, evil)
        make(json.dumps(hostile), tmp_path, package="evil_api", file="evil.json")
    assert not trap.exists()


def poison(part: Any, evil: str) -> None:
    """Put a text into everything that a description's author may call as he likes."""
    if isinstance(part, list):
        for item in part:
            poison(item, evil)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key in {"description", "title", "summary"}:
                part[key] = evil
            elif key == "name" and part.get("in") not in {None, "path"} and value != "page":
                part[key] = f"{value}{evil}"
            elif key == "enum":
                part[key] = [*value, evil]
            elif key == "mapping":
                part[key] = {**value, evil: next(iter(value.values()))}
            elif key == "properties" and "type" not in value:
                part[key] = {**value, f"p{evil}": {"type": "string", "const": evil}, "q": {"const": evil}}
            else:
                poison(value, evil)
