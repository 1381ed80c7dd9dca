"""Where each operation goes: its group, the name of its method, and the full name by which its models are called."""

import keyword
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from attrs import define, evolve
from openapi_python_client.strings import PythonIdentifier

from afresh_toolkit.generator.normalising.class_names import PREFIX, operation_name
from afresh_toolkit.generator.normalising.file_names import LONGEST_OPERATION, LONGEST_TAG, file_name
from afresh_toolkit.generator.normalising.naming.choosing import choose
from afresh_toolkit.generator.normalising.naming.groups import DEFAULT, group_of, groups
from afresh_toolkit.generator.normalising.naming.lists import answers_with_list
from afresh_toolkit.generator.normalising.naming.methods.candidates import (
    Named,
    join,
    joined,
    method_candidates,
    name_parts,
)
from afresh_toolkit.generator.normalising.naming.methods.operation_ids import Ids, read
from afresh_toolkit.generator.normalising.naming.methods.path_names import Route, collections
from afresh_toolkit.generator.normalising.naming.methods.shortening import LONG, is_long
from afresh_toolkit.generator.normalising.naming.paths import (
    segments,
    server_prefixes,
    shared_prefix,
    without_prefix,
    words_in,
)
from afresh_toolkit.generator.normalising.naming.reserved import CLIENT_ATTRIBUTES, resource_name
from afresh_toolkit.generator.reading.description import DescribedOperation
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.reading.inputs import Naming
from afresh_toolkit.generator.rules import Applied, Rule

OPERATION_ID = Rule("operation-id", "An operation without an operationId is named for its method and path.")
REPEATED_ID = Rule(
    "repeated-operation-id", "Operations with one operationId are told apart by their paths and methods."
)
ROUTE_ID = Rule("route-as-operation-id", "An operationId that is made of method and path is as good as none.")
FRAMEWORK_ID = Rule(
    "framework-operation-id",
    "What frameworks add to a function's name is left out of it: path and method, controller, module, version, number.",
)
LONG_NAME = Rule(
    "long-name",
    f"A method whose name would have {LONG} characters or more is called without what its group and path say already.",
)
GROUPED_BY_PATH = Rule("grouped-by-path", "Operations without a tag are grouped by where their paths part.")


@define(frozen=True)
class Place:
    """The group of an operation, the name of its method there, and the full name of its module and its own models."""

    group: str
    method: str
    full: str

    @property
    def resource(self) -> str:
        """The attribute under which a client offers the group."""
        return resource_name(_attribute(self.group))

    @property
    def module(self) -> str:
        """The operation's module within the package's `api`."""
        folder = file_name(_attribute(self.group), LONGEST_TAG)
        return f"{folder}.{_module(self.full)}"

    @property
    def call(self) -> str:
        """The method as it is called."""
        return f"{self.resource}.{self.method}"


@define(frozen=True)
class Places:
    """The place of each operation, by method and path.

    `kept` has those that an earlier run recorded and that are not as the description says, each with what it says.
    """

    all: Mapping[str, Place]
    kept: Mapping[str, tuple[Place, Place]]


def find_places(
    document: Document,
    described: Sequence[DescribedOperation],
    naming: Naming,
    recorded: Mapping[str, Mapping[str, str]],
    applied: Applied,
) -> Places:
    """Find the place of each operation; `recorded` are those that an earlier run gave, which stay."""
    paths = {operation.name: segments(operation.path) for operation in described}
    shared = shared_prefix(paths.values())
    rest = {name: without_prefix(path, shared) for name, path in paths.items()}
    grouped = groups(described, rest, by_path=naming.group_by_path)
    servers = server_prefixes(document.content.get("servers"))
    ids = Ids.of(described)
    with_members = collections({operation.path for operation in described})
    named: dict[str, Named] = {}
    for operation in described:
        key, path = operation.name, rest[operation.name]
        is_list = answers_with_list(document, operation)
        route = Route(operation, path, is_list=is_list, has_members=operation.path.rstrip("/") in with_members)
        version = words_in(paths[key][: len(paths[key]) - len(path)])
        named[key] = name_parts(route, version, grouped[key], read(operation, path, servers, ids))
    same_path = Counter((one.full, one.route.operation.path) for one in named.values())
    named = {
        key: evolve(one, shares_path=same_path[one.full, one.route.operation.path] > 1) for key, one in named.items()
    }
    _note(named, grouped, applied)
    wanted = _choose(named, grouped, {}, is_short=naming.short)
    for key, one in named.items():
        if is_long(one.short) and len(wanted[key].method) < len(join(one.short)):
            applied.note(LONG_NAME, one.route.operation.pointer)
    kept = {key: _kept(named[key], wanted, recorded[key]) for key in named if key in recorded}
    others = {key: one for key, one in named.items() if key not in kept}
    chosen = {**kept, **(_choose(others, grouped, kept, is_short=naming.short) if kept else wanted)}
    differing = {
        key: (place, wanted[key])
        for key, place in kept.items()
        if (place.call, place.module) != (wanted[key].call, wanted[key].module)
    }
    return Places({key: chosen[key] for key in named}, differing)


def _note(named: Mapping[str, Named], grouped: Mapping[str, str], applied: Applied) -> None:
    """Note where names are others than a description says, or could not be what it says."""
    ids = Counter(one.whole for one in named.values())
    for key, one in named.items():
        pointer = one.route.operation.pointer
        if not one.whole:
            applied.note(OPERATION_ID, pointer)
        elif ids[one.whole] > 1:
            applied.note(REPEATED_ID, pointer)
        elif one.is_by_route:
            applied.note(ROUTE_ID, pointer)
        elif one.full != one.whole:
            applied.note(FRAMEWORK_ID, pointer)
        if not group_of(one.route.operation.tag) and grouped[key] != DEFAULT:
            applied.note(GROUPED_BY_PATH, pointer)


def _kept(one: Named, wanted: Mapping[str, Place], recorded: Mapping[str, str]) -> Place:
    """Return the place that an earlier run gave to an operation."""
    resource, module = recorded["resource"], recorded["module"].rpartition(".")[2]
    attribute = resource.rstrip("_") if resource.rstrip("_") in CLIENT_ATTRIBUTES else resource
    groups_of_it = [place.group for place in wanted.values() if place.resource == resource]
    said = one.route.operation.data.get("operationId")
    fulls = [wanted[one.route.operation.name].full, *([_sanitized(said)] if isinstance(said, str) else [])]
    full = next((full for full in fulls if _module(full) == module), module)
    return Place(groups_of_it[0] if groups_of_it else attribute, recorded["name"], full)


def _choose(
    named: Mapping[str, Named], grouped: Mapping[str, str], kept: Mapping[str, Place], *, is_short: bool
) -> dict[str, Place]:
    """Choose the places of operations beside those that are kept."""
    taken = {_full_identifier(place.full) for place in kept.values()}
    candidates = {key: map(operation_name, joined(one.fulls)) for key, one in named.items()}
    fulls = choose({key: list(map(_full_identifier, names)) for key, names in candidates.items()}, taken)
    members: dict[str, dict[str, Named]] = {}
    for key, one in named.items():
        members.setdefault(_attribute(grouped[key]), {})[key] = one
    methods: dict[str, str] = {}
    for attribute, ones in members.items():
        names = {place.method for place in kept.values() if _attribute(place.group) == attribute}
        found = method_candidates(ones, is_short=is_short)
        methods.update(choose({key: list(map(_identifier, each)) for key, each in found.items()}, names))
    return {key: Place(grouped[key], methods[key], _full(one, fulls[key])) for key, one in named.items()}


def _full(one: Named, chosen: str) -> str:
    """Return a full name, as the operationId writes it where it is the same."""
    said = one.route.operation.data.get("operationId")
    is_same = chosen == _full_identifier(operation_name(join(one.whole)))
    return _sanitized(said) if isinstance(said, str) and is_same else chosen


def _sanitized(said: str) -> str:
    """Return an operationId whose words (`repos/get`) stay apart in Python."""
    return operation_name(re.sub(r"[^\w.-]+", "_", said))


def _module(full: str) -> str:
    return file_name(_full_identifier(full), LONGEST_OPERATION)


def _full_identifier(name: str) -> str:
    return str(PythonIdentifier(name, PREFIX))


def _attribute(group: str) -> str:
    return str(PythonIdentifier(group, "tag"))


def _identifier(name: str) -> str:
    name = _full_identifier(name)
    return name if keyword.iskeyword(name.rstrip("_")) else name.rstrip("_")
