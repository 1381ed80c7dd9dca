"""What references come to, once all schemas are read: classes, aliases, and what is no class in place of its `$ref`."""

from collections.abc import Mapping
from typing import Any

from attrs import define, evolve, field

from afresh_toolkit.generator.normalising.class_names import CLASSES
from afresh_toolkit.generator.normalising.schemas.aliases import NULL, Aliases, has_several, members_of
from afresh_toolkit.generator.normalising.schemas.discriminators import NOTE, Note, chosen, with_notes
from afresh_toolkit.generator.normalising.schemas.formats import without_marks
from afresh_toolkit.generator.normalising.schemas.maps import is_map, references, shown
from afresh_toolkit.generator.normalising.schemas.schemas import ENTRIES, Schemas
from afresh_toolkit.generator.pointers import Pointer, parse_pointer, write_pointer
from afresh_toolkit.generator.reading.description import mapping
from afresh_toolkit.generator.rules import Rule

RECURSIVE = Rule("recursive-alternatives", "A list or union that holds itself, by no class, holds anything there.")
MAP_AS_DICT = Rule("map-as-dict", "An object that has no properties, but values under any keys, is a dict.")


@define
class Resolver:
    """Resolves the schemas that were read; no more may be read then.

    `classes` are the components for the generator, by the names of their classes, and `origins` where each of them
    stands in the document. `notes` has what is said about each union, by the name that begins the text which the union
    has for its example. `aliases` are the schemas of the components that are unions or dicts, by the names of their
    type aliases.
    """

    _read: Schemas
    classes: dict[str, dict[str, Any]] = field(init=False, factory=dict)
    origins: dict[str, Pointer] = field(init=False)
    notes: dict[str, Note] = field(init=False, factory=dict)
    aliases: dict[str, dict[str, Any]] = field(init=False, factory=dict)
    _spellings: Aliases = field(init=False, factory=Aliases)
    _maps: dict[str, dict[str, Any]] = field(init=False)  # the classes that are dicts, as they were read

    def __attrs_post_init__(self) -> None:
        read = self._read.classes
        self.origins = dict(self._read.origins)
        self._maps = {name: schema for name, schema in read.items() if is_map(schema) and not self._holds_itself(name)}
        unions = {
            name: self._resolved({"$ref": f"{ENTRIES}{write_pointer(place)}"}, (), place)
            for name, place in sorted(self._read.unions.items())
        }
        for name, union in unions.items():
            self._spellings.add(name, union)
        for name, union in unions.items():
            self.aliases[name] = self._define(name, union)
        for name, schema in read.items():
            self.classes[name] = self.resolve(schema, self.origins[name])

    def resolve(self, schema: dict[str, Any], pointer: Pointer = ()) -> dict[str, Any]:
        """Put what they stand for in place of references to what is no class."""
        resolved: dict[str, Any] = with_notes(self._resolved(schema, (), pointer), self._note)
        return resolved

    def leave_out_unused(self, content: Any) -> None:
        """Leave out the classes of maps that nothing names: those of components become aliases of dicts.

        `content` is what is made of the operations.
        """
        components = {*self._read.class_names.values()} & self._maps.keys()
        dicts = {name: self.resolve(shown(self._maps[name], {}), self.origins[name]) for name in sorted(components)}
        kept = {name: schema for name, schema in self.classes.items() if name not in self._maps}
        pending = [*references([content, *self.aliases.values(), *dicts.values(), *kept.values()])]
        while pending:
            name = pending.pop()[len(CLASSES) :]
            if name in self._maps and name not in kept:
                kept[name] = self.classes[name]
                pending += references(kept[name])
        self.aliases |= {name: schema for name, schema in dicts.items() if name not in kept}
        for name in self.classes.keys() - kept.keys():
            del self.classes[name], self.origins[name]

    def _define(self, name: str, union: dict[str, Any]) -> dict[str, Any]:
        """Return the schema that an alias stands for, as the generator takes it."""
        members = list(members_of(union)) or [union]
        said = {"description": union["description"]} if "description" in union else {}
        whole = {**union, "anyOf": members} if len(members) > 1 else {**members[0], **said}
        defined: dict[str, Any] = with_notes(whole, lambda note, schema: self._note(note, schema, name))
        return defined

    def _note(self, note: Note, union: Mapping[str, Any], within: str | None = None) -> str:
        name = f"union {len(self.notes)}"
        self.notes[name] = note
        return self._spellings.spelling(note.aliases, union, within).text(name)

    def _resolved(self, schema: Any, within: tuple[str, ...], pointer: Pointer, *, in_union: bool = False) -> Any:
        if not isinstance(schema, dict):
            return schema
        ref = schema.get("$ref")
        if isinstance(ref, str):
            return self._resolved_reference(ref, schema, within, pointer, in_union=in_union)
        made = dict(schema)
        for keyword in ("items", "additionalProperties"):
            if isinstance(made.get(keyword), dict):
                made[keyword] = self._resolved(made[keyword], within, pointer, in_union=in_union)
        if "properties" in made:
            made["properties"] = {
                key: self._resolved(inner, within, pointer) for key, inner in made["properties"].items()
            }
        if "anyOf" in made:
            is_inner, in_union = in_union, in_union or has_several(made["anyOf"])
            made["anyOf"] = [self._resolved(member, within, pointer, in_union=in_union) for member in made["anyOf"]]
            made = _flattened(made)
            if not is_inner and "anyOf" in made:
                made["anyOf"] = self._with_map(made["anyOf"], within, pointer)
        return made

    def _with_map(self, members: list[Any], within: tuple[str, ...], pointer: Pointer) -> list[Any]:
        """Make a dict of the one member of a union that is an object: no class is needed to tell it from others."""
        objects = [one for one in members if self._read.classes.get(_class_of(one), {}).get("type") == "object"]
        if len(objects) != 1 or _class_of(objects[0]) not in self._maps:
            return members
        return [self._resolved(one, within, pointer) if one is objects[0] else one for one in members]

    def _resolved_reference(
        self, ref: str, schema: dict[str, Any], within: tuple[str, ...], pointer: Pointer, *, in_union: bool
    ) -> Any:
        if ref.startswith(CLASSES):
            name = ref[len(CLASSES) :]
            if in_union or name not in self._maps:
                return self._with_default(schema)
            self._read.applied.note(MAP_AS_DICT, self.origins[name])
            return self._resolved(shown(self._maps[name], schema), within, pointer)
        if ref in within:
            self._read.applied.note(RECURSIVE, pointer)
            return {}
        target = parse_pointer(ref[len(ENTRIES) :])
        entry, inside = self._read.entries[target] or {}, (*within, ref)
        resolved: dict[str, Any] = self._resolved(entry, inside, pointer, in_union=in_union)
        said: dict[str, Any] = {name: schema[name] for name in ("description", "default") if name in schema}
        for bare in resolved.pop("allOf", ()):  # of a class with its default, which this may be another than
            resolved |= bare
        if "$ref" in resolved:
            return self._with_default({**resolved, **said})
        if "default" in said and (resolved.keys() & {"anyOf", "items"} or not _accepts(resolved, said["default"])):
            del said["default"]
        return {**resolved, **said}

    def _holds_itself(self, name: str) -> bool:
        """Whether a map holds itself, but for what is in classes that are none."""
        seen, pending = set[str](), [f"{CLASSES}{name}"]
        while pending:
            ref = pending.pop()
            if ref.startswith(CLASSES):
                schema = self._read.classes[ref[len(CLASSES) :]]
                found = {*references(schema)} if is_map(schema) else set()
            else:
                found = {*references(self._read.entries[parse_pointer(ref[len(ENTRIES) :])])}
            if f"{CLASSES}{name}" in found:
                return True
            pending += found - seen
            seen |= found
        return False

    def _with_default(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return a reference to a class with its default, in the way that the generator takes one."""
        if "default" not in schema:
            return schema
        bare = {keyword: value for keyword, value in schema.items() if keyword != "default"}
        made = self._read.classes[schema["$ref"][len(CLASSES) :]]
        if schema["default"] not in made.get("enum", ()):
            return bare
        said = {"description": bare.pop("description")} if "description" in bare else {}
        return {"allOf": [bare], "default": schema["default"], **said}


def _accepts(schema: Mapping[str, Any], default: Any) -> bool:
    kinds: dict[Any, tuple[type, ...]] = {"string": (str,), "integer": (int,), "number": (int, float)}
    if isinstance(default, bool) or isinstance(schema.get("type"), list):
        return schema.get("type") == "boolean"
    return isinstance(default, kinds.get(schema.get("type"), ())) and "format" not in schema


def _class_of(schema: Any) -> str:
    """Return the name of the class that a schema refers to; empty where it refers to none."""
    ref = str(mapping(schema).get("$ref", ""))
    return ref[len(CLASSES) :] if ref.startswith(CLASSES) else ""


def _flattened(union: dict[str, Any]) -> dict[str, Any]:
    """Take unions out of a union, and what is there twice; a union of one is that one."""
    members: list[dict[str, Any]] = []
    for member in union["anyOf"]:
        for inner in member.get("anyOf", [member]):
            bare = {keyword: value for keyword, value in inner.items() if keyword not in {"description", "default"}}
            if bare.get("allOf") and "$ref" in bare["allOf"][0]:
                bare = {"$ref": bare["allOf"][0]["$ref"]}
            if bare not in members:
                members.append(bare)
    if len([member for member in members if member != NULL]) > 1:
        members = [without_marks(member) for member in members]
    if len(members) == 1:
        said = {keyword: union[keyword] for keyword in ("description",) if keyword in union}
        return {**members[0], **said}
    match [member for member in union["anyOf"] if member != NULL]:
        case [inner]:  # only null was added to it
            title = {"title": inner["title"]} if "title" in inner else {}
            return {**title, **union, **({NOTE: inner[NOTE]} if NOTE in inner else {}), "anyOf": members}
    return {**union, NOTE: _joined(union), "anyOf": members}


def _joined(union: dict[str, Any]) -> Note:
    """Return the note of a union with its own discriminators before those of unions within it."""
    note: Note = union[NOTE]
    own = [chosen(one, union["anyOf"]) for one in note.choosing]
    inner = [one for member in union["anyOf"] if NOTE in member for one in member[NOTE].discriminators]
    names = [name for member in union["anyOf"] if NOTE in member for name in member[NOTE].aliases]
    aliases = tuple(dict.fromkeys((*note.aliases, *names)))
    return evolve(note, choosing=(), discriminators=(*own, *inner), title=union.get("title"), aliases=aliases)
