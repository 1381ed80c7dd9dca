"""The judge of what goes over the wire: it finds nothing in a sound client, and each fault that is sown into one."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from conformance.__main__ import try_document
from made import SMALL

PARAMETERS = """\
      parameters:
        - name: ids
          in: query
          style: pipeDelimited
          explode: false
          required: true
          schema: {type: array, minItems: 2, items: {type: integer}}
        - {name: X-Word, in: header, required: true, schema: {type: string}}
"""


@pytest.fixture
def description(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "judged.yaml"
    path.write_text(SMALL.replace("      responses:", f"{PARAMETERS}      responses:"))
    yield path
    sys.path.remove(str(tmp_path))
    for name in [name for name in sys.modules if name.partition(".")[0] == "judged_api"]:
        del sys.modules[name]


def judged(description: Path) -> tuple[list[str], list[str]]:
    outcomes = try_document(description, description.parent)
    assert outcomes is not None
    return outcomes[0].requests, outcomes[0].answers


def test_a_sound_client_has_no_faults(description: Path) -> None:
    assert judged(description) == ([], [])


@pytest.mark.parametrize(
    ("function", "wrong"),
    [
        ("query_part", lambda name, value, **_: f"{name}={','.join(map(str, value))}"),
        ("with_query", lambda path, _: path),
    ],
)
def test_a_client_that_writes_its_query_wrongly_is_found(
    description: Path, monkeypatch: pytest.MonkeyPatch, function: str, wrong: Any
) -> None:
    judged(description)
    monkeypatch.setattr(import_module("judged_api.api.things.list_things"), function, wrong)
    requests, _ = judged(description)
    assert requests == ["query parameter, pipeDelimited, of an array"]


def test_a_model_that_loses_a_property_is_found(description: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judged(description)
    monkeypatch.setattr(import_module("judged_api.models").Thing, "to_dict", lambda _: {})
    _, answers = judged(description)
    assert any(answer.endswith("/name is lost") for answer in answers)


OTHER_MEDIA = """\
openapi: 3.0.3
info: {title: Other media, version: "1"}
paths:
  /xml: {get: {operationId: xml, tags: [t], responses: {"200": {description: x, content: {application/xml: {schema: {$ref: "#/components/schemas/Item"}}}}}}}
  /page: {get: {operationId: page, tags: [t], responses: {"200": {description: x, content: {text/html: {schema: {type: object}}}}}}}
  /count: {get: {operationId: count, tags: [t], responses: {"200": {description: x, content: {text/plain: {schema: {type: integer}}}}}}}
  /form: {put: {operationId: form, tags: [t], requestBody: {required: true, content: {multipart/form-data: {schema: {$ref: "#/components/schemas/Form"}}}}, responses: {"204": {description: x}}}}
  /feed: {put: {operationId: feed, tags: [t], requestBody: {required: true, content: {application/xml: {schema: {$ref: "#/components/schemas/Item"}}}}, responses: {"204": {description: x}}}}
components:
  schemas:
    Form: {type: object, required: [meta], properties: {meta: {$ref: "#/components/schemas/Item"}, f: {type: string, format: binary}}}
    Item: {type: object, required: [id, name], properties: {id: {type: integer, readOnly: true}, name: {type: string}}}
"""  # noqa: E501


def test_a_client_of_xml_texts_and_what_only_answers_have_is_sound(description: Path) -> None:
    description.write_text(OTHER_MEDIA)
    outcomes = try_document(description, description.parent)
    assert outcomes is not None
    assert {one.key: one.requests + one.answers for one in outcomes} == {one.key: [] for one in outcomes}


def test_a_redirect_is_judged_by_where_it_leads(description: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    description.write_text(SMALL.replace('"200"', '"303"'))
    assert judged(description) == ([], [])
    monkeypatch.setattr(import_module("judged_api.api.things.list_things"), "location", lambda _: "nowhere")
    _, answers = judged(description)
    assert [answer.partition(" for ")[0] for answer in answers] == ["answer: / is 'nowhere'"]


DEPRECATED_TUPLE = """
openapi: 3.1.0
info: {title: Tuples, version: "1"}
paths:
  /pair:
    post:
      deprecated: true
      operationId: setPair
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Pair"}}}}
      responses: {"200": {description: x, content: {application/json: {schema: {$ref: "#/components/schemas/Pair"}}}}}
components:
  schemas:
    Pair: {type: array, prefixItems: [{type: integer}, {type: string, format: uuid}], items: false, minItems: 2}
"""


def test_a_client_of_what_is_deprecated_and_of_tuples_is_sound(description: Path) -> None:
    description.write_text(DEPRECATED_TUPLE)
    assert judged(description) == ([], [])


def test_what_cannot_be_made_up_is_no_fault_of_the_client(description: Path) -> None:
    impossible = "{type: array, minItems: 3, maxItems: 2, items: {type: integer}}"
    description.write_text(DEPRECATED_TUPLE.replace('{$ref: "#/components/schemas/Pair"}', impossible))
    outcomes = try_document(description, description.parent)
    assert outcomes is not None
    (outcome,) = outcomes
    assert (outcome.requests, outcome.answers) == ([], [])
    assert {one.partition(":")[0] for one in outcome.unmade_requests} == {"no arguments could be made up"}
    assert {one.partition(":")[0] for one in outcome.unmade_answers} == {"no answer could be made up", "no request"}
