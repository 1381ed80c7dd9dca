"""The schemas of a description as openapi-python-client reads them best.

Every object and every enum becomes a component of its own, named for where it stands; `allOf` is put together, and what
is only another name for something stands in place of it. So the generator meets no name twice, nothing that refers to
itself but by way of a class, and no combination that it cannot make a type of.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from attrs import define, evolve, field

from afresh_toolkit.generator.extensions.secrecy import secret_keys
from afresh_toolkit.generator.normalising.class_names import CLASSES, IN_PLACE, ClassNames, class_name
from afresh_toolkit.generator.normalising.naming.alternatives import names_of
from afresh_toolkit.generator.normalising.naming.qualified import unqualified
from afresh_toolkit.generator.normalising.naming.reserved import PACKAGE_NAMES
from afresh_toolkit.generator.normalising.naming.words import in_singular, is_plural, words_of
from afresh_toolkit.generator.normalising.schemas.aliases import NULL, has_several
from afresh_toolkit.generator.normalising.schemas.discriminators import NOTE, Note
from afresh_toolkit.generator.normalising.schemas.facts import as_deprecated, facts
from afresh_toolkit.generator.normalising.schemas.families import Families, find_families
from afresh_toolkit.generator.normalising.schemas.formats import is_marked, with_mark
from afresh_toolkit.generator.normalising.schemas.merging import (
    ANNOTATIONS,
    Union,
    combinations,
    is_plain_reference,
    limits_only,
    merge,
    says_nothing,
)
from afresh_toolkit.generator.normalising.schemas.property_names import shown_names
from afresh_toolkit.generator.normalising.schemas.repetition import Shape, content_of, repeated, shape_of
from afresh_toolkit.generator.normalising.schemas.schema_rules import add_words, in_words, simplify
from afresh_toolkit.generator.pointers import Pointer, local_pointer, write_pointer
from afresh_toolkit.generator.reading.description import mapping
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.rules import Applied, Rule

NAMED_SCHEMA = Rule("named-schema", "An object, or a long enum, that is described in place gets a name.")
QUALIFIED_NAME = Rule(
    "qualified-name", "A component that is called like a class of a package is called by the class alone."
)
CLASS_NAME = Rule("class-name", "Schemas whose names would be the same class, or the same file, are told apart.")
BASE_WITH_DISCRIMINATOR = Rule(
    "base-with-discriminator", "A reference to a schema that others extend, told apart by its discriminator, is any."
)
REFERENCE_INTO = Rule("reference-into", "A $ref to a part of something makes that part a component.")
REFERENCE_SIBLINGS = Rule("reference-siblings", "Keywords beside a $ref hold as well, as OpenAPI 3.1 has it.")
MERGED = Rule("merged-all-of", "The parts of an allOf are put together into one schema.")
DISTRIBUTED = Rule("distributed-alternatives", "What stands beside a oneOf or anyOf is part of each alternative.")
LIMITING = Rule("limiting-alternatives", "Alternatives that only limit what is described beside them are left out.")
TOO_MANY = Rule(
    "too-many-alternatives", "More than 64 combinations of alternatives are read as what they share.", is_warning=True
)
BROKEN_REFERENCE = Rule(
    "broken-reference", "A $ref to a schema that is not there stands for anything.", is_warning=True
)
BOOLEAN_SCHEMA = Rule("boolean-schema", "A schema that is true or false holds anything.")
NULLABLE = Rule("nullable", "`nullable: true` is null among the types, as OpenAPI 3.1 has it.")
REQUIRED_PROPERTY = Rule(
    "required-property",
    "A name in `required` that no property has is a property, of what additional ones are; is it misspelt?",
    is_warning=True,
)

READ_ONLY, DEPRECATED, SECRET = "x-read-only", "x-deprecated", "x-secret"
"""Where a class has the names of its properties that only answers have, that are outdated, or that no repr shows."""
FACTS = "x-facts"
"""Where a class has the limits and examples of its properties in words, by their names."""
ENTRIES = "#/entries"
"""How the reference to something that was read begins, be it a class or none; the pointer to it follows."""
_LONGEST_IN_PLACE = 80
"""Characters of the values of an enum that is written out where it stands: a longer one gets a name."""

_PARTS = ("$ref", "allOf", "anyOf", "oneOf")
_STRUCTURE = frozenset({"components", "content", "items", "paths", "properties", "schema", "schemas"})
_KEPT = ("type", "format", "description", "default", "const", "deprecated", "readOnly", "writeOnly")


@define
class Schemas:
    """Reads the schemas of a document; a `Resolver` goes on from there.

    `classes` are the components for the generator, by the names of their classes, `origins` where each of them stands
    in the document, and `property_names` the names of properties that the generator is shown others of, by class.
    `entries` are what the references to parts of the document stand for, None while that is worked out. `unions` are
    the places of the components that are unions, by the names of their type aliases, and `class_names` the names
    reserved for the components. `formats` are those whose values are to be of Python's types for them.
    """

    document: Document
    applied: Applied
    classes: dict[str, dict[str, Any]] = field(factory=dict)
    origins: dict[str, Pointer] = field(factory=dict)
    property_names: dict[str, dict[str, str]] = field(factory=dict)
    entries: dict[Pointer, Any] = field(factory=dict)
    unions: dict[str, Pointer] = field(factory=dict)
    class_names: dict[Pointer, str] = field(factory=dict)
    formats: Collection[str] = ()
    _names: ClassNames = field(factory=ClassNames)
    _own_names: frozenset[str] = frozenset()  # of the components' classes
    _type_names: frozenset[str] = frozenset()  # that no attribute may have
    _families: Families = field(init=False)
    _family_names: dict[Pointer, str] = field(factory=dict)  # of the unions of schemas with what extends them
    _alike: dict[tuple[str, str], str] = field(factory=dict)  # classes in place, by their wanted names and contents
    _repeated: set[Shape] = field(factory=set)  # that are in several places
    _made: dict[int, tuple[Any, Any]] = field(factory=dict)  # schemas by id, so that what is shared stays one class

    def add_components(self) -> None:
        """Normalise the document's own components; their classes have their names."""
        components = mapping(mapping(mapping(self.document.content).get("components")).get("schemas"))
        called = unqualified(components)
        for key in sorted(components, key=lambda key: class_name("", called[key]) != called[key]):
            # Who has such a name keeps it. What is only another name of a class takes none away.
            pointer = ("components", "schemas", key)
            is_alias = is_plain_reference(components[key])
            own = class_name("", called[key]) if is_alias else self._name("", called[key], pointer)
            self.class_names[pointer] = own
            if called[key] != key:
                self.applied.note(QUALIFIED_NAME, pointer)
        self._families = Families(self.document, find_families(self.document, components), self.class_names)
        for base in self._families.members:
            own = self.class_names[base]
            wanted = [class_name("", f"Any{own}"), class_name("", f"{own}Union")]
            self._family_names[base] = self._name("", next(filter(self._names.is_free, wanted), wanted[0]), base)
        self._own_names = frozenset(self.class_names.values())
        self._type_names = frozenset({*PACKAGE_NAMES, *self._own_names, *self._family_names.values()})
        self._repeated = repeated(self.document.content)
        for key in components:
            self._enter(("components", "schemas", key))

    def read(self, schema: Any, pointer: Pointer, parent: str, name: str) -> dict[str, Any]:
        """Return a schema for the generator; what needs a class is called `name` inside of `parent`."""
        made = self._made.get(id(schema))
        if made is not None:
            return dict(made[1])
        result = self._read(schema, pointer, parent, name, None)
        if isinstance(schema, dict):
            self._made[id(schema)] = (schema, result)  # the schema is kept so that its id stays its own
        return result

    def free_name(self, name: str, kind: str) -> str:
        """Return the name of a component that is no schema; with its kind behind it where a schema is called so."""
        return f"{name}_{kind}" if class_name("", name) in self._own_names else name

    def _name(self, parent: str, name: str, pointer: Pointer) -> str:
        wanted = class_name(parent, name)
        chosen = self._names.take(wanted)
        if chosen != wanted:
            self.applied.note(CLASS_NAME, pointer)
        return chosen

    def _enter(self, pointer: Pointer) -> None:
        if pointer in self.entries:
            return
        schema = self.document.find(pointer)
        self.entries[pointer] = None
        name = self.class_names.get(pointer)
        if name is None:
            self.applied.note(REFERENCE_INTO, pointer)
            if pointer[:3] in self.class_names:
                self._enter(pointer[:3])  # so that it is named for what it stands in
            words = [token for token in pointer if token.isidentifier() and token not in _STRUCTURE]
            read = self.read(schema, pointer, "", "_".join(words[-2:]) or "model")
        else:
            read = self._read(schema, pointer, "", pointer[-1], name)
            if isinstance(schema, dict):
                self._made[id(schema)] = (schema, read)
            if "anyOf" in read:
                read = self._named({**read, "title": pointer[-1]}, name, pointer)
        self.entries[pointer] = read

    def _named(self, union: dict[str, Any], name: str, pointer: Pointer) -> dict[str, Any]:
        """Return a union that is a component, with its alias where it has several members."""
        if not has_several(union["anyOf"]):
            return union
        self.unions[name] = pointer
        return {**union, NOTE: evolve(union[NOTE], aliases=(name,))}

    def _read(self, schema: Any, pointer: Pointer, parent: str, name: str, own: str | None) -> dict[str, Any]:
        """Read a schema; `own` is the name of its class where that is set."""
        if not isinstance(schema, dict):
            self.applied.note(BOOLEAN_SCHEMA, pointer)
            return {}
        simple = simplify(schema, pointer, self.applied)
        if "$ref" in simple:
            return self._reference(simple, pointer, parent, name, own)
        if "allOf" in simple or simple.keys() & {"oneOf", "anyOf"}:
            return self._combined(simple, pointer, parent, name, own)
        is_nullable = simple.pop("nullable", False)
        if is_nullable:
            self.applied.note(NULLABLE, pointer)
        return self._single(simple, pointer, parent, name, own, is_nullable=is_nullable)

    def _single(
        self, simple: dict[str, Any], pointer: Pointer, parent: str, name: str, own: str | None, *, is_nullable: bool
    ) -> dict[str, Any]:
        """Read a schema that is neither a reference nor a combination."""
        said = simple.get("type")
        types = [said] if isinstance(said, str) else list(said or ())
        if is_nullable and types:
            types.append("null")
        values = [one for one in types if one != "null"]
        nullable = len(values) < len(types)
        if "enum" in simple and "boolean" not in types:
            values_listed = [value for value in simple["enum"] if value is not None]
            if not values_listed:
                return dict(NULL)
            wanted = {"type": "string" if isinstance(values_listed[0], str) else "integer", "enum": values_listed}
            if own is None and len(str(values_listed)) <= _LONGEST_IN_PLACE:
                own = f"{IN_PLACE}{len(self.classes)}"
            read = self._class({**simple, **wanted}, pointer, parent, name, own)
            return _or_null(read) if nullable or is_nullable or len(values_listed) < len(simple["enum"]) else read
        if len(values) > 1 and set(values) & {"array", "object"}:
            members = [
                self._single({**simple, "type": one}, pointer, parent, f"{name}_{one}", None, is_nullable=False)
                for one in values
            ]
            return _union(members, simple, {NOTE: Note(pointer)}, is_nullable=nullable)
        if values == ["object"]:
            read = self._class({**simple, "type": "object"}, pointer, parent, name, own)
            return _or_null(read) if nullable else read
        kept = {keyword: simple[keyword] for keyword in _KEPT if simple.get(keyword) is not None}
        if types:
            types = [*dict.fromkeys(values), *(["null"] if nullable else [])]
            kept["type"] = types[0] if len(types) == 1 else types
        if kept.get("type") == "boolean" and "const" in kept:
            del kept["type"]  # the generator would not look further
        if values == ["array"]:
            kept.pop("default", None)
            kept["items"] = self.read(simple["items"], (*pointer, "items"), parent, self._item_name(parent, name))
        return self._marked(kept, values, is_nullable=nullable)

    def _marked(self, kept: dict[str, Any], values: list[str], *, is_nullable: bool) -> dict[str, Any]:
        """Return a schema with the mark of its format, where Python has a type for it, and that was asked for."""
        marked = with_mark({**kept, "type": values[0]}, self.formats) if len(values) == 1 else kept
        if not is_marked(marked):
            return kept
        worded = in_words(marked)
        return _or_null(worded) if is_nullable else worded

    def _reference(
        self, simple: dict[str, Any], pointer: Pointer, parent: str, name: str, own: str | None
    ) -> dict[str, Any]:
        beside = {keyword: value for keyword, value in simple.items() if keyword != "$ref"}
        if not says_nothing(beside) or self._requires_more(simple["$ref"], [beside]):
            self.applied.note(REFERENCE_SIBLINGS, pointer)
            whole = {**beside, "allOf": [*(beside.get("allOf") or ()), {"$ref": simple["$ref"]}]}
            return self._combined(whole, pointer, parent, name, own)
        target = local_pointer(simple["$ref"]) or ()
        read = self._to(target, simple, pointer)
        if beside.get("nullable") is True:
            self.applied.note(NULLABLE, pointer)
            return _or_null(read)
        return read

    def _to(self, target: Pointer, said: Mapping[str, Any], pointer: Pointer) -> dict[str, Any]:
        """Return a reference to a part of the document, with what is said about it in this place."""
        if not self._is_there(target, pointer):
            return {}
        if target in self._families.members:
            self.applied.note(BASE_WITH_DISCRIMINATOR, pointer)
            target = self._enter_family(target)
        read: dict[str, Any] = {"$ref": f"{ENTRIES}{write_pointer(target)}"}
        for keyword in ("description", "default"):
            if said.get(keyword) is not None:
                read[keyword] = said[keyword]
        return read

    def _is_there(self, target: Pointer, pointer: Pointer) -> bool:
        """Read what a reference names, if it names anything."""
        with suppress(LookupError):
            if target:
                self._enter(target)
                return True
        self.applied.note(BROKEN_REFERENCE, pointer)
        return False

    def _enter_family(self, base: Pointer) -> Pointer:
        """Make the union of a schema that has a discriminator and those that extend it; return what to refer to."""
        place = (*base, "discriminator")
        if place not in self.entries:
            self.entries[place] = None
            family = self._families.members[base]
            for pointer in family:
                self._enter(pointer)
            *members, own = [{"$ref": f"{ENTRIES}{write_pointer(pointer)}"} for pointer in (*family, base)]
            union = Union([{"$ref": f"#{write_pointer(pointer)}"} for pointer in family], self.document.find(place))
            choosing = [evolve(one, base=len(family)) for one in self._families.choosing(union, union.alternatives)]
            note = {NOTE: Note(base, tuple(choosing))}
            union_read = {**_union([*members, own], {}, note, is_nullable=False), "title": base[-1]}
            self.entries[place] = self._named(union_read, self._family_names[base], place)
        return place

    def _combined(
        self, simple: dict[str, Any], pointer: Pointer, parent: str, name: str, own: str | None
    ) -> dict[str, Any]:
        for part in simple.get("allOf") or ():
            if isinstance(ref := mapping(part).get("$ref"), str):
                self._is_there(local_pointer(ref) or (), pointer)  # so that what is described in there is named for it
        saying = [part for part in simple.get("allOf") or () if not says_nothing(part)]
        rest = {keyword: value for keyword, value in simple.items() if keyword != "allOf"}
        if (
            len(saying) == 1
            and says_nothing(rest)
            and is_plain_reference(saying[0])
            and not self._families.extends(pointer)
            and not self._requires_more(saying[0]["$ref"], [rest, *simple["allOf"]])
        ):
            is_nullable = any(mapping(part).get("nullable") is True for part in (rest, *simple["allOf"]))
            read = self._to(local_pointer(saying[0]["$ref"]) or (), rest, pointer)
            return _or_null(read) if is_nullable else read
        merged = merge(self.document, simple, pointer)
        if "allOf" in simple:
            self.applied.note(MERGED, pointer)
        base = simplify(merged.schema, pointer, self.applied)
        unions = [union for union in merged.unions if says_nothing(base) or not limits_only(union.alternatives)]
        if len(unions) < len(merged.unions):
            self.applied.note(LIMITING, pointer)
            _word_limits(base, [union.alternatives for union in merged.unions if union not in unions])
        is_nullable = merged.is_nullable
        if not unions:
            return self._single(base, pointer, parent, name, own, is_nullable=is_nullable)
        if isinstance(base.get("type"), list):
            is_nullable = is_nullable or "null" in base["type"]
            values = [one for one in base["type"] if one != "null"]
            base["type"] = values[0] if len(values) == 1 else values
        ways = combinations(unions)
        if ways is None:
            self.applied.note(TOO_MANY, pointer)
            return self._single(base, pointer, parent, name, own, is_nullable=is_nullable)
        if says_nothing(base) and len(unions) == 1:
            members = self._members([one for [one] in ways], base, pointer, parent, name, own=own)
        else:
            self.applied.note(DISTRIBUTED, pointer)
            told = [self._names_by_id(union, base.get("title")) for union in unions]
            members = [
                self._alternative(way, base, pointer, parent, "_".join([name, *map(_name_of, told, way)]))
                for way in ways
            ]
        choosing = [
            one
            for index, union in enumerate(unions)
            for one in self._families.choosing(union, [way[index] for way in ways])
        ]
        return _union(members, base, {NOTE: Note(pointer, tuple(choosing))}, is_nullable=is_nullable)

    def _members(
        self,
        alternatives: Sequence[Any],
        union: Mapping[str, Any],
        pointer: Pointer,
        parent: str,
        name: str,
        *,
        own: str | None,
    ) -> list[dict[str, Any]]:
        """Read the alternatives of a union. One beside null alone is what the union is called."""
        places = [(*pointer, str(index)) for index in range(len(alternatives))]
        if len([one for one in alternatives if not _is_null(one)]) == 1:
            return [
                self.read(one, place, parent, name) if _is_null(one) else self._read(one, place, parent, name, own)
                for one, place in zip(alternatives, places, strict=True)
            ]
        names = names_of(alternatives, union.get("title"), self._whole)
        return [
            self.read(one, place, parent, f"{name}_{said}")
            for one, place, said in zip(alternatives, places, names, strict=True)
        ]

    def _whole(self, schema: Any) -> Mapping[str, Any]:
        """Follow the `$ref` of a schema, and put the parts of its `allOf` together."""
        resolved, place = self.document.resolve(schema)
        return merge(self.document, mapping(resolved), place).schema

    def _requires_more(self, ref: str, parts: Iterable[Any]) -> bool:
        """Whether parts that stand beside a reference require properties which it leaves open, or lacks."""
        wanted = {name for part in parts for name in _required(part)}
        if not wanted:
            return False
        whole = self._whole({"$ref": ref})
        return "properties" in whole and bool(wanted - _required(whole))

    def _alternative(
        self, way: list[Any], base: Mapping[str, Any], pointer: Pointer, parent: str, name: str
    ) -> dict[str, Any]:
        """Read what an alternative is together with what stands beside it."""
        if len(way) == 1 and self._has_all_of(way[0], base):
            return self.read(way[0], pointer, parent, name)
        beside = {keyword: value for keyword, value in base.items() if keyword not in ANNOTATIONS}
        return self.read({"allOf": [beside, *way]}, pointer, parent, name)

    def _names_by_id(self, union: Union, title: Any) -> dict[int, str]:
        """Return the names of the alternatives of a union, by their ids."""
        names = names_of(union.alternatives, title, self._whole)
        return {id(one): name for one, name in zip(union.alternatives, names, strict=True)}

    def _has_all_of(self, alternative: Any, base: Mapping[str, Any]) -> bool:
        """Whether an alternative is a reference to something that has all that stands beside the alternatives."""
        if not isinstance(alternative, dict) or not is_plain_reference(alternative):
            return False
        whole = self._whole(alternative)
        return mapping(base.get("properties")).keys() <= mapping(whole.get("properties")).keys()

    def _class(
        self, simple: dict[str, Any], pointer: Pointer, parent: str, name: str, own: str | None
    ) -> dict[str, Any]:
        """Make a component of an object or an enum; returns the reference to it."""
        if own is None:
            self.applied.note(NAMED_SCHEMA, pointer)
            wanted = self._wanted(parent, name, simple)
            if wanted in self._alike:
                return _class_reference(self._alike[wanted], simple, parent)
            own = self._alike[wanted] = self._name("", wanted[0], pointer)
        reference = _class_reference(own, simple, parent)
        made = {keyword: simple[keyword] for keyword in ("type", "enum", "description") if simple.get(keyword)}
        if simple.get("deprecated") is True:
            made["description"] = as_deprecated(made.get("description", ""))
        self.classes[own] = made
        self.origins[own] = pointer
        if "enum" in made:
            return reference
        additional = simple.get("additionalProperties")
        properties = {**mapping(simple.get("properties"))}
        for key in simple.get("required") or ():
            if key not in properties:
                self.applied.note(REQUIRED_PROPERTY, pointer)
                properties[key] = additional if isinstance(additional, dict) else {}
        shown = shown_names(properties, pointer, self._type_names, self.applied)
        self.property_names[own] = {called: key for key, called in shown.items() if called != key}
        made["properties"] = {
            shown[key]: self.read(inner, (*pointer, "properties", key), own, key) for key, inner in properties.items()
        }
        made["required"] = [
            shown[key]
            for key in simple.get("required") or ()
            if key in shown and not self._says("writeOnly", properties[key])
        ]
        for note, keyword in ((READ_ONLY, "readOnly"), (DEPRECATED, "deprecated")):
            made[note] = [key for key, inner in properties.items() if self._says(keyword, inner)]
        made[SECRET] = list(secret_keys(self.document, properties))
        resolved = {key: self.document.resolve(inner)[0] for key, inner in properties.items()}
        made[FACTS] = {key: words for key, inner in resolved.items() if (words := facts(mapping(inner)))}
        if isinstance(additional, dict) and additional:
            place = (*pointer, "additionalProperties")
            made["additionalProperties"] = self.read(additional, place, own, "AdditionalProperty") or True
        elif additional is False:
            made["additionalProperties"] = False
        return reference

    def _wanted(self, parent: str, name: str, simple: Mapping[str, Any]) -> tuple[str, str]:
        """Return the name that a class in place is to have, and its content: equal ones of a name are one class.

        It is named by its title: alone, if it is elsewhere with the same title and content; else inside of its parent.
        Without a title, or where other classes have these names, it is named for where it stands.
        """
        title, content = str(simple.get("title") or ""), content_of(simple)
        names = [class_name(parent, part) for part in (title, name, f"{name}_{title}") if part]
        if shape_of(simple) in self._repeated:
            names.insert(0, class_name("", title))
        usable = (one for one in names if (one, content) in self._alike or self._names.is_free(one))
        return next(usable, names[-1]), content

    def _item_name(self, parent: str, name: str) -> str:
        """Return what an item of an array is called: in the singular where its name is a plural, if that is free."""
        words = words_of(name)
        one = "_".join(in_singular(words))
        return one if is_plural(words) and self._names.is_free(class_name(parent, one)) else f"{name}_item"

    def _says(self, keyword: str, schema: Any, within: tuple[int, ...] = ()) -> bool:
        """Whether a property is `readOnly`, for example: by itself, its reference, or its parts.

        One part of an allOf is enough; of alternatives, all but null must be.
        """
        said = mapping(schema)
        if keyword in said or id(said) in within:
            return said.get(keyword) is True
        if said.keys().isdisjoint(_PARTS):
            return False
        inside = (*within, id(said))
        parts = [*(said.get("allOf") or ()), *([self.document.resolve(said)[0]] if "$ref" in said else [])]
        if any(self._says(keyword, part, inside) for part in parts):
            return True
        alternatives = said.get("anyOf") or said.get("oneOf") or ()
        values = [one for one in alternatives if mapping(one).get("type") != "null"]
        return bool(values) and all(self._says(keyword, one, inside) for one in values)


def _word_limits(schema: dict[str, Any], limits: Iterable[Iterable[Any]]) -> None:
    """Say in the words of a schema what alternatives that are left out require."""
    for alternatives in limits:
        ways = [" and ".join(sorted(_required(alternative))) for alternative in alternatives]
        if all(ways):
            add_words(schema, f"One of these is required: {'; '.join(ways)}.")


def _required(schema: Any) -> set[str]:
    said = mapping(schema).get("required")
    return {name for name in said if isinstance(name, str)} if isinstance(said, list) else set()


def _class_reference(name: str, simple: Mapping[str, Any], parent: str) -> dict[str, Any]:
    """Return the reference to a class, with what is said of it in its place."""
    said = {keyword: simple[keyword] for keyword in ("description", "default") if simple.get(keyword) is not None}
    if parent == "":
        said.pop("description", None)
    return {"$ref": f"{CLASSES}{name}", **said}


def _is_null(schema: Any) -> bool:
    return mapping(schema).get("type") in ("null", ["null"])


def _name_of(names: Mapping[int, str], alternative: Any) -> str:
    return names[id(alternative)]


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return _union([schema], in_words(schema), {}, is_nullable=True)


def _union(
    members: list[dict[str, Any]], said: Mapping[str, Any], chooser: dict[str, Any], *, is_nullable: bool
) -> dict[str, Any]:
    words = {"description": said["description"]} if said.get("description") else {}
    return {"anyOf": [*members, *([dict(NULL)] if is_nullable else [])], **words, **chooser}
