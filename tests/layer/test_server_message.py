"""What the errors of common frameworks say, in the shapes in which they say it by default."""

from __future__ import annotations

import json
from typing import Any

import pytest

from afresh._server_message import message_of

INVALID: list[tuple[str, Any, str]] = [
    (
        "problem",
        {
            "type": "about:blank",
            "title": "Not valid.",
            "errors": [{"detail": "must be green", "pointer": "#/colors/0"}],
        },
        "Not valid (colors[0]: must be green)",
    ),
    ("problem-detail", {"title": "Out of credit", "detail": "You have 30 left.", "status": 403}, "You have 30 left"),
    (
        "fastapi",
        {
            "detail": [
                {
                    "type": "missing",
                    "loc": ["body", "title"],
                    "msg": "Field required",
                    "input": {"password": "hunter2"},
                },
                {
                    "type": "int",
                    "loc": ["body", "items", 2, "price"],
                    "msg": "Not a number",
                    "ctx": {"error": "odd it is"},
                },
                {"type": "int", "loc": ["query", "limit"], "msg": "Not a number", "input": "x"},
                {
                    "type": "json_invalid",
                    "loc": ["body", 12],
                    "msg": "JSON decode error",
                    "ctx": {"error": "Expecting"},
                },
            ]
        },
        "title: Field required; items[2].price: Not a number; query.limit: Not a number; body[12]: JSON decode error",
    ),
    ("fastapi-detail", {"detail": "Not enough permissions"}, "Not enough permissions"),
    ("fastapi-object", {"detail": {"code": "E1", "message": "Too late"}}, "Too late"),
    ("drf", {"title": ["This field is required."], "non_field_errors": ["Odd."]}, "title: This field is required; Odd"),
    ("drf-one-word", {"title": ["Required."]}, ""),
    (
        "drf-nested",
        {"owner": {"name": ["May not be blank."]}, "items": [{}, {"price": ["A number is required."]}]},
        "owner.name: May not be blank; items[1].price: A number is required",
    ),
    ("drf-many", [{}, {"title": ["This field is required."]}], "[1].title: This field is required"),
    ("drf-list", ["Too many things."], "Too many things"),
    (
        "drf-standardized-errors",
        {"type": "validation_error", "errors": [{"code": "required", "detail": "Is required.", "attr": "name"}]},
        "name: Is required",
    ),
    ("nested", {"error": {"code": 400, "message": "Bad thing"}}, "Bad thing"),
    (
        "google",
        {
            "error": {
                "message": "Bad thing",
                "details": [{"@type": "t", "fieldViolations": [{"field": "a.b", "description": "is odd"}]}],
            }
        },
        "Bad thing (a.b: is odd)",
    ),
    (
        "json-api",
        {"errors": [{"title": "Invalid", "detail": "Is too short.", "source": {"pointer": "/data/attributes/name"}}]},
        "data.attributes.name: Is too short",
    ),
    (
        "graphql",
        {"errors": [{"message": "No such field", "path": ["user", 0]}], "data": None},
        "user[0]: No such field",
    ),
    (
        "asp.net",
        {"title": "One or more errors.", "status": 400, "errors": {"Title": ["Is required."], "$.due": ["No date."]}},
        "One or more errors (Title: Is required; $.due: No date)",
    ),
    (
        "asp.net-old",
        {"Message": "Not valid.", "ModelState": {"m.Title": ["Is required."]}},
        "Not valid (m.Title: Is required)",
    ),
    (
        "laravel",
        {
            "message": "Email is required. (and 1 more error)",
            "errors": {"email": ["Email is required."], "name": ["No."]},
        },
        "email: Email is required; name: No",
    ),
    ("laravel-old", {"message": "It is invalid.", "errors": {"email": ["No."]}}, "It is invalid (email: No)"),
    ("rails", {"errors": {"title": ["is blank"], "message": "x"}}, "title: is blank; x"),
    ("texts-by-field", {"errors": {"title": "is blank"}}, "title: is blank"),
    ("texts", {"errors": ["a", "b"]}, "a; b"),
    ("spring", {"status": 400, "error": "Bad Request", "message": "No title", "path": "/tasks"}, "No title"),
    ("spring-without-message", {"status": 400, "error": "Bad Request", "path": "/tasks"}, ""),
    (
        "spring-errors",
        {
            "message": "Validation failed",
            "errors": [
                {
                    "arguments": [{"defaultMessage": "title"}],
                    "defaultMessage": "is blank",
                    "field": "title",
                    "rejectedValue": "hunter2",
                }
            ],
            "path": "/tasks",
        },
        "Validation failed (title: is blank)",
    ),
    ("nest", {"statusCode": 400, "message": ["a is odd", "b is odd"], "error": "Bad Request"}, "a is odd; b is odd"),
    ("nest-text", {"statusCode": 403, "message": "Forbidden resource", "error": "Forbidden"}, "Forbidden resource"),
    (
        "class-validator",
        {
            "message": [
                {"target": {"password": "x"}, "property": "title", "children": [], "constraints": {"a": "is blank"}}
            ]
        },
        "title: is blank",
    ),
    (
        "express-validator",
        {"errors": [{"value": "hunter2", "msg": "Odd", "path": "email", "location": "body"}]},
        "email: Odd",
    ),
    (
        "zod",
        {"success": False, "error": {"name": "ZodError", "issues": [{"path": ["a", 1], "message": "Odd"}]}},
        "a[1]: Odd",
    ),
    ("flatten", {"formErrors": [], "fieldErrors": {"title": ["Required"]}}, "title: Required"),
    ("webargs", {"errors": {"json": {"title": ["Missing"]}}, "status": "Unprocessable Entity"}, "json.title: Missing"),
    (
        "pydantic",
        [{"type": "missing", "loc": ["title"], "msg": "Field required", "input": {}}],
        "title: Field required",
    ),
    ("flask-pydantic", {"validation_error": {"body_params": [{"loc": ["a"], "msg": "Odd"}]}}, "body_params.a: Odd"),
    ("symfony", {"detail": "a: odd", "violations": [{"propertyPath": "a", "message": "odd"}]}, "a: odd"),
    ("named-error", {"errors": [{"name": "ValidationError", "message": "Odd"}]}, "Odd"),
    ("oauth", {"error": "invalid_grant", "error_description": "It is spent"}, "It is spent"),
    ("oauth-code", {"error": "invalid_grant"}, "invalid_grant"),
    ("code", {"code": "x7", "at": 1}, ""),
    ("a-resource", {"task": {"id": 1, "title": "secret plan", "labels": ["one", "two"]}}, ""),
    ("nothing", None, ""),
    ("number", 7, ""),
    ("text", "plainly\n no.", "plainly no"),
    ("json-text", '{"a": ', ""),
    ("html", "<!DOCTYPE html>\n<head><title>Sign in &amp; <b>go</b>\n on</title></head><body>x", "Sign in & go on"),
    ("html-status", "<html><title>400 Bad Request</title>", ""),
    ("html-untitled", "<html><body>x", ""),
    (
        "xml",
        "<?xml version='1.0'?><Error><Code>X</Code><Message>There is no such key.</Message></Error>",
        "There is no such key",
    ),
]


@pytest.mark.parametrize(("document", "said"), [case[1:] for case in INVALID], ids=[case[0] for case in INVALID])
def test_what_a_server_says_is_found_in_the_shapes_of_many(document: object, said: str) -> None:
    assert message_of(document, status="400 Bad Request") == said


def nested(depth: int) -> object:
    return {"errors": [nested(depth - 1)]} if depth else {"errors": ["deep down"]}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"errors": [f"no {n}" for n in range(40)]}, "no 0; no 1; no 2; no 3; no 4; and 35 more"),
        ({"detail": "x" * 100_000}, "x" * 300 + "…"),
        ({"errors": {"k" * 100_000: ["no"]}}, "k" * 100 + ": no"),
        ({"errors": [{}] * 100_000}, ""),
        ({"errors": [[["no no"] * 1000] * 1000] * 1000}, None),
        (nested(3), "deep down"),
        (nested(300), ""),
    ],
    ids=["many", "long", "long-path", "wide", "wider", "deep", "deeper"],
)
def test_a_large_document_makes_no_large_message(document: object, said: str | None) -> None:
    message = message_of(document)
    assert len(message) < 700
    assert said in (None, message)


def test_no_error_is_said_twice() -> None:
    assert message_of({"message": "It is odd.", "errors": [{"message": "It is odd."}]}) == "It is odd"
    assert message_of({"errors": ["odd", "odd"]}) == "odd"


def test_nothing_that_is_found_is_a_value_of_the_request() -> None:
    error = {"loc": ["body"], "msg": "Odd", "input": "hunter2", "ctx": {"message": "hunter2"}, "url": "hunter2"}
    documents = [
        {"detail": [error]},
        {"message": "Odd", "data": {"errors": ["hunter2 it is"]}},
        {"input": {"a": ["hunter2 it is"]}},
    ]
    assert "hunter2" not in json.dumps([message_of(document) for document in documents])
