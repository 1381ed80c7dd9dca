"""A file in YAML or JSON as it was read: its content, and the line on which any part of it stands."""

import json
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.problems import GenerationError, Problem
from afresh_toolkit.generator.reading.depth import DEEPEST, deep

MOST_BY_ALIASES = 1_000_000
"""Parts of a file that YAML aliases may repeat, all together: each is gone through wherever it stands."""


class Source:
    """A file: `content` is what it holds, and `data` the bytes that it was read from."""

    def __init__(self, path: Path, data: bytes, content: Any) -> None:
        self.path = path
        self.data = data
        self.content = content

    @classmethod
    def read(cls, path: Path) -> "Source":
        """Read a YAML or (`.json`) JSON file.

        Raises GenerationError where the file cannot be read, is not valid YAML or JSON, or repeats a key.
        """
        try:
            data = path.read_bytes()
        except OSError as error:
            raise GenerationError([Problem(f"cannot be read: {error.strerror}", str(path))]) from None
        load = _load_json if path.suffix == ".json" else _load_yaml
        return cls(path, data, load(data, path))

    def place(self, pointer: Pointer) -> str:
        """Say where a part stands, as `file:line`; of a part that is missing, where it should be."""
        node, line = self._root, 0
        for token in pointer:
            step = _step(node, token)
            if step is None:
                break
            node, line = step
        return f"{self.path}:{line + 1}"

    @cached_property
    def _root(self) -> yaml.Node | None:
        # Only an error needs lines, so they are worked out when the first one is reported. JSON is YAML but for tabs.
        return _compose(self.data.replace(b"\t", b" ") if self.path.suffix == ".json" else self.data)


class _Loader(yaml.CSafeLoader):
    """YAML with the types of JSON, as OpenAPI wants it (YAML 1.2, core schema).

    PyYAML alone follows YAML 1.1, which reads `no` as false, `2024-01-01` as a date and `12:30` as a number. Keys are
    always strings, so that the status `200` is the key "200".
    """

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  (PyYAML's own attribute)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002  (PyYAML's signature)
        self.flatten_mapping(node)
        mapping = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key must be a plain string", key.start_mark)
            mapping[key.value] = self.construct_object(value, deep=deep)
        return mapping

    def construct_integer(self, node: yaml.ScalarNode) -> int:
        text = self.construct_scalar(node)
        return int(text, 0) if text[:2] in {"0x", "0o"} else int(text)


_INTEGER = "tag:yaml.org,2002:int"
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("tag:yaml.org,2002:bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    (_INTEGER, r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "tag:yaml.org,2002:float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
    ("tag:yaml.org,2002:merge", "<<", ["<"]),
):
    _Loader.add_implicit_resolver(_tag, re.compile(f"(?:{_pattern})\\Z"), _first)
_Loader.add_constructor(_INTEGER, _Loader.construct_integer)


def _load_yaml(source: bytes, path: Path) -> Any:
    loader: _Loader | None = None
    try:
        _refuse_depth(source, path)
        loader = _Loader(source)
        root = loader.get_single_node()
        if root is None:
            return None
        _refuse_duplicate_keys(root, path)
        _refuse_cycles_and_excess(root, path)
        return loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        raise GenerationError([_syntax_error(error, path)]) from None
    except (RecursionError, ValueError, yaml.YAMLError) as error:
        raise GenerationError([Problem(f"not valid YAML: {' '.join(str(error).split())}", str(path))]) from None
    finally:
        if loader is not None:
            loader.dispose()


def _syntax_error(error: yaml.MarkedYAMLError, path: Path) -> Problem:
    mark = error.problem_mark or error.context_mark
    place = str(path) if mark is None else f"{path}:{mark.line + 1}:{mark.column + 1}"
    context = error.context
    if context and error.context_mark:
        context = f"{context} that begins on line {error.context_mark.line + 1}"
    return Problem(f"not valid YAML: {', '.join(part for part in (context, error.problem) if part)}", place)


def _load_json(source: bytes, path: Path) -> Any:
    repeated = False

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeated
        mapping = dict(items)
        repeated = repeated or len(mapping) < len(items)
        return mapping

    try:
        with deep():
            content = json.loads(source, object_pairs_hook=pairs)
    except json.JSONDecodeError as error:
        place = f"{path}:{error.lineno}:{error.colno}"
        raise GenerationError([Problem(f"not valid JSON: {error.msg}", place)]) from None
    except RecursionError:
        raise GenerationError([_too_deep(path, _line_of_depth(source) or 1)]) from None
    except ValueError as error:  # what is no text, or a number of too many digits
        raise GenerationError([Problem(f"not valid JSON: {error}", str(path))]) from None
    _refuse_deep_json(source, content, path)
    half = _HALF_CHARACTER.search(source)
    if half is not None and not _is_text(content):
        line = source.count(b"\n", 0, half.start()) + 1
        said = f"not valid JSON: {half[0].decode()} is half of a character, without the other"
        raise GenerationError([Problem(said, f"{path}:{line}")])
    if repeated and (root := _compose(source.replace(b"\t", b" "))) is not None:
        _refuse_duplicate_keys(root, path)
    return content


_HALF_CHARACTER = re.compile(
    rb"\\u[dD](?:[89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD])[c-fC-F][0-9a-fA-F]{2})"
)


def _is_text(content: Any) -> bool:
    """Whether all characters are whole: a backslash that is meant as one may stand before what looks like half."""
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _compose(source: bytes) -> yaml.Node | None:
    loader = _Loader(source)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def _step(node: yaml.Node | None, token: str) -> tuple[yaml.Node, int] | None:
    """Go one token down; the line is that of the key, where there is one."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == token:
                return value, key.start_mark.line
    elif isinstance(node, yaml.SequenceNode) and token.isdecimal() and int(token) < len(node.value):
        item = node.value[int(token)]
        return item, item.start_mark.line
    return None


def _refuse_duplicate_keys(root: yaml.Node, path: Path) -> None:
    problems = [
        Problem(f"the key {key!r} is here for the second time; the first is on line {first + 1}", f"{path}:{line + 1}")
        for key, first, line in _duplicate_keys(root)
    ]
    if problems:
        raise GenerationError(problems)


def _refuse_depth(source: bytes, path: Path) -> None:
    """Refuse YAML that is nested deeper than anything that is meant: to make nodes of it would end the process.

    What is deep stands far to the right, or in as many brackets. Where there is either, the parser's events tell.
    """
    if not _FAR.search(source) and not _line_of_depth(source):
        return
    depth = 0
    for event in yaml.parse(source, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                line = event.start_mark.line if event.start_mark else 0
                raise GenerationError([_too_deep(path, line + 1)])
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


_FAR = re.compile(rb"^[ ?:-]{%d}" % DEEPEST, re.MULTILINE)
_BRACKET = re.compile(rb"""[\[\]{}]|"(?:[^"\\]|\\.)*"|'[^'\n]*'""", re.DOTALL)


_OPENING, _CLOSING = frozenset({b"[", b"{"}), frozenset({b"]", b"}"})


def _too_deep(path: Path, line: int) -> Problem:
    said = f"more than {DEEPEST:,} maps and lists within each other are open here"
    return Problem(f"{said}, which no description needs; see what has written it", f"{path}:{line}")


def _refuse_deep_json(source: bytes, content: Any, path: Path) -> None:
    level, depth = [content], 0
    while level := [
        inner
        for part in level
        for inner in (part.values() if isinstance(part, dict) else part if isinstance(part, list) else ())
        if isinstance(inner, dict | list)
    ]:
        depth += 1
        if depth >= DEEPEST:
            raise GenerationError([_too_deep(path, _line_of_depth(source) or 1)])


def _line_of_depth(source: bytes) -> int | None:
    """Return the line on which too many brackets are open, not counting those in quotes."""
    if source.count(b"[") + source.count(b"{") <= DEEPEST:
        return None
    depth = 0
    for found in _BRACKET.finditer(source):
        sign = found[0]
        if sign in _OPENING:
            depth += 1
            if depth > DEEPEST:
                return source.count(b"\n", 0, found.start()) + 1
        elif sign in _CLOSING:
            depth = max(0, depth - 1)
    return None


def _refuse_cycles_and_excess(root: yaml.Node, path: Path) -> None:
    """Refuse an alias that stands inside of what it stands for, and aliases that come to too much when written out."""
    open_nodes: set[int] = set()
    done: set[int] = set()
    sizes: dict[int, int] = {}  # of what is done, with all aliases in it written out
    depths: dict[int, int] = {}
    count = 0
    pending = [(root, False)]
    while pending:
        node, is_left = pending.pop()
        if is_left:
            open_nodes.remove(id(node))
            done.add(id(node))
            inner = _inner_nodes(node) if isinstance(node, yaml.CollectionNode) else []
            sizes[id(node)] = size = 1 + sum(sizes.get(id(one), 1) for one in inner)
            count += 1 + len(inner)
            depths[id(node)] = depth = 1 + max((depths.get(id(one), 0) for one in inner), default=0)
            if depth > DEEPEST:
                raise GenerationError([_too_deep(path, node.start_mark.line + 1)])
            if size - count > MOST_BY_ALIASES:
                said = f"the YAML aliases in here come to more than {MOST_BY_ALIASES:,} parts when they are written out"
                remedy = "make a component of what they repeat, and refer to that by $ref"
                raise GenerationError([Problem(f"{said}; {remedy}", f"{path}:{node.start_mark.line + 1}")])
        elif id(node) in open_nodes:
            place = f"{path}:{node.start_mark.line + 1}"
            raise GenerationError([Problem("this contains itself, by way of a YAML alias", place)])
        elif id(node) not in done and isinstance(node, yaml.CollectionNode):
            open_nodes.add(id(node))
            pending.append((node, True))
            pending.extend((inner, False) for inner in _inner_nodes(node))


def _inner_nodes(node: yaml.CollectionNode) -> list[yaml.Node]:
    return [value for _, value in node.value] if isinstance(node, yaml.MappingNode) else list(node.value)


def _duplicate_keys(root: yaml.Node) -> Iterator[tuple[str, int, int]]:
    seen: set[int] = set()  # a node with aliases is met several times
    pending = [root]
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            pending.extend(reversed(node.value))
        elif isinstance(node, yaml.MappingNode):
            first_lines: dict[str, int] = {}
            for key, _ in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    continue
                if key.value in first_lines and key.value != "<<":
                    yield key.value, first_lines[key.value], key.start_mark.line
                first_lines.setdefault(key.value, key.start_mark.line)
            pending.extend(value for _, value in reversed(node.value))
