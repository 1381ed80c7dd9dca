"""What a person has to know of the session after a run: how one signs in, what renews, what signs out, what is missing.

Which of it was guessed, and why, is said with each; and where to change it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define, field

from afresh_toolkit.generator.extensions.carrying import TOKEN_STATUS
from afresh_toolkit.generator.extensions.lifecycle import KEY
from afresh_toolkit.generator.extensions.lifecycle_code import Named, Place, TokenCall, TokenLifecycle
from afresh_toolkit.generator.guessing.deciding import Decision
from afresh_toolkit.generator.guessing.keys import Security, security_of
from afresh_toolkit.generator.reading.document import Document

_PURPOSES = {"login": "sign in", "authorize": "sign in", "device": "sign in", "refresh": "renew", "logout": "sign out"}
_GRANTS = {"authorize": "authorization_code", "device": "device_code"}
_BY_PERSONS = {
    "authorize": "in a browser by api.login(AuthorizationCodeGrant())",
    "device": "on another device by api.login(DeviceCodeGrant())",
}
_MISSING = {
    "login": "a token is given by hand",
    "refresh": "when the access token expires, somebody has to sign in again",
    "logout": "signing out forgets the tokens here, and the server keeps them until they expire",
}


@define(frozen=True)
class Part:
    """What is known of one purpose.

    Attributes:
        call: The call, such as `POST /auth/login`; None where nothing is known.
        sends: Where it puts which token.
        takes: The credentials that it takes.
        said_by: What says it; None for a guess.
        reasons: The reasons for a guess; or why nothing is known.
    """

    call: str | None
    sends: Mapping[str, str] = field(factory=dict)
    takes: tuple[str, ...] = ()
    said_by: str | None = None
    reasons: tuple[str, ...] = ()

    @property
    def is_guessed(self) -> bool:
        """Whether it is a guess."""
        return self.call is not None and self.said_by is None


@define(frozen=True)
class Verdict:
    """The verdict: a part for each purpose, and what calls need besides.

    `keys_suffice` is whether nothing of the API takes a token. `requests` says what requests send, if that is unusual.
    """

    parts: Mapping[str, Part]
    security: Security
    change: str
    keys_suffice: bool
    proposal: str | None = None
    requests: tuple[str, ...] = ()

    def lines(self, prefix: str) -> Iterator[str]:
        """Say it to a person; `prefix` is that of the environment variables."""
        yield "The session:"
        if self.keys_suffice:
            yield from self.key_lines(prefix)
            yield "  no operation signs in or renews tokens, and none is needed for keys"
            return
        has_people = any(purpose in self.parts for purpose in _BY_PERSONS)
        for purpose, part in self.parts.items():
            if purpose == "login" and part.call is None and has_people:
                continue
            first, *more = _told(purpose, part)
            yield f"  {_PURPOSES[purpose]:9} {first}"
            yield from (f"  {'':9} {line}" for line in more)
        yield from (f"  {'send' if index == 0 else '':9} {line}" for index, line in enumerate(self.requests))
        yield from self.key_lines(prefix)
        yield f"  change    {self.change}"
        if self.proposal:
            yield "  guess     not used; `session.proposal` of --json is an overlay.yaml that says it"

    def key_lines(self, prefix: str) -> Iterator[str]:
        """Say which keys the client takes, and how they are given."""
        for name, key in self.security.keys.items():
            yield f"  key       {name}: {key.said}"
            variables = ", ".join(f"{prefix}{one}" for one in key.variables)
            yield f"  {'':9} given as keys={{{name!r}: {key.example}}} or by {variables}"
        for name, kind in self.security.unserved.items():
            yield f"  not sent  {name} ({kind}): give an http_client that does, where no other scheme serves"

    def data(self) -> dict[str, Any]:
        """Return it for machines."""
        parts = {
            purpose: {
                "call": part.call,
                "sends": dict(part.sends),
                "takes": list(part.takes),
                "guessed": part.is_guessed,
                "said_by": part.said_by,
                "reasons": list(part.reasons),
            }
            for purpose, part in self.parts.items()
        }
        keys = {name: key.said for name, key in self.security.keys.items()}
        has_people = any(purpose in self.parts for purpose in _BY_PERSONS)
        missing = [
            purpose
            for purpose, part in self.parts.items()
            if part.call is None and not (has_people and purpose == "login")
        ]
        return {
            **parts,
            "missing": missing,
            "requests": list(self.requests),
            "keys": keys,
            "change": self.change,
            "proposal": self.proposal,
        }


def verdict_of(document: Document, decision: Decision) -> Verdict:
    """Return the verdict on what was decided."""
    lifecycle = decision.lifecycle
    parts = {
        purpose: _part(lifecycle, purpose, decision)
        for purpose in _PURPOSES
        if purpose not in _GRANTS or _has_grant(lifecycle, _GRANTS[purpose])
    }
    proposal = decision.proposal if decision.lifecycle is None else None
    is_proposed = proposal is not None and proposal.is_any
    if is_proposed and proposal is not None:
        for purpose, choice in proposal.choices.items():
            why = f"{choice.operation.name} looks like it ({'; '.join(choice.reasons)}), but nothing says so"
            parts[purpose] = Part(None, reasons=(why,))
    security = security_of(document, lifecycle)
    change = (
        f"`{KEY}` in {decision.file}"
        if decision.file
        else f"`{KEY}` in overlay.yaml, beside {document.path.name}; docs/lifecycle.md says how"
    )
    keys_suffice = lifecycle is None and not is_proposed and security.is_of_keys
    scheme = decision.reasons.get("send", ())
    said_by = f"a guess: {scheme[0]}" if scheme else f"said by {decision.file}"
    return Verdict(
        parts,
        security,
        change,
        keys_suffice,
        proposal.overlay() if is_proposed and proposal is not None else None,
        tuple(_requests(lifecycle, said_by)) if lifecycle else (),
    )


def _has_grant(lifecycle: TokenLifecycle | None, grant: str) -> bool:
    return bool(lifecycle and lifecycle.authorization and grant in lifecycle.authorization.token.grants)


def _people_part(lifecycle: TokenLifecycle, purpose: str, decision: Decision) -> Part:
    said = lifecycle.authorization
    url = said and (said.authorization_url if purpose == "authorize" else said.device_authorization_url)
    said_by = decision.file or f"the OAuth2 scheme {decision.scheme}"
    where = f"at {url}" if url else f"as the metadata of {lifecycle.metadata_url} says"
    return Part(f"{_BY_PERSONS[purpose]}, {where}", said_by=said_by)


def _part(lifecycle: TokenLifecycle | None, purpose: str, decision: Decision) -> Part:
    if purpose in _GRANTS and lifecycle:
        return _people_part(lifecycle, purpose, decision)
    call: TokenCall | None = getattr(lifecycle, purpose, None)
    reasons = tuple(decision.reasons.get(purpose, ()))
    if call is None:
        return Part(None, reasons=(decision.open_[purpose],) if purpose in decision.open_ else ())
    sends = {
        _place(placement.where, placement.path): str(placement.value)
        for placement in call.send
        if "Token" in str(placement.value)
    }
    takes = tuple(credential.key for credential in call.credentials)
    if purpose == "login" and "client_credentials" in call.grants and not takes:
        takes = ("client_id", "client_secret")
    said_by = None
    if not reasons:
        said_by = decision.file or f"the OAuth2 scheme {decision.scheme}"
    return Part(call.name, sends, takes, said_by, reasons)


def _requests(lifecycle: TokenLifecycle, said_by: str) -> list[str]:
    """Say what requests send and which answers mean that the token has expired, where that is not as usual."""
    lines: list[str] = []
    if lifecycle.carrier is not None:
        place = f"{lifecycle.carrier.path[0]} ({lifecycle.carrier.where})"
        lines.append(f"requests have {lifecycle.carrier.value} as {place}, {said_by}")
    own = lifecycle.refresh.csrf if lifecycle.refresh else None
    if lifecycle.csrf is not None:
        lines.append(
            f"requests send {_place_in_answer(lifecycle.csrf.source)} back as {lifecycle.csrf.header} (header)"
        )
    if own is not None and own != lifecycle.csrf:
        lines.append(f"renewing sends {_place_in_answer(own.source)} back as {own.header} (header)")
    if lifecycle.expired:
        statuses = sorted({one.status for one in lifecycle.expired} | {TOKEN_STATUS})
        lines.append(f"answers with {', '.join(map(str, statuses))} may mean that the token has expired")
    return lines


def _place_in_answer(source: Place) -> str:
    return f"{source.name} ({source.where})" if isinstance(source, Named) else f"{'/'.join(source)} (body)"


def _place(where: str, path: tuple[str, ...]) -> str:
    return f"{'/'.join(path)} ({where})"


def _told(purpose: str, part: Part) -> list[str]:
    if part.call is None:
        return [f"nothing is known: {_MISSING[purpose]}", *part.reasons]
    taken = f" with {', '.join(part.takes)}" if part.takes else ""
    sent = "".join(f", {value} as {place}" for place, value in part.sends.items())
    by = f"said by {part.said_by}" if part.said_by else f"a guess: {'; '.join(part.reasons)}"
    return [f"{part.call}{taken}{sent}", by]
