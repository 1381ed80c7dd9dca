"""The guess at a description's token lifecycle, and the overlay that says it."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define, evolve, field

from afresh_toolkit.generator.extensions.lifecycle import KEY
from afresh_toolkit.generator.guessing import explaining, judging, names
from afresh_toolkit.generator.guessing.choosing import Candidate, Choice, Value, choose
from afresh_toolkit.generator.guessing.cookies import Cookies
from afresh_toolkit.generator.guessing.fields import body_of, properties
from afresh_toolkit.generator.guessing.names import plain
from afresh_toolkit.generator.guessing.security import Schemes
from afresh_toolkit.generator.guessing.seen import Seen, path_and_words
from afresh_toolkit.generator.reading.description import DescribedOperation, operations
from afresh_toolkit.generator.reading.document import Document


@define(frozen=True)
class Proposal:
    """What was guessed.

    Attributes:
        choices: The operations by what they do: `login`, `refresh`, `logout`.
        tokens: Where the answers hold what.
        open_: What was not chosen, and why.
        own_tokens: Where the answers of one call hold what, if that is elsewhere than in the others'.
        csrf: What requests send back against request forgery.
        own_csrf: What the renewal sends back, if that is something else.
    """

    choices: Mapping[str, Choice] = field(factory=dict)
    tokens: Mapping[str, str] = field(factory=dict)
    open_: Mapping[str, str] = field(factory=dict)
    own_tokens: Mapping[str, Mapping[str, str]] = field(factory=dict)
    csrf: Mapping[str, str] = field(factory=dict)
    own_csrf: Mapping[str, str] = field(factory=dict)

    @property
    def is_any(self) -> bool:
        """Whether there is anything to propose."""
        return bool(self.choices)

    def content(self) -> dict[str, Any]:
        """Return the proposal as the extension says it."""
        calls: dict[str, Any] = {}
        for purpose, choice in self.choices.items():
            calls[purpose] = {"operation": choice.operation.name}
            if choice.send:
                calls[purpose]["send"] = dict(choice.send)
            if purpose in self.own_tokens:
                calls[purpose]["tokens"] = dict(self.own_tokens[purpose])
            if purpose == "refresh" and self.own_csrf:
                calls[purpose]["csrf"] = dict(self.own_csrf)
        return {**calls, "tokens": dict(self.tokens), **({"csrf": dict(self.csrf)} if self.csrf else {})}

    def overlay(self) -> str:
        """Write the proposal as an overlay, each choice with its reason."""
        lines = [
            "# A guess at how tokens live, made from the names in the description, which does not say it.",
            "# Check each line: what is wrong here sends secrets to the wrong place, or loses sessions.",
            "overlay: 1.0.0",
            "info: {title: How tokens live, version: 1.0.0}",
            "actions:",
            "  - target: $",
            "    update:",
            f"      {KEY}:",
        ]
        for purpose, choice in self.choices.items():
            lines += [f"        {purpose}:", *(f"          # {_one_line(reason)}" for reason in choice.reasons)]
            lines.append(f"          operation: {_yaml(choice.operation.name)}")
            if choice.send:
                lines.append("          send:")
                lines += [f"            {_yaml(place)}: {_yaml(value)}" for place, value in choice.send.items()]
            if purpose in self.own_tokens:
                lines.append("          tokens:  # elsewhere than in the other answers")
                lines += [f"            {name}: {_yaml(place)}" for name, place in self.own_tokens[purpose].items()]
            if purpose == "refresh" and self.own_csrf:
                lines.append("          csrf:  # the renewal sends something else back than other requests")
                lines += [f"            {name}: {_yaml(place)}" for name, place in self.own_csrf.items()]
        lines += ["        tokens:  # by the names of fields in the answers"]
        lines += [f"          {name}: {_yaml(place)}" for name, place in self.tokens.items()]
        if self.csrf:
            lines.append("        csrf:  # by the names of cookies and headers that frameworks have")
            lines += [f"          {name}: {_yaml(place)}" for name, place in self.csrf.items()]
        lines += [f"        # {purpose}: {_one_line(reason)}" for purpose, reason in self.open_.items()]
        return "\n".join(lines) + "\n"


def _yaml(value: Value) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    is_plain = re.fullmatch(r"[A-Za-z$][\w$/.-]*(?: [\w$/.-]+)*", value) and value.lower() not in _WORDS_OF_YAML
    return value if is_plain else json.dumps(value, ensure_ascii=False)


_WORDS_OF_YAML = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def _one_line(text: str) -> str:
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def propose(document: Document) -> Proposal:
    """Guess the lifecycle of a description's tokens."""
    schemes, ending = Schemes.of(document), _ending(document)
    cookies = Cookies.of(document, schemes)
    seen = [
        Seen.of(document, operation, schemes, ending, cookies)
        for operation in operations(document)
        if _may_do(document, operation)
    ]
    open_: dict[str, str] = {}
    tokens_of = {id(one.operation): one.tokens for one in seen}
    login = choose("login", _candidates(judging.login(one) for one in seen), open_, explaining.no_login(seen))
    has_refresh_token = "refreshToken" in tokens_of[id(login.operation)] if login else None
    renewing = _candidates(judging.refresh(one, has_refresh_token=has_refresh_token) for one in seen)
    refresh = choose("refresh", renewing, open_, explaining.no_refresh(seen), login)
    if not login and not refresh:
        return Proposal(open_=open_)
    answers = {
        purpose: tokens_of[id(choice.operation)]
        for purpose, choice in (("login", login), ("refresh", refresh))
        if choice
    }
    tokens, own_tokens = _places(answers)
    places = set(tokens.values())
    carrying = [
        scheme
        for scheme in schemes.by_name.values()
        if scheme.carries_token and (scheme.place != "cookie" or f"$response.cookie.{scheme.key}" in places)
    ]
    signing_out = _candidates(judging.logout(one, carrying) for one in seen)
    logout = choose("logout", signing_out, open_, near=login or refresh)
    if refresh and "refreshToken" not in tokens and judging.REFRESH_TOKEN in str(refresh.send):
        open_["refreshToken"] = "no answer has one, so that it must be given by hand"
        refresh = evolve(refresh, reasons=(*refresh.reasons, "no answer that is described has a refresh token"))
    chosen = {"login": login, "refresh": refresh, "logout": logout}
    csrf, own_csrf = cookies.forgery(tokens)
    found = {purpose: choice for purpose, choice in chosen.items() if choice}
    return Proposal(found, tokens, open_, own_tokens, csrf, own_csrf if refresh else {})


def _candidates(judged: Iterator[Candidate | None]) -> list[Candidate]:
    return [candidate for candidate in judged if candidate is not None]


def _may_do(document: Document, operation: DescribedOperation) -> bool:
    """Whether an operation is worth a look: it is named like one of the three, or takes a password."""
    if "{" in operation.path:
        return False
    if path_and_words(operation)[1] & (names.LOGIN | names.REFRESH | names.LOGOUT | names.REVOKE):
        return True
    fields = properties(document, body_of(document, operation)[0]) if operation.method == "POST" else ()
    return any(plain(name) in names.PASSWORDS for name in fields)


def _ending(document: Document) -> frozenset[str]:
    """Return the names of the operations that renew or sign out, by their words."""
    return frozenset(
        operation.name
        for operation in operations(document)
        if path_and_words(operation)[1] & (names.REFRESH | names.LOGOUT | names.REVOKE)
    )


def _places(answers: Mapping[str, Mapping[str, str]]) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Return where all answers hold what; and what a refresh has elsewhere than a login.

    What only one of them has, such as a refresh token that is given once, is looked for in both.
    """
    first, *others = answers.values()
    if any(first.get(name, place) != place for other in others for name, place in other.items()):
        return dict(first), {"refresh": dict(answers["refresh"])}
    tokens = dict(first)
    for other in others:
        tokens |= {name: place for name, place in other.items() if not _says_expiry(name, tokens)}
    return tokens, {}


def _says_expiry(name: str, tokens: Mapping[str, str]) -> bool:
    return name.startswith("expires") and any(known.startswith("expires") for known in tokens)
