"""Values made up from schemas."""

import json
import math
from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

from afresh_toolkit.conformance.schemas import Schema, Schemas
from afresh_toolkit.generator.normalising.schemas.facts import is_number_or_text
from afresh_toolkit.generator.normalising.schemas.merging import means_null
from afresh_toolkit.generator.referencing.values import patterns

DEEP = 4
TRIES = 18
FILE = "file: "
"""What the content of a made-up file begins with."""
WORDS = ("plain", "two words", "a&b=c", "x,y;z", "50%", "ümlaut", 'quo"te')
_TEXTS: dict[str, Callable[[Random], str]] = {
    "date-time": lambda random: (
        f"20{random.randint(10, 30)}-0{random.randint(1, 9)}-11T12:0{random.randint(0, 9)}:03+00:00"
    ),
    "date": lambda random: f"20{random.randint(10, 30)}-0{random.randint(1, 9)}-11",
    "time": lambda _: "12:34:56Z",
    "duration": lambda _: "PT1H",
    "uuid": lambda random: f"8c6e9e4c-7f0a-4d5c-9d0e-{random.randrange(16**12):012x}",
    "email": lambda random: f"ada{random.randint(0, 99)}@example.com",
    "idn-email": lambda _: "ada@example.com",
    "hostname": lambda _: "api.example.com",
    "ipv4": lambda random: f"192.0.2.{random.randint(1, 254)}",
    "ipv6": lambda _: "2001:db8::1",
    "uri": lambda random: f"https://example.com/a?b={random.randint(0, 99)}",
    "url": lambda _: "https://example.com/a",
    "uri-reference": lambda _: "/a/b",
    "uri-template": lambda _: "https://example.com/{id}",
    "binary": lambda random: f"{FILE}{random.randint(0, 99)}",
    "byte": lambda _: "cmF3IGRhdGE=",
    "regex": lambda _: "^a+$",
    "json-pointer": lambda _: "/a",
}


class FakingError(Exception):
    """No value that fits the schema was found; says why."""


class Faker:
    """Makes values up. `fullness` is how likely what is optional is there; with 0, only what must be is."""

    def __init__(
        self,
        schemas: Schemas,
        random: Random,
        *,
        fullness: float,
        is_answer: bool = False,
        texts: tuple[str, ...] = WORDS,
    ) -> None:
        self._texts = texts
        self._schemas = schemas
        self._random = random
        self._fullness = fullness
        self._is_answer = is_answer

    def value(self, schema: Any) -> Any:
        """Make a value that the schema allows; raises FakingError where that is not managed."""
        fault: str | None = None
        for attempt in range(TRIES):
            fullness = self._fullness
            if attempt >= TRIES // 3:  # with nothing, or with everything, members of a union are told apart
                self._fullness = float(attempt >= 2 * TRIES // 3)
            try:
                made = self._make(schema, 0)
            except RecursionError:
                fault = "it never ends"
                continue
            finally:
                self._fullness = fullness
            fault = self._schemas.fault(made, schema, is_answer=self._is_answer)
            if fault is None:
                return made
        raise FakingError(fault)

    def _make(self, schema: Any, depth: int) -> Any:
        if depth > 40:
            raise RecursionError
        schema = self._flat(self._extending(schema))
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            values = [value for value in schema["enum"] if value is not None] or [None]
            return self._random.choice(values)
        kind = self._kind(schema)
        match kind:
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, depth)
            case "string":
                return self._text(schema)
            case "integer" | "number":
                return self._number(schema, kind)
            case "boolean":
                return self._random.random() < 0.5
            case "null":
                return None
        return f"anything {self._random.randint(0, 99)}"

    def _kind(self, schema: Schema) -> str | None:
        kind = schema.get("type")
        if isinstance(kind, list):
            kinds = [one for one in kind if one != "null" and not (one == "string" and is_number_or_text(schema))]
            kind = self._random.choice(kinds) if kinds else "null"
            if "null" in schema["type"] and self._rarely():
                return "null"
        elif schema.get("nullable") and kind and self._rarely():
            return "null"
        if kind is None:
            if schema.keys() & {"properties", "additionalProperties", "required"}:
                return "object"
            if schema.keys() & {"items", "minItems", "prefixItems"}:
                return "array"
            if schema.keys() & {"pattern", "minLength", "maxLength", "format"}:
                return "string"
            if schema.keys() & {"minimum", "maximum"}:
                return "integer"
        return kind

    def _rarely(self) -> bool:
        return self._random.random() < 0.15

    def _extending(self, schema: Any) -> Any:
        """Choose one of those that extend a schema, where its discriminator names them."""
        base = self._schemas.resolve(schema)
        said = base.get("discriminator") if isinstance(base, dict) else None
        targets = sorted((said.get("mapping") or {}).values()) if isinstance(said, dict) else []
        if not targets or base.keys() & {"oneOf", "anyOf"}:
            return schema
        target = self._random.choice(targets)
        return self._chosen(base, {"$ref": target if "/" in target else f"#/components/schemas/{target}"})

    def _flat(self, schema: Any) -> Schema:
        """Put allOf, and one choice of oneOf and anyOf, together with what stands beside them."""
        if isinstance(schema, dict) and "$ref" in schema and not self._schemas.is_old:
            beside = {key: value for key, value in schema.items() if key != "$ref"}
            schema = {**beside, "allOf": [*beside.get("allOf", ()), {"$ref": schema["$ref"]}]} if beside else schema
        schema = self._schemas.resolve(schema)
        if not isinstance(schema, dict):
            return {}
        flat: Schema = {key: value for key, value in schema.items() if key not in {"allOf", "oneOf", "anyOf"}}
        for part in schema.get("allOf") or ():
            flat = _merged(flat, self._flat(part))
        for keyword in ("oneOf", "anyOf"):
            members = schema.get(keyword)
            if members:
                chosen = self._random.choice(members)
                if means_null(chosen):
                    chosen = {"type": "null"}
                # Of a member without a type, as in "anyOf: [{required: [a]}]", the rest is beside it.
                flat = _merged(flat, self._chosen(schema, chosen))
        return flat

    def _chosen(self, union: Schema, member: Any) -> Schema:
        flat = self._flat(member)
        discriminator = union.get("discriminator")
        if not isinstance(discriminator, dict) or "$ref" not in member:
            return flat
        name = discriminator.get("propertyName")
        target = member["$ref"]
        values = [
            value
            for value, mapped in (discriminator.get("mapping") or {}).items()
            if mapped in {target, target.rpartition("/")[2]}
        ]
        described = self._flat((flat.get("properties") or {}).get(name) or {})
        if values and "const" not in described:
            said = {"enum": [self._random.choice(values)]}
        elif "enum" in described or "const" in described:
            return flat
        else:
            said = {"enum": [target.rpartition("/")[2]]}
        required = [*flat.get("required", ()), name]
        return {**flat, "required": required, "properties": {**(flat.get("properties") or {}), name: said}}

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        properties = schema.get("properties") or {}
        required = set(schema.get("required") or ())
        made: dict[str, Any] = {}
        for name, described in properties.items():
            if self._is_hidden(described):
                continue
            if name in required or self._includes(depth):
                made[name] = self._make(described, depth + 1)
        rest = schema.get("additionalProperties", True)
        for name in sorted(required - properties.keys()):
            made[name] = self._make(rest if isinstance(rest, dict) else {}, depth + 1)
        wanted = max(int(schema.get("minProperties") or 0) - len(made), int(bool(self._adds(schema, depth))))
        for number in range(wanted if rest is not False else 0):
            made[f"extra{number}"] = self._make(rest if isinstance(rest, dict) else {}, depth + 1)
        return made

    def _is_hidden(self, schema: Any) -> bool:
        """Whether a property is left out of values for this direction."""
        resolved = self._schemas.resolve(schema)
        if not isinstance(resolved, dict):
            return False
        hidden = resolved.get("writeOnly" if self._is_answer else "readOnly")
        return bool(hidden) or any(self._is_hidden(part) for part in resolved.get("allOf") or ())

    def _adds(self, schema: Schema, depth: int) -> bool:
        """Whether to add a property whose name is not described."""
        rest = schema.get("additionalProperties")
        if isinstance(rest, dict) or rest is True:
            return self._includes(depth)
        # Anything may be added to an answer one day; models must keep it.
        return self._is_answer and rest is None and bool(schema.get("properties")) and depth == 0 and self._includes(0)

    def _includes(self, depth: int) -> bool:
        return self._random.random() < self._fullness * (1 if depth < 2 else 0.4 if depth < DEEP else 0)

    def _array(self, schema: Schema, depth: int) -> list[Any]:
        least = int(schema.get("minItems") or 0)
        first = schema.get("prefixItems") or ()
        usual = self._random.randint(1, 2) if depth < DEEP and self._fullness else 0
        most = len(first) if schema.get("items") is False else int(schema.get("maxItems", 99))
        count = min(max(least, usual, len(first)), most)
        items: list[Any] = []
        for _ in range(count * 4):
            if len(items) == count:
                break
            described = first[len(items)] if len(items) < len(first) else schema.get("items") or {}
            item = self._make(described, depth + 1)
            if not schema.get("uniqueItems") or item not in items:
                items.append(item)
        return items

    def _text(self, schema: Schema) -> str:
        least, most = int(schema.get("minLength") or 0), int(schema.get("maxLength", 10**6))
        pattern = schema.get("pattern")
        if isinstance(pattern, str):
            made = patterns.text(pattern, self._random, shortest=least)
            if made is not None:
                return made
        is_file = schema.get("contentEncoding") == "binary" or "contentMediaType" in schema
        make = _TEXTS.get("binary" if is_file else str(schema.get("format")))
        text = make(self._random) if make else ""
        if make and least <= len(text) <= most:
            return text
        word = self._random.choice(self._texts)
        if most < len(word):
            word = "abc"[:most]
        return word + "x" * (least - len(word))

    def _number(self, schema: Schema, kind: str) -> float:
        low, high = schema.get("minimum"), schema.get("maximum")
        exclusive_low, exclusive_high = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
        step = schema.get("multipleOf") or (1 if kind == "integer" else 0.25)
        if isinstance(exclusive_low, bool):
            low = low + step if exclusive_low and low is not None else low
        elif exclusive_low is not None:
            low = exclusive_low + step
        if isinstance(exclusive_high, bool):
            high = high - step if exclusive_high and high is not None else high
        elif exclusive_high is not None:
            high = exclusive_high - step
        if low is None:
            low = high - 100 * step if high is not None else 0
        first = math.ceil(low / step)
        last = math.floor(high / step) if high is not None else first + 100
        number = self._random.randint(first, min(max(first, last), first + 1000)) * step
        return int(number) if kind == "integer" else number


def _merged(first: Schema, second: Schema) -> Schema:
    merged = deepcopy({key: value for key, value in first.items() if key not in {"properties", "required"}})
    for key, value in second.items():
        if key == "enum" and merged.get("enum"):
            merged[key] = [one for one in merged[key] if one in value] or value
        elif key in {"minLength", "minimum", "minItems", "minProperties"} and key in merged:
            merged[key] = max(merged[key], value)
        elif key in {"maxLength", "maximum", "maxItems", "maxProperties"} and key in merged:
            merged[key] = min(merged[key], value)
        elif key == "additionalProperties" and key in merged and merged[key] is False:
            pass
        elif key not in {"properties", "required"} and not (key in {"description", "nullable"} and key in merged):
            merged[key] = value
    if "properties" in first or "properties" in second:
        before, after = first.get("properties") or {}, second.get("properties") or {}
        both = {name: {"allOf": [before[name], after[name]]} for name in before.keys() & after.keys()}
        merged["properties"] = {**before, **after, **both}
    if "required" in first or "required" in second:
        merged["required"] = [*(first.get("required") or ()), *(second.get("required") or ())]
    return merged


def words(value: Any) -> str:
    """Show a value in a message."""
    return json.dumps(value, ensure_ascii=False, default=repr)[:200]
