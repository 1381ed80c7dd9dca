"""Error answers: problem details (RFC 9457), raised as exceptions anywhere below a request."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from attrs import asdict, frozen
from starlette.responses import JSONResponse

# Names that RFC 9110 changed, and that older Pythons do not know yet.
_RENAMED = {413: "Content Too Large", 422: "Unprocessable Content"}


@frozen
class InvalidField:
    location: str
    message: str


class ProblemError(Exception):
    """The request is answered with a problem: raise it, and the application sends it."""

    def __init__(
        self,
        status: int,
        detail: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[InvalidField] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers
        self.errors = errors

    def response(self) -> JSONResponse:
        problem: dict[str, Any] = {"type": "about:blank", "title": title(self.status), "status": self.status}
        if self.detail is not None:
            problem["detail"] = self.detail
        if self.errors:
            problem["errors"] = [asdict(error) for error in self.errors]
        return JSONResponse(problem, self.status, self.headers, media_type="application/problem+json")


def title(status: int) -> str:
    """The phrase of a status (RFC 9110, section 15), which is what ``about:blank`` asks for as a title."""
    try:
        return _RENAMED.get(status) or HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"


def invalid(*errors: InvalidField) -> ProblemError:
    return ProblemError(422, "The request does not fit the API's description; see errors.", errors=errors)


def not_found(what: str) -> ProblemError:
    return ProblemError(404, f"There is no such {what}.")


def unauthorized(detail: str, *, error: str | None = None) -> ProblemError:
    """A challenge (RFC 6750, section 3); without ``error`` where the request carried no token at all."""
    challenge = 'Bearer realm="sandbox"'
    if error is not None:
        challenge += f', error="{error}", error_description="{detail}"'
    return ProblemError(401, detail, headers={"WWW-Authenticate": challenge})


def forbidden(scope: str) -> ProblemError:
    challenge = f'Bearer realm="sandbox", error="insufficient_scope", scope="{scope}"'
    return ProblemError(403, f"This needs the scope {scope}.", headers={"WWW-Authenticate": challenge})
