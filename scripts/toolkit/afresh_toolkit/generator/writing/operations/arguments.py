"""An argument of an operation in Python: one of its parameters, or its body."""

from attrs import define
from openapi_python_client.parser.properties.protocol import PropertyProtocol

USED_NAMES = frozenset(
    {
        "arguments",
        "as_array",
        "as_list",
        "as_map",
        "asyncio",
        "asyncio_detailed",
        "by_keys",
        "checked",
        "cast",
        "content_of",
        "content_type",
        "cookie_part",
        "cookie_value",
        "decimal_number",
        "decoded",
        "expect",
        "for_async",
        "form_bytes",
        "format_base64",
        "format_date",
        "format_datetime",
        "format_decimal",
        "format_duration",
        "format_integer",
        "format_time",
        "format_uuid",
        "header_text",
        "http_client",
        "httpx",
        "is_binary",
        "json_bytes",
        "json_of",
        "json_text",
        "json_value",
        "keeping_query",
        "listed",
        "location",
        "media_type_of",
        "models",
        "multipart",
        "next_link",
        "number_at",
        "path_text",
        "path_segment",
        "plain",
        "plain_items",
        "plain_text",
        "query_part",
        "simple_text",
        "sync_detailed",
        "with_query",
        "with_url",
        "with_value",
    },
)
"""What the functions of an operation's module use; a parameter of such a name gets its location appended."""


@define(frozen=True)
class Argument:
    """A parameter of an operation, or its body, as an argument in Python.

    `statement` puts it into the request; of one in the path, `value` is the expression for its place there.
    `condition` says when it is sent; None is always. `server_default` is what the server takes in its place. `style` is
    the style of a parameter, and whether it explodes; "json" for one that is JSON, "whole" for one that is the query.
    `prop` is the parameter as the generator read it; None for what is none.
    """

    name: str
    key: str
    location: str
    annotation: str
    description: str
    value: str
    statement: str
    condition: str | None
    default: str | None
    server_default: str | None = None
    style: tuple[str, bool] = ("", False)
    prop: PropertyProtocol | None = None

    @property
    def declaration(self) -> str:
        """The argument in a function's signature."""
        declared = f"{self.name}: {self.annotation}"
        return declared if self.default is None else f"{declared} = {self.default}"
