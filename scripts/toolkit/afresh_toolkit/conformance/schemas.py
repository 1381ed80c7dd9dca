"""The schemas of a description: references followed, values checked."""

from functools import cached_property
from typing import Any
from urllib.parse import unquote

from referencing import Registry
from referencing.jsonschema import DRAFT202012

Schema = dict[str, Any]
ROOT = "urn:description"


class Schemas:
    """The schemas of one description; `is_answer` says for which direction values are meant."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content
        self._drop_dangling(content)
        self.is_old = str(content.get("openapi")).startswith("3.0")
        self._checked: dict[tuple[int, bool], Any] = {}

    def resolve(self, part: Any) -> Any:
        """Follow references to what they stand for."""
        seen: set[str] = set()
        while isinstance(part, dict) and isinstance(part.get("$ref"), str) and part["$ref"] not in seen:
            seen.add(part["$ref"])
            found = self._find(part["$ref"])
            beside = {key: value for key, value in part.items() if key != "$ref"}
            part = {**found, **beside} if beside and not self.is_old else found
        return part

    def _find(self, ref: str) -> Any:
        found: Any = self.content
        for token in ref.removeprefix("#/").split("/"):
            key = unquote(token).replace("~1", "/").replace("~0", "~")
            found = found[int(key)] if isinstance(found, list) else found[key]
        return found

    def _drop_dangling(self, part: Any) -> None:
        """Take references that lead nowhere away: what they stand for may be anything."""
        if isinstance(part, dict):
            ref = part.get("$ref")
            if isinstance(ref, str):
                try:
                    self._find(ref)
                except LookupError:
                    del part["$ref"]
        for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            self._drop_dangling(inner)

    def fault(self, value: Any, schema: Any, *, is_answer: bool) -> str | None:
        """Say what is wrong with a value; None where nothing is."""
        try:
            error = next(self._validator(schema, is_answer=is_answer).iter_errors(value), None)
        except Exception as broken:  # noqa: BLE001  (schemas that are none, for example a pattern that does not compile)
            return f"the schema itself: {type(broken).__name__}"
        return None if error is None else str(error.message)

    def _validator(self, schema: Any, *, is_answer: bool) -> Any:
        # It takes seconds to import, which whoever only collects tests need not wait for.
        from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator, OAS31Validator  # noqa: PLC0415

        key = id(schema), is_answer
        if key not in self._checked:
            kind: Any = OAS31Validator
            if self.is_old:
                kind = OAS30ReadValidator if is_answer else OAS30WriteValidator
            held = _absolute(self._plain(schema))
            self._checked[key] = schema, kind(held, registry=self._registry, format_checker=kind.FORMAT_CHECKER)
        return self._checked[key][1]

    @cached_property
    def _registry(self) -> Any:
        registry: Any = Registry()
        return registry.with_resource(ROOT, DRAFT202012.create_resource(self._plain(self.content)))

    def _plain(self, part: Any) -> Any:
        """Return a schema as the validator can take it.

        It does not find its way by discriminators: what they choose from stays. For 3.0, it knows no lists of types.
        """
        if isinstance(part, list):
            return [self._plain(item) for item in part]
        if not isinstance(part, dict):
            return part
        chosen = isinstance(part.get("discriminator"), dict) and isinstance(
            part["discriminator"].get("propertyName"), str
        )
        plain = {key: self._plain(value) for key, value in part.items() if key != "discriminator" or not chosen}
        if self.is_old and isinstance(part.get("type"), list) and not part.keys() & {"allOf"}:
            types = [{"enum": [None]} if one == "null" else {"type": one} for one in plain.pop("type")]
            plain["allOf"] = [{"anyOf": types}]
        return plain


def _absolute(part: Any) -> Any:
    """Let references name the description, since they are looked at from outside of it."""
    if isinstance(part, dict):
        return {
            key: f"{ROOT}{value}"
            if key == "$ref" and isinstance(value, str) and value.startswith("#")
            else _absolute(value)
            for key, value in part.items()
        }
    return [_absolute(item) for item in part] if isinstance(part, list) else part
