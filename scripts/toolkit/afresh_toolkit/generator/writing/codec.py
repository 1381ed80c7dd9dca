"""Python code for a property: its annotation, and expressions that read it from JSON and write it to a request.

The generator's own templates do this in statements; expressions are shorter, and both type checkers follow them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from attrs import define, evolve, field
from openapi_python_client.parser.properties import AnyProperty, LiteralEnumProperty, ModelProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.schemas import Class
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.parser.properties.uuid import UuidProperty
from openapi_python_client.strings import ClassName, PythonIdentifier, snake_case

from afresh_toolkit.generator.interpreting.maps import MapProperty
from afresh_toolkit.generator.normalising.class_names import IN_PLACE, PREFIX
from afresh_toolkit.generator.normalising.file_names import LONGEST_MODEL, file_name
from afresh_toolkit.generator.normalising.schemas.aliases import Spelling, spelling_of
from afresh_toolkit.generator.normalising.schemas.formats import Format, format_marked
from afresh_toolkit.generator.writing.unions.union_code import UnionCode, Unions

STRING_LITERAL = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
"""A regular expression for a string in Python code."""


Models = Mapping[str, ModelProperty]
"""The models of the package, by the names of their classes."""


FOR_REQUEST = "for_request"
"""The argument of `to_dict` that says whether it is for a request, and leaves out what is read-only."""


@define(frozen=True)
class Partial:
    """The names of the models that are written otherwise into requests, and an expression that says if it is one."""

    names: frozenset[str] = frozenset()
    is_request: str = "True"

    def of(self, prop: PropertyProtocol) -> "Partial":
        """Return how the members of a union are written: all in one way, where one of them is among the models."""
        names = frozenset(class_names(prop))
        return evolve(self, names=self.names | names) if names & self.names else self

    def to_dict(self, prop: ModelProperty) -> str:
        """Return the call of the method that makes JSON of a model."""
        return f"to_dict({self._option})" if prop.class_info.name in self.names else "to_dict()"

    def json_value(self, prop: PropertyProtocol, source: str) -> str:
        """Return the call that makes JSON of any value."""
        is_usual = self.is_request == "True" or self.names.isdisjoint(class_names(prop))
        return f"json_value({source})" if is_usual else f"json_value({source}, {self._option})"

    @property
    def _option(self) -> str:
        return f"{FOR_REQUEST}={self.is_request}"


_WHOLE = Partial()


def members(prop: PropertyProtocol) -> list[PropertyProtocol]:
    """Return the members of a union, None included; of anything else, the property itself."""
    return list(prop.inner_properties) if isinstance(prop, UnionProperty) else [prop]


def is_nullable(prop: PropertyProtocol) -> bool:
    """Whether None is among the values."""
    return any(isinstance(member, NoneProperty) for member in members(prop))


def takes_null(prop: PropertyProtocol) -> bool:
    """Whether null is among the values in JSON: it is described, or anything is."""
    return any(isinstance(member, AnyProperty | NoneProperty) for member in _flat(prop))


def absent_value(prop: PropertyProtocol) -> str:
    """Return what stands for a value that is absent: None, or `UNSET` where null is another value."""
    return "UNSET" if takes_null(prop) else "None"


def classes(prop: PropertyProtocol) -> Iterable[Class]:
    """Go through the models, enums and aliases that a property's annotation names."""
    if isinstance(prop, UnionProperty):
        spelling = _spelling(prop)
        yield from map(alias_class, spelling.aliases)
        for member in _written_out(prop, spelling):
            yield from classes(member)
    elif isinstance(prop, ListProperty | MapProperty):
        yield from classes(prop.inner_property)
    elif isinstance(prop, ModelProperty) or (isinstance(prop, LiteralEnumProperty) and has_name(prop)):
        yield prop.class_info


def alias_class(name: str) -> Class:
    """Return the name and the module of an alias."""
    module = file_name(PythonIdentifier(name, PREFIX), LONGEST_MODEL)
    return Class(ClassName(name, PREFIX), str.__new__(PythonIdentifier, module))


def _spelling(prop: UnionProperty) -> Spelling:
    return spelling_of(prop.example.get_untrusted_value() if prop.example else "")


def _written_out(prop: UnionProperty, spelling: Spelling) -> list[PropertyProtocol]:
    """Return the members of a union that none of its aliases stands for."""
    if spelling.whole:
        return [member for member in prop.inner_properties if isinstance(member, NoneProperty)]
    covered = frozenset[str]().union(*spelling.parts.values())
    return [
        member
        for member in prop.inner_properties
        if not (isinstance(member, ModelProperty | LiteralEnumProperty) and member.class_info.name in covered)
    ]


def has_name(enum: LiteralEnumProperty) -> bool:
    """Whether an enum has a module and a name of its own; the values of any other are written out."""
    return not enum.class_info.name.startswith(IN_PLACE)


def properties(model: ModelProperty) -> list[PropertyProtocol]:
    """Return the properties of a model, those that are required first."""
    return [*(model.required_properties or ()), *(model.optional_properties or ())]


def annotation(prop: PropertyProtocol) -> str:
    """Return the type of a value that is there."""
    if isinstance(prop, UnionProperty):
        spelling = _spelling(prop)
        return join([*spelling.aliases, *map(annotation, _written_out(prop, spelling))])
    if isinstance(prop, ListProperty):
        return f"list[{annotation(prop.inner_property)}]"
    if isinstance(prop, MapProperty):
        return f"dict[str, {annotation(prop.inner_property)}]"
    if isinstance(prop, LiteralEnumProperty) and not has_name(prop):
        return f"Literal[{', '.join(map(repr, sorted(prop.values)))}]"
    made = value_format(prop)
    return made.annotation if made else prop.get_type_string(no_optional=True).as_unembedded_code()


def value_format(prop: PropertyProtocol) -> Format | None:
    """Return the format of a text or a number that Python has a type for, where the project asks for it."""
    is_able = isinstance(prop, StringProperty | FloatProperty) and prop.example
    return format_marked(prop.example.get_untrusted_value()) if is_able and prop.example else None


def class_names(prop: PropertyProtocol) -> Iterator[str]:
    """Go through the names of the models that a value may be, or a list or a map of."""
    for member in _flat(prop):
        if isinstance(member, ListProperty | MapProperty):
            yield from class_names(member.inner_property)
        elif isinstance(member, ModelProperty):
            yield member.class_info.name


def holds_files(prop: PropertyProtocol, models: Models) -> bool:
    """Whether there may be files in a value."""
    seen: set[str] = set()
    pending = [prop]
    while pending:
        match one := pending.pop():
            case FileProperty():
                return True
            case ListProperty() | MapProperty():
                pending.append(one.inner_property)
            case UnionProperty():
                pending += one.inner_properties
            case ModelProperty() if one.class_info.name not in seen:
                seen.add(one.class_info.name)
                pending += properties(models[one.class_info.name])
    return False


def holds_texts(prop: PropertyProtocol) -> bool:
    """Whether there may be texts in a value, or a list that may be empty, which is written as one."""
    parts = AnyProperty | ListProperty | MapProperty | ModelProperty | StringProperty
    if any(isinstance(member, parts) for member in members(prop)):
        return True
    return any(isinstance(member, LiteralEnumProperty) and "" in member.values for member in members(prop))


def runtime_class(prop: ModelProperty) -> str:
    """Return the class of a model where code runs: as an attribute, so that it is imported only when it is needed."""
    return f"models.{prop.class_info.name}"


def optional_annotation(prop: PropertyProtocol) -> str:
    """Return the type of an attribute, with `None` or `Unset` where it may be absent."""
    return annotation(prop) if prop.required else with_absent(annotation(prop), absent_value(prop))


def with_absent(said: str, value: str) -> str:
    """Add to a type what stands for a value that is absent: `None` or `UNSET`."""
    return join([said, "None"]) if value == "None" else f"{said} | Unset"


def is_absent(name: str, value: str) -> str:
    """Return the condition that a value is absent, of which `None` or `UNSET` stands for that."""
    return f"{name} is None" if value == "None" else f"isinstance({name}, Unset)"


def is_present(name: str, value: str) -> str:
    """Return the condition that a value is there."""
    return f"{name} is not None" if value == "None" else f"not isinstance({name}, Unset)"


def holds_list(prop: PropertyProtocol) -> bool:
    """Whether a value may be a list, so that other collections are taken for one."""
    return any(isinstance(member, ListProperty) for member in _flat(prop))


def _flat(prop: PropertyProtocol) -> Iterator[PropertyProtocol]:
    for member in members(prop):
        if isinstance(member, UnionProperty):
            yield from _flat(member)
        else:
            yield member


@define
class Reader:
    """Writes the expressions that turn JSON into values, for one module.

    `functions` are those that the expressions call and the module must define: one for each union of several types.
    `named` is what their annotations name.
    """

    unions: Unions
    functions: dict[str, str] = field(factory=dict)
    named: list[Class] = field(factory=list)

    def read(self, prop: PropertyProtocol, source: str, depth: int = 0) -> str:
        """Return an expression for the value, given one for the JSON value, which is there."""
        if _is_plain(prop):
            return source
        match prop:
            case ListProperty() | MapProperty():
                return self._collection(prop, source, depth)
            case UnionProperty() if is_nullable(prop):
                name, named = _named(source)
                return f"None if {named} is None else {self.read(not_null(prop), name, depth)}"
            case UnionProperty():
                return f"{self._union_function(prop)}({source})"
            case ModelProperty():
                return f"{runtime_class(prop)}.from_dict({source})"
            case UuidProperty():
                return f"parse_uuid({source})"
            case DateProperty():
                return f"datetime.date.fromisoformat({source})"
            case DateTimeProperty():
                return f"parse_datetime({source})"
        if made := value_format(prop):
            return f"{made.read}({source})"
        return f"file_from_bytes({source})"

    def _collection(self, prop: ListProperty | MapProperty, source: str, depth: int) -> str:
        item = _item(depth)
        read = self.read(prop.inner_property, item, depth + 1)
        if isinstance(prop, MapProperty):
            whole = f"json_object({source})"
            return whole if read == item else f"{{key: {read} for key, {item} in {whole}.items()}}"
        if read.endswith(f"({item})") and read.count(item) == 1:  # which looks the function up but once
            return f"list(map({read.removesuffix(f'({item})')}, as_array({source})))"
        return f"[{read} for {item} in as_array({source})]"

    def read_property(self, prop: PropertyProtocol, key: str) -> str:
        """Return an expression for a property of the JSON object `data`.

        Null in an optional property that does not allow it counts as absent.
        """
        if prop.required:
            return self.read(prop, f"data[{key}]")
        nullable = takes_null(prop)
        if _is_plain(prop):
            return f"data.get({key}, UNSET)" if nullable else f"data.get({key})"
        value = self.read(not_null(prop), "value")
        if nullable:
            return f"value if (value := data.get({key}, UNSET)) is None or value is UNSET else {value}"
        return f"None if (value := data.get({key})) is None else {value}"

    def _union_function(self, prop: UnionProperty) -> str:
        """Define a function that reads a value of several types, and return its name."""
        self.named += classes(prop)
        note = self.unions.note(prop)
        title = note.title if note else None
        words = snake_case(title or "_or_".join(_words(member) for member in prop.inner_properties))
        number = 1
        while True:
            words_here = words if number == 1 else f"{words}_{number}"
            name = f"_read_{words_here}"
            code = UnionCode(
                self.unions, prop, annotation, _is_plain, lambda one: self.read(one, "data"), f"_{words_here}".upper()
            )
            function = code.function(name)
            if self.functions.setdefault(name, function) == function:
                return name
            number += 1


def _words(prop: PropertyProtocol) -> str:
    if isinstance(prop, ListProperty):
        return f"list_of_{_words(prop.inner_property)}"
    return annotation(prop).replace("datetime.", "")


def is_primitive(prop: PropertyProtocol) -> bool:
    """Whether every value is a text, a number, true or false in JSON."""
    if isinstance(prop, UnionProperty):
        return all(is_primitive(member) for member in _values(prop))
    return not isinstance(prop, AnyProperty | ListProperty | MapProperty | ModelProperty | FileProperty | NoneProperty)


def is_list_of_primitives(prop: PropertyProtocol) -> bool:
    """Whether every value is an array of such."""
    return isinstance(prop, ListProperty) and is_primitive(prop.inner_property)


def _values(prop: UnionProperty) -> list[PropertyProtocol]:
    return [member for member in prop.inner_properties if not isinstance(member, NoneProperty)]


def not_null(prop: PropertyProtocol) -> PropertyProtocol:
    """Return the property without null among its values."""
    if not isinstance(prop, UnionProperty):
        return prop
    values = _values(prop)
    return values[0] if len(values) == 1 else evolve(prop, inner_properties=values)


def _is_plain(prop: PropertyProtocol) -> bool:
    """Whether the JSON value is the Python value."""
    if isinstance(prop, UnionProperty):
        return all(_is_plain(member) for member in prop.inner_properties)
    if isinstance(prop, ListProperty):
        return _is_plain(prop.inner_property)
    is_other = isinstance(
        prop, MapProperty | ModelProperty | UuidProperty | DateProperty | DateTimeProperty | FileProperty
    )
    return not is_other and value_format(prop) is None


def _named(source: str) -> tuple[str, str]:
    """Return a name for the value of an expression, and the expression that gives it that name."""
    return (source, source) if source.isidentifier() else ("value", f"(value := {source})")


def _item(depth: int) -> str:
    """Name what a comprehension goes through, inside of so many others."""
    return "item" if depth == 0 else f"item_{depth + 1}"


def write_json(prop: PropertyProtocol, source: str, depth: int = 0, *, partial: Partial = _WHOLE) -> str:
    """Return an expression for the JSON value, given one for a value that is there."""
    match prop:
        case UnionProperty() if _is_open_list(prop):
            return partial.json_value(prop, source)
        case UnionProperty():
            prop = _with_one_list(prop)
            way = partial.of(prop)
            written = {id(m): write_json(m, source, depth, partial=way) for m in prop.inner_properties}
            return _by_type(prop, source, written)
        case ListProperty() if not _is_plain(prop):
            item = _item(depth)
            inner = write_json(prop.inner_property, item, depth + 1, partial=partial)
            return f"[{inner} for {item} in as_list({source})]"
        case MapProperty():
            item = _item(depth)
            inner = write_json(prop.inner_property, item, depth + 1, partial=partial)
            whole = f"as_map({source})"
            return whole if inner == item else f"{{key: {inner} for key, {item} in {whole}.items()}}"
        case ModelProperty():
            return f"{source}.{partial.to_dict(prop)}"
        case UuidProperty():
            return f"format_uuid({source})"
        case DateProperty():
            return f"format_date({source})"
        case DateTimeProperty():
            return f"format_datetime({source})"
        case FileProperty():
            return f"{source}.to_tuple()"
    made = value_format(prop)
    return f"{made.write}({source})" if made else source


def _is_open_list(prop: UnionProperty) -> bool:
    """Whether a list in a union may hold what is of none of its types, and came through as it is."""
    lists = [member for member in _flat(prop) if isinstance(member, ListProperty) and not _is_plain(member)]
    parts = [*_flat(prop), *(item for member in lists for item in _flat(member.inner_property))]
    has_files = any(isinstance(part, FileProperty) for part in parts)
    return bool(lists) and not has_files and any(_is_plain(member) for member in _flat(prop))


def write_argument(prop: PropertyProtocol, source: str, partial: Partial) -> str:
    """Return an expression for the JSON value of a parameter, which raises InvalidValue for one of another shape."""
    match prop:
        case UnionProperty() | AnyProperty():
            return f"json_value({source})"
        case ListProperty() if _is_plain(prop):
            return f"as_list({source})"
        case ListProperty() | MapProperty() | ModelProperty() | DateProperty() | DateTimeProperty() | UuidProperty():
            return write_json(prop, source, partial=partial)
    return write_json(prop, source) if value_format(prop) else f"plain({source})"


def write_body(prop: PropertyProtocol, source: str, models: Models, partial: Partial) -> str:
    """Return an expression for the JSON value of a body, which raises InvalidValue for one of another type."""
    match prop:
        case ModelProperty():
            return f"checked({source}, {runtime_class(prop)}).{partial.to_dict(prop)}"
        case UnionProperty() if is_nullable(prop):
            return f"(None if {source} is None else {write_body(not_null(prop), source, models, partial)})"
        case UnionProperty() if not holds_files(prop, models):
            return f"json_value({source})"
        case ListProperty() | MapProperty() if not holds_files(prop, models):
            return write_argument(prop, source, partial)
        case AnyProperty() | UnionProperty() | ListProperty() | MapProperty() | FileProperty():
            return write_json(prop, source, partial=partial)
    return write_argument(prop, source, partial)


def write_text(prop: PropertyProtocol, source: str) -> str:
    """Return an expression for a value without parts, for the functions that write it into a path, header or cookie."""
    return (
        write_json(prop, source) if isinstance(prop, DateProperty | DateTimeProperty) or value_format(prop) else source
    )


def is_text(prop: PropertyProtocol) -> bool:
    """Whether every value is a text in Python as well."""
    match prop:
        case UnionProperty():
            return all(is_text(member) for member in _values(prop))
        case LiteralEnumProperty():
            return prop.value_type is str
        case ConstProperty():
            return isinstance(prop.value.raw_value, str)
    return isinstance(prop, StringProperty) and value_format(prop) is None


def _with_one_list(prop: UnionProperty) -> UnionProperty:
    """Return the union with one list for all: a list is told from other types, but not by what it may hold."""
    lists = [member for member in prop.inner_properties if isinstance(member, ListProperty)]
    if len(lists) < 2:  # noqa: PLR2004  (two is several)
        return prop
    items = [item for member in lists for item in members(member.inner_property)]
    one = evolve(lists[0], inner_property=evolve(prop, inner_properties=items, example=None))
    others = [member for member in prop.inner_properties if member not in lists]
    return evolve(prop, inner_properties=[*others, one], example=None)


def join(annotations: Iterable[str]) -> str:
    """Return the union of several types, each once, None last."""
    names = dict.fromkeys(name for annotation in annotations for name in members_in(annotation))
    ordered = sorted((name for name in names if name != "None"), key=str.lower)
    return " | ".join([*ordered, "None"] if "None" in names else ordered)


def members_in(annotation: str) -> list[str]:
    """Take a union apart, but not what stands in its brackets."""
    if "[" not in annotation:
        return annotation.split(" | ")
    ends, depth = [0], 0
    for found in _SIGN.finditer(annotation):
        match found[0]:
            case "[":
                depth += 1
            case "]":
                depth -= 1
            case " | " if depth == 0:
                ends += found.span()
    ends.append(len(annotation))
    return [annotation[start:end] for start, end in zip(ends[::2], ends[1::2], strict=True)]


_SIGN = re.compile(rf"{STRING_LITERAL}|[\[\]]| \| ")
"""What may have to do with where a member of a union ends; a string is none of it, whatever stands in it."""


def _by_type(prop: UnionProperty, source: str, expressions: Mapping[int, str]) -> str:
    """Choose between the expressions of a union's members, given by their ids, by the type of the value."""
    types: dict[str, list[str]] = {}
    for member in sorted(prop.inner_properties, key=_test_order):
        if id(member) in expressions:
            types.setdefault(expressions[id(member)], []).append(runtime_type(member))
    # The last one needs no test; values that are sent as they are may be of any other type.
    *tested, last = sorted(types, key=lambda expression: expression == source and types[expression] != ["None"])
    result = last
    for expression in reversed(tested):
        names = _as_models(types[expression])
        test = f"{source} is None" if names == ["None"] else f"isinstance({source}, {' | '.join(names)})"
        value = "None" if names == ["None"] else expression
        result = f"{value} if {test} else {result}"
    return f"({result})" if tested else result


def _as_models(names: list[str]) -> list[str]:
    """Return the types to test for: models share a base, which what is of a kind unknown has, too."""
    others = [name for name in names if not name.startswith("models.")]
    return names if others else ["BaseModel"]


def _test_order(prop: PropertyProtocol) -> int:
    # A date-time is a date, too.
    if isinstance(prop, NoneProperty):
        return 0
    return 1 if isinstance(prop, DateTimeProperty) else 2


def runtime_type(prop: PropertyProtocol) -> str:
    """Return the type by which values are told apart, where code runs."""
    if isinstance(prop, UnionProperty):
        return join(runtime_type(member) for member in prop.inner_properties)
    if isinstance(prop, NoneProperty):
        return "None"
    if isinstance(prop, ListProperty):
        return "list"
    if isinstance(prop, ConstProperty):
        return type(prop.value.raw_value).__name__
    if isinstance(prop, ModelProperty):
        return runtime_class(prop)
    return prop.get_instance_type_string().as_unembedded_code()
