"""What is made of a description's words: Markdown of HTML, a summary in a sentence, and what a schema says besides."""

from datetime import date
from typing import Any

import pytest

from afresh_toolkit.generator.normalising.schemas.facts import as_deprecated, facts
from afresh_toolkit.generator.writing.wording.docstrings import docstring, section
from afresh_toolkit.generator.writing.wording.markup import as_markdown
from afresh_toolkit.generator.writing.wording.prose import sentences, with_summary


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        (
            '<p>Makes a <code>Charge</code> &amp; more.</p>\n\n<p>See <a href="/docs/x">the docs</a>.</p>',
            "Makes a `Charge` & more.\n\nSee [the docs](/docs/x).",
        ),
        ("One<br/>two<br>three", "One\ntwo\nthree"),
        ("<ul><li>one</li><li>two <b>bold </b>x</li></ul>after", "- one\n- two **bold** x\n\nafter"),
        ("<ol>\n  <li>one\n  <li>two\n</ol>", "1. one\n2. two"),
        ("<p>a</p><ul><li><p>b</p></li><li>c<ul><li>deep</li></ul></li></ul>", "a\n\n- b\n- c\n  - deep"),
        ("<pre><code>a < b\n  c</code></pre> end", "```\na < b\n  c\n```\n\nend"),
        ("<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>", "| A | B\n| 1 | 2"),
        ("<h3>Title</h3>text <em>now</em>", "**Title**\n\ntext *now*"),
        ('x<sup>2</sup> <span class="y">y</span> <a href="https://a.b">https://a.b</a>', "x^2 y https://a.b"),
        ("<!-- hidden -->shown <div>x</div>", "shown\n\nx"),
        ("<p>&lt;id&gt; and&nbsp;more</p>", "<id> and more"),
        ('<IMG SRC="a.png" ALT="A map"> here', "A map here"),
        ("<b><a href='/x'>both</a></b>", "**[both](/x)**"),
    ],
)
def test_html_becomes_markdown(html: str, markdown: str) -> None:
    assert as_markdown(html) == markdown


@pytest.mark.parametrize(
    "text",
    [
        "A list of <id> values: List<String>.",
        "https://example.com/<code>/y, or <b>",
        "use `<b>x</b>` for it",
        "```\n<p>code</p>\n```",
        "if a < b and c > d",
        "?a=1&copy=2&lt",
        "**Markdown** with [a link](https://example.com) and a | b",
        "- a\n- b\n\n  c",
        "<https://example.com>, <me@example.com>",
        "",
    ],
)
def test_what_is_no_html_stays_as_it_is(text: str) -> None:
    assert as_markdown(text) == text


@pytest.mark.parametrize(
    ("text", "documented"),
    [
        ("Get a user", "Get a user."),
        ("Returns e.g. a Pet. Then more.", "Returns e.g. a Pet.\n\nThen more."),
        ("See Dr. Who. He is in.", "See Dr. Who.\n\nHe is in."),
        ("A line that goes on\nand wraps here. Second.", "A line that goes on and wraps here.\n\nSecond."),
        ("Get it\nOnly admins may do so.", "Get it.\n\nOnly admins may do so."),
        ("Get it.\n\nMore text\nwraps.", "Get it.\n\nMore text\nwraps."),
        ("Kinds:\n- a\n- b", "Kinds:\n\n- a\n- b"),
        ("One. Two:\n- a", "One.\n\nTwo:\n\n- a"),
        ("# Heading\ntext here", "Heading.\n\ntext here"),
        ("Uses v1.2 of it (see A. B). Next one.", "Uses v1.2 of it (see A. B).\n\nNext one."),
        ("Use `a. B` now. Go", "Use `a. B` now.\n\nGo"),
        ("Is it? Yes.", "Is it?\n\nYes."),
        ("**Bold.** Then text", "**Bold.**\n\nThen text"),
        ("Deprecated. Get a user", "Deprecated. Get a user."),
        ("\u8fd9\u662f\u3002\u7b2c\u4e8c\u3002", "\u8fd9\u662f\u3002\n\n\u7b2c\u4e8c\u3002"),
        ("- a list", "- a list"),
        ("```\ncode\n```", "```\ncode\n```"),
        ("", ""),
    ],
)
def test_the_first_sentence_is_the_summary(text: str, documented: str) -> None:
    assert with_summary(text) == documented


def test_sentences_are_joined_with_full_stops() -> None:
    assert sentences("How many", "", "From 1 to 5.", "Why?") == "How many. From 1 to 5. Why?"
    assert sentences("Kinds:\n- a\n- b", "Not empty.") == "Kinds:\n- a\n- b\n\nNot empty."
    assert sentences("", "") == ""


def test_lists_and_tables_of_a_parameter_keep_their_lines() -> None:
    assert section("Args", [("a", "One\ntwo"), ("b", "Kinds:\n- x\n- y")]) == (
        "Args:\n    a: One two\n    b: Kinds:\n        - x\n        - y"
    )
    row = f"| {'wide ' * 30}|"
    assert row in docstring(f"Rows.\n\n| a |\n{row}").splitlines()
    quoted = docstring(f"Said.\n\n> {'word ' * 40}", 4).splitlines()
    assert len(quoted) > 4
    assert all(line.startswith("    > ") for line in quoted[2:-1])


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 100}, "From 1 to 100."),
        ({"type": "integer", "minimum": 0}, "At least 0."),
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 2.5}, "More than 0. At most 2.5."),
        ({"type": "number", "minimum": 0, "exclusiveMinimum": True}, "More than 0."),
        ({"type": "integer", "maximum": 2**31 - 1, "multipleOf": 10}, "A multiple of 10."),
        ({"type": "string", "minLength": 1}, "Not empty."),
        ({"type": "string", "minLength": 3, "maxLength": 3}, "3 characters."),
        ({"type": ["string", "null"], "maxLength": 1, "pattern": "^a$"}, "At most 1 character. Must match `^a$`."),
        ({"type": "array", "minItems": 1, "maxItems": 5, "uniqueItems": True}, "1 to 5 items. No two items are equal."),
        ({"type": "string", "example": date(2020, 1, 2)}, "For example `2020-01-02`."),
        ({"type": "object", "example": {"a": 1}}, 'For example `{"a": 1}`.'),
        ({"type": "integer", "default": 5, "example": 5, "examples": [7]}, "For example `7`."),
        ({"type": "integer", "minimum": 1, "maximum": 9, "description": "A digit (1–9)."}, ""),
        ({"type": "string", "description": "Such as x1.", "example": "x1"}, ""),
        ({"type": "string", "enum": ["a"], "example": "a"}, ""),
        ({"type": "string", "example": "x" * 100, "minimum": "1", "maxLength": "y"}, ""),
        ({"type": "boolean", "example": True}, ""),
    ],
)
def test_limits_and_an_example_are_said(schema: dict[str, Any], words: str) -> None:
    assert facts(schema) == words


def test_the_example_of_a_parameter_comes_first() -> None:
    examples = {"one": {"value": "x1"}, "two": {"$ref": "#/elsewhere"}}
    assert facts({"type": "string", "example": "y"}, {"examples": examples}) == "For example `x1`."


@pytest.mark.parametrize("text", ["**Deprecated** since 2.", "This endpoint is deprecated.", "DEPRECATED: no"])
def test_what_says_that_it_is_deprecated_is_not_called_so_again(text: str) -> None:
    assert as_deprecated(text) == text
    assert as_deprecated("Lists deprecated things.") == "Deprecated. Lists deprecated things."
