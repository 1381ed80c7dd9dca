"""Example values, as JSON: those of the description where they fit, and else made up by type, name and limits."""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define, field
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.union import UnionProperty

from afresh_toolkit.generator.interpreting.maps import MapProperty
from afresh_toolkit.generator.normalising.schemas.facts import examples
from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.reading.description import mapping
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.referencing.values.attributes import Attribute, Attributes
from afresh_toolkit.generator.referencing.values.made_up import made_up
from afresh_toolkit.generator.referencing.values.python_values import ExampleFile, PythonValues
from afresh_toolkit.generator.referencing.values.scalars import UnfitError
from afresh_toolkit.generator.writing import codec

_DEEPEST = 8
"""Models within models: deeper, only what may be left out is left."""

_FEW = 6
"""Attributes that may be left out, and have an example of their own: so many are shown."""


class EndlessError(Exception):
    """A value would have to hold a value of its own kind, without end."""


@define
class Examples:
    """Finds an example for each value. `origins` has the places of the schemas that models are made of."""

    document: Document
    origins: Mapping[str, Pointer]
    attributes: Attributes
    _of_models: dict[tuple[str, bool], Any] = field(factory=dict)
    _within: list[str] = field(factory=list)

    def of_parameter(self, prop: PropertyProtocol, said: Mapping[str, Any]) -> Any:
        """Return a value for a parameter."""
        schema = said.get("schema")
        if schema is None:
            media = mapping(next(iter(mapping(said.get("content")).values()), None))
            schema, said = media.get("schema"), {**media, **said}
        return self._value(prop, schema, said, str(said.get("name") or ""))

    def of_body(self, prop: PropertyProtocol, media: Mapping[str, Any]) -> Any:
        """Return a value for a body."""
        return self._value(prop, media.get("schema"), media, "body")

    def _value(self, prop: PropertyProtocol, schema: Any, said: Mapping[str, Any], name: str) -> Any:
        schema = mapping(self.document.resolve(schema)[0])
        for given in (*self._given(said), *self._given(schema)):
            value = _as_json(given, prop)
            if value not in ("", None) and self._fits(prop, value):
                return value
        return self._made_up(prop, schema, name)

    def _given(self, said: Mapping[str, Any]) -> Iterator[Any]:
        return examples(said, lambda one: self.document.resolve(one)[0])

    def _fits(self, prop: PropertyProtocol, value: Any) -> bool:
        try:
            PythonValues(self.attributes, "").write(prop, value)
        except UnfitError:
            return False
        return True

    def _made_up(self, prop: PropertyProtocol, schema: Mapping[str, Any], name: str) -> Any:
        match prop:
            case UnionProperty():
                return self._of_union(prop, schema, name)
            case ModelProperty():
                return self._of_model(prop)
            case ListProperty():
                return self._of_list(prop, schema, name)
            case MapProperty():
                return {"key": self._value(prop.inner_property, schema.get("additionalProperties"), {}, name)}
            case FileProperty():
                return ExampleFile("report.txt")
        return made_up(prop, schema, name)

    def _of_union(self, prop: UnionProperty, schema: Mapping[str, Any], name: str) -> Any:
        members = [one for one in prop.inner_properties if not isinstance(one, NoneProperty)] or [
            *prop.inner_properties
        ]
        listed = [one for key in ("anyOf", "oneOf") for one in schema.get(key) or ()]
        described = [one for one in listed if mapping(one).get("type") != "null"]
        inner = mapping(self.document.resolve(described[0])[0]) if len(described) == 1 else schema
        for member in members:
            try:
                return (
                    self._value(member, inner, {}, name) if inner is not schema else self._made_up(member, inner, name)
                )
            except EndlessError:
                continue
        raise EndlessError

    def _of_list(self, prop: ListProperty, schema: Mapping[str, Any], name: str) -> Any:
        count = schema.get("minItems")
        least = count if isinstance(count, int) and 1 < count <= _FEW else 1
        singular = name.removesuffix("s") or name
        try:
            item = self._value(prop.inner_property, schema.get("items"), {}, singular)
        except EndlessError:
            return []
        return [item] * least

    def _of_model(self, prop: ModelProperty) -> Any:
        name = str(prop.class_info.name)
        if name in self._within or len(self._within) > _DEEPEST:
            raise EndlessError
        key = name, not self._within
        if key not in self._of_models:
            self._within.append(name)
            try:
                self._of_models[key] = self._object(name, self._schema(name), is_whole=len(self._within) == 1)
            finally:
                self._within.pop()
        return self._of_models[key]

    def _object(self, name: str, schema: Mapping[str, Any], *, is_whole: bool) -> dict[str, Any]:
        prop = self.attributes.properties[name]
        given = [_as_json(one, prop) for one in self._given(schema)]
        for value in given:
            if self._fits(prop, value):
                return dict(value)
        attributes = self.attributes.of(name)
        chosen = [one for one in attributes if one.is_needed]
        others = [one for one in attributes if not one.is_needed and not one.field.read_only]
        if is_whole:
            chosen += [one for one in others if self._has_example(schema, one)][:_FEW]
            chosen = chosen or others[:1]
        made: dict[str, Any] = {}
        for one in chosen:
            try:
                made[one.key] = self._value(one.prop, self._property(schema, one.key), {}, one.key)
            except EndlessError:
                if one.is_needed:
                    raise
        return made

    def _schema(self, name: str) -> Mapping[str, Any]:
        pointer = self.origins.get(name)
        if pointer is None:
            return {}
        try:
            return mapping(self.document.resolve(self.document.find(pointer))[0])
        except LookupError:
            return {}

    def _property(self, schema: Mapping[str, Any], key: str) -> Any:
        """Find what is said of a property, also in the parts that a schema is put together of."""
        properties = mapping(schema.get("properties"))
        if key in properties:
            return properties[key]
        for part in schema.get("allOf") or ():
            found = self._property(mapping(self.document.resolve(part)[0]), key)
            if found is not None:
                return found
        return None

    def _has_example(self, schema: Mapping[str, Any], attribute: Attribute) -> bool:
        said = mapping(self.document.resolve(self._property(schema, attribute.key))[0])
        given = (_as_json(one, attribute.prop) for one in self._given(said))
        return any(self._fits(attribute.prop, value) for value in given if value not in ("", None, [], {}))


def _as_json(value: Any, prop: PropertyProtocol) -> Any:
    """Return an example as JSON: YAML has dates, and objects are often given as texts."""
    if isinstance(value, dt.date):
        return value.isoformat()
    takes_text = codec.annotation(prop) == "str"
    if takes_text and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str) and not takes_text and re.match(r"\s*[\[{]", value):
        try:
            return json.loads(value)
        except ValueError:
            return value
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
