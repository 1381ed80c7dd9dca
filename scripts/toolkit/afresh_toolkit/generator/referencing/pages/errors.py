"""The page of the errors: which answers raise which, with what in them, and what else the client raises."""

import re
from collections import defaultdict
from http import HTTPStatus

from attrs import define

from afresh_toolkit.generator.referencing.links import ERRORS, Links
from afresh_toolkit.generator.referencing.markdown import blocks, fenced, table
from afresh_toolkit.generator.referencing.pages.statuses import error_class
from afresh_toolkit.generator.referencing.subject import Subject
from afresh_toolkit.generator.writing.operations.answer_code import held, split

_FEW = 12

OF_THE_CLIENT = {
    "TransportError": "The server could not be reached, or the connection failed before the answer was complete.",
    "DecodeError": "An answer is not as described.",
    "StreamError": "A stream said that the server failed.",
    "InvalidArgument": "An argument has the wrong type, or cannot be sent.",
    "ConfigurationError": "The client is set up in a way that does not work, or is not safe.",
    "NotSignedIn": "Nobody is signed in.",
    "SignInFailed": "A person did not sign in.",
    "SessionExpired": "The refresh token was refused: sign in again.",
    "RefreshUnavailable": "The tokens could not be renewed for now: try again later.",
    "StoreError": "The store of the tokens cannot be read, locked or written.",
    "ClosedError": "The client was used after it was closed.",
}
"""The errors that have to do with no answer of an operation."""


@define(frozen=True)
class ErrorPage:
    """Writes the page of the errors."""

    subject: Subject
    links: Links

    def write(self) -> str:
        """Write the page."""
        layer = self.subject.layer
        use = [
            f"from {layer} import APIError, Client, SDKError",
            "",
            "try:",
            "    with Client.from_env() as api:",
            "        print(api)  # or any call",
            "except APIError as error:",
            "    print(error.status_code, error.body, error.request_id)",
            "except SDKError as error:",
            "    print(error)",
        ]
        return blocks(
            "# Errors",
            f"All errors are subclasses of `SDKError`, and come from `{layer}`. An answer with a status other than 2xx "
            "raises an `APIError`, or the subclass of its status.",
            fenced("python", "\n".join(use)),
            *self._by_class(),
            "## Other errors",
            table(("error", "when"), [(f"`{name}`", said) for name, said in OF_THE_CLIENT.items()]),
        )

    def _by_class(self) -> list[str]:
        """Write a part for each error that an answer is described for."""
        found: dict[str, dict[tuple[str, str], dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
        for key, (_, method) in self.subject.method_of.items():
            described = method.operation.answer_words
            bodies = {one.status_code.pattern: held(one) for one in self.subject.endpoint(method).responses}
            successes = {one.status_code.pattern for one in split(self.subject.endpoint(method))[0]}
            for status in described:
                if not status.startswith("2") and status not in successes:
                    found[error_class(status)][status, bodies.get(status, "None")][key] = None
        return [
            blocks(f"## {name}", table(("status", "body", "raised by"), self._rows(found[name])))
            for name in sorted(found, key=lambda name: (name in {"APIError", "ServerError"}, min(found[name])))
        ]

    def _rows(self, places: dict[tuple[str, str], dict[str, None]]) -> list[tuple[str, ...]]:
        rows: list[tuple[str, ...]] = []
        for (status, body), keys in sorted(places.items()):
            shown = [self.links.operation(key, ERRORS) for key in [*keys][:_FEW]]
            more = f" and {len(keys) - _FEW} others" if len(keys) > _FEW else ""
            kind = "" if body == "None" else self.links.type(body, ERRORS)
            rows.append((_status(status), kind, ", ".join(shown) + more))
        return rows


def _status(status: str) -> str:
    if status == "default":
        return "any other"
    if re.fullmatch(r"\d{3}", status):
        try:
            return f"{status} {HTTPStatus(int(status)).phrase}"
        except ValueError:
            return status
    return status
