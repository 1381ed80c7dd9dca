"""Words of a description that end as code could go on: each is a text in the package, wherever it is put."""

import ast
import json
from pathlib import Path
from typing import Any

from made import make, python

ENDINGS = [
    '"""',
    '""""',
    '"""""',
    "\\",
    "\\\\",
    '\\"""',
    '"',
    '\\"',
    "'''",
    "'",
    "\\'''",
    "{x}",
    "{{",
    "%s",
    "#}",
    "{%",
    "\n\\",
    "\\N",
]


def description() -> dict[str, Any]:
    """Return a description with an operation and a model for each ending, which is in all that can be said of them."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for index, ending in enumerate(ENDINGS):
        said = f"Words {ending}"
        schemas[f"Model{index}"] = {
            "type": "object",
            "title": said,
            "description": said,
            "required": ["const"],
            "properties": {
                said: {"type": "string", "description": said, "default": said},
                "const": {"const": said, "description": said},
                "short": {"type": "string", "enum": [said, "other"], "default": said},
                "long": {"type": "string", "enum": [f"{said}{'x' * 100}", said]},
            },
        }
        content = {"application/json": {"schema": {"$ref": f"#/components/schemas/Model{index}"}}}
        paths[f"/it/{index}/{ending.strip('}#')}"] = {
            "post": {
                "operationId": f"send_{index}",
                "tags": [f"tag_{index}"],
                "summary": said,
                "description": said,
                "parameters": [
                    {"name": said, "in": place, "description": said, "schema": {"type": "string", "default": said}}
                    for place in ("query", "cookie")
                ],
                "requestBody": {"description": said, "required": True, "content": content},
                "responses": {
                    "200": {"description": said, "content": content},
                    "default": {"description": said, "content": content},
                },
            }
        }
    tags = [{"name": f"tag_{index}", "description": f"Words {ending}"} for index, ending in enumerate(ENDINGS)]
    info = {"title": f"Words {ENDINGS[0]}", "description": f"Words {ENDINGS[3]}", "version": "1"}
    return {"openapi": "3.1.0", "info": info, "tags": tags, "paths": paths, "components": {"schemas": schemas}}


def test_how_words_end_is_kept_and_is_no_code(tmp_path: Path) -> None:
    make(json.dumps(description()), tmp_path, file="openapi.json")
    package = tmp_path / "small_api"
    for index, ending in enumerate(ENDINGS):
        said = f"Words {ending}".strip()
        for file in (f"api/tag_{index}/send_{index}.py", f"models/model_{index}.py", f"resources/tag_{index}.py"):
            tree = ast.parse((package / file).read_text(encoding="utf-8"))
            documented = [one for one in ast.walk(tree) if isinstance(one, ast.Module | ast.ClassDef | ast.FunctionDef)]
            found = [ast.get_docstring(one) or "" for one in documented]
            assert any("".join(said.split()) in "".join(text.split()) for text in found), (file, ending)
    code = f"""
import json
from importlib import import_module
endings = {ENDINGS!r}
for index, ending in enumerate(endings):
    said = f"Words {{ending}}"
    model = getattr(import_module("small_api.models"), f"Model{{index}}")
    sent = {{said: "a", "const": said, "short": said, "long": said + "x" * 100}}
    assert model.from_dict(sent).to_dict() == sent, ending
    asked = import_module(f"small_api.api.tag_{{index}}.send_{{index}}").arguments(body=model(const=said))
    assert asked["json"]["const"] == said
    assert asked["url"] == f"/it/{{index}}/{{ending.strip('}}#')}}", (asked["url"], ending)
print("done")
"""
    assert python(code, tmp_path) == "done\n"
