"""A name with a character that nobody sees is warned of, with its place and the character's code point."""

import json
from pathlib import Path

import pytest

from made import SMALL, make, run

WRITTEN = {
    "path": SMALL.replace("  /things:\n", '  "/thi{}ngs":\n'),
    "operationId": SMALL.replace("listThings", '"list{}Things"'),
    "tag": SMALL.replace("[things]", '["thi{}ngs"]'),
    "parameter": SMALL.replace(
        "      responses:", '      parameters: [{name: "na{}me", in: query, schema: {type: string}}]\n      responses:'
    ),
    "property": SMALL.replace("properties: {name:", 'properties: {name: {type: string}, "or{}der":'),
}
PLACES = {
    "path": ("paths", "/thi{}ngs"),
    "operationId": ("paths", "/things", "get", "operationId"),
    "tag": ("paths", "/things", "get", "tags", "0"),
    "parameter": ("paths", "/things", "get", "parameters"),
    "property": ("components", "schemas", "Thing", "properties", "or{}der"),
}


@pytest.mark.parametrize("place", WRITTEN)
def test_each_place_is_looked_at(place: str, tmp_path: Path) -> None:
    made = make(WRITTEN[place].replace("{}", r"\u200d"), tmp_path)
    found = [(rule.name, where, made.reason(rule, where)) for rule, where in made.warnings]
    [(rule, where, said)] = found
    assert (rule, where) == ("invisible-character", tuple(part.replace("{}", "\u200d") for part in PLACES[place]))
    assert said.endswith("has U+200D (ZERO WIDTH JOINER).")


def test_characters_of_every_kind_are_named_and_what_is_seen_is_not_warned_of(tmp_path: Path) -> None:
    names = [
        r"a\u202Eb",
        r"a\u00A0b",
        r"a\u00ADb",
        r"a\u3000b",
        r"a\u0007b",
        r"a\u2028b",
        r"a\uFE0Fb",
        " ab",
        r"a\uE000b",
    ]
    seen = ["größe", "naïve", "部品", "a b", "e\u0301", "emoji 🚀", "a\u093fb"]
    properties = ", ".join(f'"{name}": {{type: string}}' for name in [*names, *seen])
    (tmp_path / "small.yaml").write_text(SMALL.replace("properties: {name:", f"properties: {{{properties}, name:"))
    ran = run("--spec", "small.yaml", "--output", ".", "--package", "small_api", "--json", cwd=tmp_path)
    warnings = [warning["message"] for warning in json.loads(ran.stdout)["warnings"]]
    assert [message.rpartition(" has ")[2].partition(" ")[0] for message in warnings] == [
        "U+202E",
        "U+00A0",
        "U+00AD",
        "U+3000",
        "U+0007",
        "U+2028",
        "U+FE0F",
        "U+0020",
        "U+E000",
    ]
