"""Small changes of a description, as its author makes them from one release to the next."""

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

Content = dict[str, Any]


def edited(content: Content, dice: random.Random) -> Content:
    """Return a copy of a description with a change of one operation or one schema, of a kind that is possible there."""
    changed = copy.deepcopy(content)
    kinds = list(_KINDS)
    dice.shuffle(kinds)
    next(kind for kind in kinds if kind(changed, dice))
    return changed


def _operations(content: Content) -> Iterator[tuple[Content, str]]:
    for item in content["paths"].values():
        yield from ((item, method) for method, one in item.items() if isinstance(one, dict) and "responses" in one)


def _operation(content: Content, dice: random.Random) -> Content:
    item, method = dice.choice(list(_operations(content)))
    operation: Content = item[method]
    return operation


def _objects(content: Content) -> list[Content]:
    schemas = content.get("components", {}).get("schemas", {})
    return [schema for schema in schemas.values() if isinstance(schema.get("properties"), dict)]


def _words(content: Content, dice: random.Random) -> bool:
    _operation(content, dice)["description"] = f"In other words, {dice.randrange(1000)} of them."
    return True


def _parameter(content: Content, dice: random.Random) -> bool:
    kind = dice.choice(["string", "integer", "boolean"])
    extra = {"name": f"extra_{dice.randrange(1000)}", "in": "query", "schema": {"type": kind}}
    operation = _operation(content, dice)
    operation["parameters"] = [*operation.get("parameters", ()), extra]
    return True


def _no_operation(content: Content, dice: random.Random) -> bool:
    free = [(item, method) for item, method in _operations(content) if "operationId" in item[method]]
    used = str(content.get("x-token-lifecycle", ""))
    free = [(item, method) for item, method in free if item[method]["operationId"] not in used]
    if len(free) < 2:
        return False
    item, method = dice.choice(free)
    del item[method]
    return True


def _new_operation(content: Content, dice: random.Random) -> bool:
    item, method = dice.choice(list(_operations(content)))
    made = copy.deepcopy(item[method])
    made.pop("parameters", None)
    made["operationId"] = f"another_{dice.randrange(1000)}"
    content["paths"][f"/another/{dice.randrange(1000)}"] = {method: made}
    return True


def _property(content: Content, dice: random.Random) -> bool:
    objects = _objects(content)
    if objects:
        kinds = [{"type": "string", "format": "date-time"}, {"type": "array", "items": {"type": "string"}}]
        dice.choice(objects)["properties"][f"added_{dice.randrange(1000)}"] = dice.choice(kinds)
    return bool(objects)


def _object_in_place(content: Content, dice: random.Random) -> bool:
    objects = _objects(content)
    if objects:
        inner = {"type": "object", "properties": {"inside": {"type": "integer"}}}
        dice.choice(objects)["properties"][f"held_{dice.randrange(1000)}"] = inner
    return bool(objects)


def _no_property(content: Content, dice: random.Random) -> bool:
    objects = [one for one in _objects(content) if len(one["properties"]) > 1]
    if objects:
        chosen = dice.choice(objects)
        name = dice.choice(sorted(chosen["properties"]))
        del chosen["properties"][name]
        chosen["required"] = [one for one in chosen.get("required", ()) if one != name]
    return bool(objects)


_KINDS: tuple[Callable[[Content, random.Random], bool], ...] = (
    _words,
    _parameter,
    _no_operation,
    _new_operation,
    _property,
    _object_in_place,
    _no_property,
)
