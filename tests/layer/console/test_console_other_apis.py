"""The console command of SDKs that were made of other descriptions, in processes that import these."""

from __future__ import annotations

import json
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Any

import pytest
from attrs import frozen

from made import make
from places import ROOT
from servers.canned import Answer, answering
from shell import COMMAND, ForkedShell, origin_of_commands, terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from forks import Origin
    from servers.canned import Asked, Server

pytestmark = pytest.mark.slow

PERSON = {"name": "Ada", "secret": "s"}
TEAM = {"lead": PERSON, "members": [PERSON, {**PERSON, "extra": [1]}]}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a package that stands in for this repository's."""
    folder = tmp_path_factory.mktemp("odds")
    make((ROOT / "tests/fixtures/console.yaml").read_text(encoding="utf-8"), folder, package="afresh_api")
    return folder


@pytest.fixture(scope="module")
def imported(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Origin]:
    with origin_of_commands(tmp_path_factory.mktemp("home"), PYTHONPATH=str(package)) as running:
        yield running


@frozen
class Api:
    """A server, the console that talks to it, and what it is answered: the last of these."""

    server: Server
    shell: ForkedShell
    answers: list[Answer]

    def sends(self, *arguments: str, stdin: str | bytes = "") -> Asked:
        """Call a method, which must go well and answer nothing; return the request that arrived."""
        assert self.shell.output("call", *arguments, stdin=stdin) == ""
        return self.server.asked[-1]

    def prints(self, *arguments: str, document: Any) -> str:
        """Call a method, which is answered with a document; return what is printed."""
        self.answers.append(Answer(body=document))
        return self.shell.output("call", *arguments)


@pytest.fixture
def api(package: Path, imported: Origin, tmp_path: Path) -> Iterator[Api]:
    answers = [Answer(204)]
    with answering(lambda _: answers[-1]) as server:
        variables = {"PYTHONPATH": str(package), "AFRESH_BASE_URL": server.url, "AFRESH_TOKEN": "a"}
        yield Api(server, ForkedShell(tmp_path, variables, origin=imported), answers)


@pytest.mark.parametrize(
    ("call", "body"),
    [
        (("teams", "add_team"), TEAM),
        (("teams", "add_team"), {**TEAM, "note": "n"}),
        (("teams", "add_teams"), [TEAM, TEAM]),
        (("teams", "set_either"), PERSON),
        (("teams", "set_either"), TEAM),
        (("files", "send_either"), {"href": "a"}),
    ],
)
def test_what_only_answers_have_is_not_asked_for_in_a_body(api: Api, call: tuple[str, str], body: Any) -> None:
    assert api.sends(*call, "--body", json.dumps(body)).json() == body


def test_what_only_answers_have_is_not_sent_in_a_body(api: Api) -> None:
    printed = {**TEAM, "id": "9885875f-19c1-59c5-91e7-15886f9a61db", "note": "n"}
    assert api.sends("teams", "add_team", "--body", json.dumps(printed)).json() == {**TEAM, "note": "n"}


def test_what_a_body_lacks_is_named(api: Api) -> None:
    for body, said in {
        '{"lead": {"name": "a"}}': "the body must be a Team, but lacks 'members'",
        '{"lead": {}, "members": []}': "the body must be a Team, but lacks 'name'",
        '{"lead": 1, "members": []}': "the body must be a Team: 'int' object is not subscriptable",
        '{"lead": {"name": "a"}, "members": [], "note": null}': (
            "the body must be a Team, whose 'note' must not be null: leave it out"
        ),
    }.items():
        assert api.shell.complaint("call", "teams", "add_team", "--body", body, status=2) == said
    complaint = api.shell.complaint("call", "teams", "set_either", "--body", '{"note": "n"}', status=2)
    assert complaint == "the body must be a Person or a Team (a Person, but lacks 'name'; a Team, but lacks 'lead')"
    assert api.server.asked == []


def parts(asked: Asked) -> list[tuple[object, str | None, bytes]]:
    """Return the name, the file's name and the content of each part of a form."""
    head = b"Content-Type: " + asked.headers["content-type"].encode() + b"\r\n\r\n"
    form = BytesParser(policy=HTTP).parsebytes(head + asked.body)
    found: list[tuple[object, str | None, bytes]] = []
    for part in form.walk():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            found.append((part.get_param("name", header="content-disposition"), part.get_filename(), content))
    return found


def test_files_are_given_by_the_names_of_their_properties(api: Api, tmp_path: Path) -> None:
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text(name)
    one, two = f"{tmp_path}/one.txt", f"{tmp_path}/two.txt"
    send = ("files", "send", "--body", '{"title": "t"}', "--file", f"coverImage={one}")
    cover, title = ("coverImage", "one.txt", b"one.txt"), ("title", None, b"t")
    assert sorted(parts(api.sends(*send))) == [cover, title]
    first, second = ("attachments", "one.txt", b"one.txt"), ("attachments", "two.txt", b"two.txt")
    once, twice = ("--file", f"attachments={one}"), ("--file", f"attachments={two}")
    assert sorted(parts(api.sends(*send, *once))) == [first, cover, title]
    assert sorted(parts(api.sends(*send, *once, *twice))) == [first, second, cover, title]
    piped = parts(api.sends(*send, "--file", "attachments=-", stdin=b"\x00\xff"))
    assert ("attachments", "stdin", b"\x00\xff") in piped
    assert ("extra", "two.txt", b"two.txt") in parts(api.sends(*send, "--file", f"extra={two}"))
    assert parts(api.sends("files", "send_either", "--file", f"photo={one}")) == [("photo", "one.txt", b"one.txt")]
    sent = api.sends("files", "send", "--file", f"coverImage={one}", "--body", "-", stdin='\ufeff{"title": "t"}')
    assert title in parts(sent)


def test_files_that_have_no_place(api: Api, tmp_path: Path) -> None:
    (tmp_path / "one").write_text("1")
    one = f"{tmp_path}/one"
    for words, said in {
        f"--file cover={one}": "there is no file in the body 'cover': did you mean coverImage?",
        f"--file title={one}": "there is no file in the body 'title': there are coverImage, attachments, extra",
        f"--file coverImage={one} --file coverImage={one}": "coverImage takes one file: give it once",
        f"--file coverImage={one}": "the body must be a SendFilesBody, but lacks 'title'",
        f"--file coverImage={one} --body []": "the body has no object to put coverImage into",
        "--file coverImage=- --file attachments=-": "standard input can be read only once: give files for the others",
        "--file coverImage=- --body -": "standard input can be read only once: give files for the others",
        "--file coverImage=": "--file takes NAME=FILE, not 'coverImage='",
    }.items():
        assert api.shell.complaint("call", "files", "send", *words.split(), status=2) == said
    assert api.shell.complaint("call", "files", "send", "--file", "coverImage=none") == (
        "none: No such file or directory"
    )
    lacking = api.shell.complaint("call", "files", "send", "--body", '{"title": "t"}', status=2)
    assert lacking == "the body must be a SendFilesBody, but lacks 'coverImage': give it with --file coverImage=…"
    assert "needs body: --file coverImage=… [--file attachments=… …] --body …" in api.shell.complaint(
        "call", "files", "send", status=2
    )
    assert api.server.asked == []


def test_the_help_says_which_files_a_method_takes(api: Api) -> None:
    def usage(method: str) -> str:
        return api.shell.output("call", "files", method, "--help").partition("\n")[0]

    assert usage("send") == "afresh call files send --file coverImage=… [--file attachments=… …] --body …"
    assert usage("send_either") == "afresh call files send_either (--body … | --file photo=…)"
    assert "afresh call teams add_team --body …\n" in api.shell.output("call", "teams", "add_team", "-h")


NAIVE = {"at": "2024-01-01T10:00:00"}


@pytest.mark.parametrize(
    "document",
    [
        NAIVE,
        {"at": "2024-01-01T10:00:00Z"},
        {"at": "2024-01-01t10:00:00.5z", "day": "2024-01-01", "new": {"at": "2024-01-01T10:00:00"}, "zero": 1.0},
        {"at": "2024-01-01T10:00:00", "day": None},
    ],
)
def test_an_answer_is_printed_as_it_came(api: Api, document: Any) -> None:
    assert json.loads(api.prints("moments", "get", document=document)) == document
    page = {"data": {"others": ["a"], "found": [document]}}
    assert json.loads(api.prints("teams", "list", document=page)) == [document]


def test_the_items_of_a_page_are_told_from_its_other_lists(api: Api) -> None:
    found = [NAIVE, {"at": "2024-01-01T10:00:00Z"}]
    page = {"new": [{"no": 1}, {"no": 2}], "data": {"others": ["a", "b"], "found": found}}
    assert json.loads(api.prints("teams", "list", document=page)) == found
    assert json.loads(api.prints("teams", "list", "--max-items", "1", document=page)) == [NAIVE]
    assert api.prints("moments", "get_last", document="2024-01-01T10:00:00") == '"2024-01-01T10:00:00"\n'


def test_a_terminal_is_not_sent_what_it_would_act_upon(api: Api) -> None:
    document = {**NAIVE, "name": "\x9b2J\u202e\x1b[2J\x7f"}
    printed = api.prints("moments", "get", document=document)
    assert json.loads(printed) == document
    assert printed.isascii()
    api.answers.append(Answer(body=b"\x1b[2J"))
    call = [*COMMAND, "call", "files", "get"]
    with terminal(call, api.shell.environment()) as seen:
        seen.read_until("FILE")
    assert seen.process.returncode == 1
    assert seen.shown == "afresh: the answer is not text, and could garble the terminal: give --output FILE\r\n"
    api.answers.append(Answer(body="Grüße\n".encode()))
    with terminal(call, api.shell.environment()) as seen:
        seen.read_until("Grüße")
    assert (seen.process.returncode, seen.shown) == (0, "Grüße\r\n")
