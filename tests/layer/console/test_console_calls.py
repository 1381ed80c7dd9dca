"""The console command `call`: any operation, by its names, against the sandbox."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import threading
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import httpx
import pytest

from afresh._console.answers import ParsedResponse
from afresh._console.main import main
from afresh._console.values import from_json, from_text, from_texts, to_json
from afresh_api.base_model import BaseModel
from afresh_api.models import NewTask, TaskChanges, TaskStatus
from afresh_api.types import BinaryBody, File, Unset
from servers.canned import Answer, answering
from shell import COMMAND, Shell, ShellInProcess

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from afresh_api import models
    from sandbox.process import Sandbox

pytestmark = pytest.mark.slow

NOTHING = "9885875f-19c1-59c5-91e7-15886f9a61db"


@pytest.fixture
def shell(sandbox: Sandbox, tmp_path: Path) -> Shell:
    """Return the shell of somebody who is signed in."""
    shell = ShellInProcess(tmp_path)
    shell.output("login", "--base-url", sandbox.url, stdin="ada\nlovelace\n")
    return shell


def called(shell: Shell, *arguments: str, stdin: str | bytes = "") -> Any:
    return json.loads(shell.output("call", *arguments, stdin=stdin))


def test_what_there_is_to_call_is_listed_without_a_sign_in(tmp_path: Path) -> None:
    shell = ShellInProcess(tmp_path)
    assert "tasks        The work to do.\n" in shell.output("call")
    assert shell.output("call", "users") == "me  The signed-in user.\n"
    assert "--arg NAME=VALUE" in shell.output("call", "--help")
    method = shell.output("call", "tasks", "update", "--help")
    assert method.startswith("afresh call tasks update --arg task_id=… --body …\n\nChange some fields of a task.\n")
    assert "afresh call users me\n\nThe signed-in user." in shell.output("call", "users", "me", "-h")
    assert "AFRESH_BASE_URL " in shell.output("--help")


def test_a_terminal_may_lack_characters(tmp_path: Path) -> None:
    shown = Shell(tmp_path).output("call", "tasks", "update", "--help", PYTHONIOENCODING="ascii")
    assert shown.startswith("afresh call tasks update --arg task_id=? --body ?")


def test_names_that_are_not_known(shell: Shell) -> None:
    for arguments, complaint in {
        "task": "there is no tag 'task': did you mean tasks?",
        "tasks lst": "there is no method of tasks 'lst': did you mean list?",
        "users zzz --help": "there is no method of users 'zzz': there are me",
        "tasks list --arg stat=x": "there is no argument of tasks list 'stat': did you mean status?",
        "users me --arg a=b": "there is no argument of users me 'a': there are none",
        "users me --arg a": "--arg takes NAME=VALUE, not 'a'",
        "users me --body {}": "users me takes no body",
        "tasks get": "tasks get needs task_id: --arg task_id=…",
        "tasks update": "tasks update needs task_id and body: --arg task_id=… --body …",
        "tasks get --arg task_id=1": "task_id must be a UUID",
        "tasks list --arg status=opn": "status must be done or in_progress or open",
        "tasks list --arg limit=1 --arg limit=2": "limit is not a list: give it once",
        "tasks create --body {": "the body is not JSON: ",
        f"tasks create --body {'[' * 100_000}": "the body is not JSON: ",
        "tasks create --body []": "the body must be a NewTask",
        "tasks list --max-items -1": "argument --max-items: must be a whole number, 0 or more, not '-1'",
        "tasks create --body {}": "the body must be a NewTask, but lacks 'title'",
        'tasks create --body {"title":"a","projectId":"b"}': "the body must be a NewTask: badly formed",
    }.items():
        assert shell.complaint("call", *arguments.split(), status=2).startswith(complaint)


def test_a_process_of_its_own_reads_and_writes_as_it_should(shell: Shell, tmp_path: Path) -> None:
    own = Shell(tmp_path)  # in the same home
    created = called(own, "tasks", "create", "--body", "-", stdin='{"title": "Grüße"}')
    assert created["title"] == "Grüße"
    assert called(shell, "tasks", "get", "--arg", f"task_id={created['id']}") == created
    assert own.complaint("call", "tasks", "get", status=2) == "tasks get needs task_id: --arg task_id=…"


def test_a_task_from_its_creation_to_its_end(shell: Shell, tmp_path: Path) -> None:
    created = called(shell, "tasks", "create", "--body", '{"title": "Grüße", "dueOn": "2027-01-31"}')
    assert (created["title"], created["dueOn"]) == ("Grüße", "2027-01-31")
    (tmp_path / "changes.json").write_text('{"status": "done"}')
    which = ("--arg", f"task_id={created['id']}")
    assert called(shell, "tasks", "update", *which, "--body", f"@{tmp_path}/changes.json")["status"] == "done"
    assert called(shell, "tasks", "update", *which, "--body", "-", stdin='{"title": "b"}')["title"] == "b"
    assert [event["kind"] for event in called(shell, "tasks", "list_activity", *which)][:2] == [
        "task_created",
        "status_changed",
    ]
    assert len(called(shell, "tasks", "list_activity", *which, "--max-items", "1")) == 1
    assert shell.output("call", "tasks", "delete", *which) == ""
    assert "404 Not Found" in shell.complaint("call", "tasks", "get", *which)


def test_a_list_is_one_array_page_after_page(sandbox: Sandbox, shell: Shell) -> None:
    assert len(called(shell, "tasks", "list", "--arg", "limit=20")) > 30
    assert called(shell, "tasks", "list", "--arg", "label=none", "--arg", "label=such") == []
    before = sandbox.control.counters().by_operation["GET /tasks"]
    assert len(called(shell, "tasks", "list", "--arg", "limit=2", "--max-items", "4")) == 4
    assert sandbox.control.counters().by_operation["GET /tasks"] == before + 2


def test_files_go_up_and_down(shell: Shell, tmp_path: Path) -> None:
    content = bytes(range(256)) * 1000
    (tmp_path / "report.bin").write_bytes(content)
    task = called(shell, "tasks", "create", "--body", '{"title": "With files"}')
    upload = ("attachments", "upload", "--arg", f"task_id={task['id']}")
    attachment = called(shell, *upload, "--file", f"file={tmp_path}/report.bin", "--body", '{"note": "n"}')
    assert (attachment["fileName"], attachment["size"], attachment["note"]) == ("report.bin", len(content), "n")
    assert called(shell, *upload, "--file", f"file={tmp_path}/report.bin")["size"] == len(content)
    download = ("call", "attachments", "download", "--arg", f"attachment_id={attachment['id']}")
    assert shell.output(*download, "--output", f"{tmp_path}/copy.bin") == ""
    assert (tmp_path / "copy.bin").read_bytes() == content
    piped = subprocess.run([*COMMAND, *download], env=shell.environment(), capture_output=True, check=True)
    assert piped.stdout == content
    nothing = ("call", "attachments", "download", "--arg", f"attachment_id={NOTHING}")
    assert "404" in shell.complaint(*nothing, "--output", f"{tmp_path}/copy.bin")
    assert (tmp_path / "copy.bin").read_bytes() == content
    assert not (tmp_path / "copy.bin.part").exists()
    complaint = shell.complaint("call", *upload, "--file", f"fil={tmp_path}/report.bin", "--body", "{}", status=2)
    assert complaint == "there is no file in the body 'fil': did you mean file?"
    both = ("--file", f"file={tmp_path}/report.bin", "--file", f"note={tmp_path}/report.bin")
    assert "there is no file in the body 'note': there are file" in shell.complaint("call", *upload, *both, status=2)


def test_files_that_cannot_be_read_or_written(shell: Shell, tmp_path: Path) -> None:
    create = ("call", "tasks", "create", "--body")
    assert shell.complaint(*create, f"@{tmp_path}/none") == f"{tmp_path}/none: No such file or directory"
    assert shell.complaint(*create, "-", stdin=b"\xff", status=2) == "the body is not UTF-8"
    complaint = shell.complaint("call", "users", "me", "--output", f"{tmp_path}/none/a")
    assert complaint == f"{tmp_path}/none/a: No such file or directory"
    complaint = shell.complaint("call", "users", "me", "--output", f"{tmp_path}/no\nne/a")
    assert complaint == f"{tmp_path}/no ne/a: No such file or directory"


def test_what_the_server_says_is_shown_whole(shell: Shell) -> None:
    complaint = shell.complaint("call", "tasks", "create", "--body", '{"title": ""}')
    assert "422 Unprocessable" in complaint
    assert '"errors": [{"location": "body/title"' in complaint
    complaint = shell.complaint("call", "audit", "list_events")
    assert "403 Forbidden" in complaint
    assert "{" not in complaint


def test_what_a_server_hides_for_the_terminal_is_not_passed_on(tmp_path: Path) -> None:
    with answering(lambda _: Answer(403, {"detail": "\x1b[2Jgone\nnow"})) as server:
        complaint = Shell(tmp_path).complaint("call", "service", "get_status", AFRESH_BASE_URL=server.url)
        assert "403 Forbidden: ?[2Jgone now." in complaint


def test_half_a_character_is_written_as_the_server_has_it(tmp_path: Path) -> None:
    user = {"id": NOTHING, "username": "ada", "displayName": "A\ud83d", "email": None, "role": "member"}
    with answering(lambda _: Answer(body={**user, "createdAt": "2026-11-25T10:22:49Z"})) as server:
        shown = Shell(tmp_path).output("call", "users", "me", AFRESH_BASE_URL=server.url, AFRESH_TOKEN="a")
    assert '"displayName": "A\\ud83d"' in shown


def test_the_timeout_and_the_retries_are_those_of_the_environment(tmp_path: Path) -> None:
    shell = Shell(tmp_path, {"AFRESH_RETRIES": "0", "AFRESH_TIMEOUT": "5"})
    with answering(lambda _: Answer(503)) as server:
        shell.complaint("call", "service", "get_status", AFRESH_BASE_URL=server.url)
        assert len(server.asked) == 1


def test_whoever_reads_it_may_stop(shell: Shell) -> None:
    process = subprocess.Popen(
        [*COMMAND, "call", "tasks", "list", "--arg", "limit=1"],
        env=shell.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stderr
    assert process.stdout.readline() == b"[\n"
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_is_told_of(shell: Shell) -> None:
    with Path("/dev/full").open("wb") as full:
        run = subprocess.run(
            [*COMMAND, "call", "users", "me"],
            env=shell.environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (run.returncode, run.stderr) == (1, "afresh: standard output: No space left on device\n")


def test_who_interrupts_it_gets_no_traceback(tmp_path: Path) -> None:
    asked, answered = threading.Event(), threading.Event()

    def wait(_: object) -> Answer:
        asked.set()
        answered.wait(30)
        return Answer()

    with answering(wait) as server:
        process = subprocess.Popen(
            [*COMMAND, "call", "service", "get_status"],
            env=Shell(tmp_path).environment(AFRESH_BASE_URL=server.url),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert asked.wait(30)
        process.send_signal(signal.SIGINT)
        assert process.communicate() == (b"", b"")
        answered.set()
    assert process.returncode == 130


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("5", str, "5"),
        ('"5"', str | Unset, '"5"'),
        ("null", str | None | Unset, None),
        ("5", int | None, 5),
        ("-5", int | str, -5),
        ("five", int | str, "five"),
        ("5", float, 5),
        ("5e-1", float, 0.5),
        ("true", bool, True),
        (NOTHING, UUID | None, UUID(NOTHING)),
        ("2027-01-31", date | None, date(2027, 1, 31)),
        ("2027-01-31T12:00:00Z", datetime, datetime(2027, 1, 31, 12, tzinfo=UTC)),
        ("12:30", time | None, time(12, 30)),
        ("PT30M", timedelta | None, timedelta(minutes=30)),
        ("1.50", Decimal | None, Decimal("1.50")),
        ("YWJj", bytes | None, b"abc"),
        ("done", TaskStatus | None, "done"),
        ("2", Literal[1, 2], 2),
        ("2", Literal["1", "2"], "2"),
        ("[1]", list[int], [1]),
        ('{"a": 1}', dict[str, Any], {"a": 1}),
        ('{"a": 1}', Any, {"a": 1}),
        ("a", Any, "a"),
        ('{"title": "t"}', NewTask, NewTask(title="t")),
    ],
)
def test_what_is_typed_in_is_read_by_its_type(text: str, kind: Any, value: object) -> None:
    read = from_text(text, kind)
    assert (isinstance(read, type(value)), isinstance(read, bool), read) == (True, isinstance(value, bool), value)


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("five", int | Unset, "must be a whole number"),
        ("5.5", int | bool, "must be a whole number or true or false"),
        ("True", bool, "must be true or false"),
        ("five", float | None, "must be a number or null"),
        ("today", date, "must be a date, such as 2027-01-31"),
        ("2027-01-31T12:00:00", datetime, "must be a date-time, such as 2027-01-31T12:00:00Z"),
        ("soon", timedelta, "must be a duration, such as PT30M"),
        ("noon", time, "must be a time, such as 12:00:00"),
        ("a lot", Decimal, "must be a decimal number"),
        ("?", bytes, "must be bytes in base64"),
        ("3", Literal[1, 2], "must be 1 or 2"),
        ("true", Literal[1, 2], "must be 1 or 2"),
        ("[]", dict[str, Any], "must be an object"),
        ("{}", list[int], "must be a list"),
        ("[]", NewTask | Unset, "must be a NewTask"),
    ],
)
def test_what_cannot_be_read_is_told_what_it_must_be(text: str, kind: Any, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}$"):
        from_text(text, kind)


def test_lists_are_read_item_by_item() -> None:
    assert from_texts(["1", "2"], list[int] | Unset) == [1, 2]
    assert from_json([{"title": "a"}], list[NewTask]) == [NewTask(title="a")]
    assert from_json({"one": {"title": "a"}}, dict[str, NewTask]) == {"one": NewTask(title="a")}
    with pytest.raises(ValueError, match=r"must be a date, such as 2027-01-31"):
        from_json({"one": "a"}, dict[str, date])
    with pytest.raises(ValueError, match="but lacks 'title'"):
        from_json([{}], list[NewTask])
    with pytest.raises(ValueError, match=r"^must be a NewTask or null$"):
        from_json([], NewTask | None)


def test_answers_are_written_as_json() -> None:
    moment = datetime(2027, 1, 31, tzinfo=UTC)
    written = json.loads(to_json([NewTask(title="a"), moment, date(2027, 1, 31), UUID(NOTHING)]))
    assert written == [{"title": "a"}, "2027-01-31T00:00:00+00:00", "2027-01-31", NOTHING]
    assert to_json("Grüße") == '"Grüße"'
    values = [time(12), timedelta(hours=36), Decimal("1.50"), b"abc"]
    assert json.loads(to_json(values)) == ["12:00:00", "P1DT12H", "1.50", "YWJj"]


class Cover(BaseModel[Any]):
    picture: File
    previous: Cover | None

    __slots__ = ("picture", "previous")

    def __init__(self, picture: File, previous: Cover | None = None) -> None:
        self.picture = picture
        self.previous = previous

    def to_dict(self, *, for_request: bool = False) -> dict[str, Any]:  # noqa: ARG002 - as of all models
        return {"picture": self.picture.to_tuple()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Cover:
        return cls(data["picture"])


class Album(BaseModel[Any]):
    cover: Cover

    __slots__ = ("cover",)

    def __init__(self, cover: Cover) -> None:
        self.cover = cover

    def to_dict(self, *, for_request: bool = False) -> dict[str, Any]:
        return {"cover": self.cover.to_dict(for_request=for_request)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Album:
        return cls(Cover.from_dict(data["cover"]))


class Odd:
    """What other descriptions have."""

    def echo(self, body: str) -> str:
        return body

    def size(self, body: BinaryBody, *, first: bool | None = None) -> int:
        content = body.payload.read() if isinstance(body, File) else b"".join([body] if isinstance(body, bytes) else [])
        return len(content[:1] if first is True else content)

    def content(self) -> bytes:
        return b"\x00"

    def file(self) -> File:
        return File(io.BytesIO(b"\x00\x01"))

    def either(self, body: BinaryBody | NewTask | TaskChanges) -> str:
        return type(body).__name__

    def within(self, body: Album | NewTask) -> bytes:
        return body.cover.picture.payload.read() if isinstance(body, Album) else b""

    def segment(self, name: str) -> None:
        raise ValueError(f"{name!r} cannot stand in a path")

    @contextmanager
    def events(self) -> Iterator[Iterator[NewTask]]:
        yield iter([NewTask(title="a"), NewTask(title="b")])

    def own(self, body: models.NewTask) -> models.NewTask:
        return body


class Odds:
    def __init__(self, _: object = None) -> None:
        pass

    @cached_property
    def odd(self) -> Odd:
        """What other descriptions have."""
        return Odd()


@pytest.mark.parametrize(
    ("arguments", "status", "written"),
    [
        (["echo", "--body", "as it is"], 0, b'"as it is"\n'),
        (["echo", "--body", "@{path}"], 0, b'"four"\n'),
        (["size", "--body", "as it is"], 0, b"8\n"),
        (["size", "--body", "@{path}"], 0, b"4\n"),
        (["size", "--body", "@{path}", "--arg", "first=true"], 0, b"1\n"),
        (["size", "--body", "@{path}", "--file", "a={path}"], 2, b""),
        (["content"], 0, b"\x00"),
        (["file"], 0, b"\x00\x01"),
        (["either", "--body", '{"title": "a"}'], 0, b'"NewTask"\n'),
        (["either", "--body", '{"status": "done", "odd": 1}'], 0, b'"TaskChanges"\n'),
        (["either", "--body", "plain"], 0, b'"bytes"\n'),
        (["either", "--body", "@{path}"], 0, b'"File"\n'),
        (["within", "--file", "cover.picture={path}"], 0, b"four"),
        (["within", "--file", "cover.picture={path}", "--body", '{"cover": 1}'], 2, b""),
        (["within", "--file", "cover={path}"], 2, b""),
        (["segment", "--arg", "name=.."], 2, b""),
        (["events"], 0, b'{"title": "a"}\n{"title": "b"}\n'),
        (["events", "--max-items", "1"], 0, b'{"title": "a"}\n'),
        (["own", "--body", '{"title": "a"}'], 0, b'{\n  "title": "a"\n}\n'),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_other_descriptions(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str], status: int, written: bytes
) -> None:
    monkeypatch.setattr("afresh._console.calls.Resources", Odds)
    monkeypatch.setattr("afresh._console.calls._client", lambda _: nullcontext(Odds()))
    path, out = tmp_path / "four", tmp_path / "out"
    path.write_text("four")
    words = [argument.replace("{path}", str(path)) for argument in arguments]
    assert main(["call", "odd", *words, "--output", str(out)]) == status
    assert (out.read_bytes() if out.exists() else b"") == written


def test_the_help_of_a_method_says_how_its_body_is_given(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def usage(tag: str, method: str) -> str:
        assert main(["call", tag, method, "--help"]) == 0
        return capsys.readouterr().out.partition("\n")[0].removeprefix(f"afresh call {tag} {method} ")

    assert usage("attachments", "upload") == "--arg task_id=… --file file=… [--body …]"
    monkeypatch.setattr("afresh._console.calls.Resources", Odds)
    assert usage("odd", "size") == "--body @FILE [--arg first=…]"
    assert usage("odd", "either") == "(--body @FILE | --body …)"
    assert usage("odd", "within") == "([--file cover.picture=…] --body … | --body …)"
    assert usage("odd", "echo") == "--body …"


def test_an_answer_that_is_no_json_is_printed_as_it_was_read() -> None:
    moment = datetime(2027, 1, 31, tzinfo=UTC)
    assert ParsedResponse(moment, httpx.Response(200, text="2027-01-31T00:00:00Z")).document == moment
