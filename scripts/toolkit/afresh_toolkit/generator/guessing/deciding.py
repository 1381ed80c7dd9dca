"""Decides how tokens live: by the extension, by an OAuth2 scheme together with the operations, or not at all."""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define, evolve, field

from afresh_toolkit.generator.extensions.lifecycle import KEY, compile_content, compile_lifecycle
from afresh_toolkit.generator.extensions.lifecycle_code import TokenCall, TokenFields, TokenLifecycle
from afresh_toolkit.generator.extensions.oauth2 import compile_flows
from afresh_toolkit.generator.guessing.fields import answers_are_described, fields_sent, tokens_of
from afresh_toolkit.generator.guessing.names import is_refresh_token
from afresh_toolkit.generator.guessing.proposal import Proposal, propose
from afresh_toolkit.generator.guessing.security import with_carrier
from afresh_toolkit.generator.problems import Problem
from afresh_toolkit.generator.reading.description import DescribedOperation, operations
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.rules import Applied


@define(frozen=True)
class Decision:
    """How tokens live, and why it is thought so.

    Attributes:
        lifecycle: The lifecycle; None where nothing is known.
        scheme: The OAuth2 scheme that says it, if one does.
        file: The file that says it in the extension, if one does.
        reasons: Why each call was guessed. What is not guessed has none.
        open_: What is not known, and why.
        proposal: What was guessed and is not used, since neither extension nor scheme says that tokens are dealt in.
    """

    lifecycle: TokenLifecycle | None
    scheme: str | None = None
    file: str | None = None
    reasons: Mapping[str, tuple[str, ...]] = field(factory=dict)
    open_: Mapping[str, str] = field(factory=dict)
    proposal: Proposal | None = None


_CODES = frozenset({"code", "devicecode"})
"""What a token endpoint takes from somebody who has signed in elsewhere, by plain names."""


def decide(document: Document, applied: Applied) -> tuple[Decision, list[Problem]]:
    """Decide how tokens live. Where the extension is wrong, the problems say how."""
    decision, problems = _decide(document, applied)
    if decision.lifecycle is None:
        return decision, problems
    lifecycle, scheme = with_carrier(document, decision.lifecycle)
    reasons = {"send": (f"by the security scheme `{scheme}`",)} if scheme else {}
    return evolve(decision, lifecycle=lifecycle, reasons={**decision.reasons, **reasons}), problems


def _decide(document: Document, applied: Applied) -> tuple[Decision, list[Problem]]:
    if KEY in document.content:
        lifecycle, problems = compile_lifecycle(document)
        return Decision(lifecycle, file=document.place((KEY,)).rpartition(":")[0] or str(document.path)), problems
    flows = compile_flows(document, applied)
    proposal = usable(document, propose(document))
    if flows is None:
        return Decision(None, open_=proposal.open_, proposal=proposal), []
    return _Combining(document, *flows, proposal).decide(), []


def usable(document: Document, proposal: Proposal) -> Proposal:
    """Return a proposal, or an empty one where it does not fit the description after all."""
    if not proposal.is_any:
        return proposal
    _, problems = compile_content(document, proposal.content())
    if not problems:
        return proposal
    why = "; ".join(problem.message for problem in problems)
    found = {purpose: f"{one.operation.name} looks like it, but {why}" for purpose, one in proposal.choices.items()}
    return Proposal(open_={**proposal.open_, **found})


@define
class _Combining:
    """Combines an OAuth2 scheme with what the operations look like."""

    document: Document
    scheme: str
    flows: TokenLifecycle
    proposal: Proposal
    reasons: dict[str, tuple[str, ...]] = field(factory=dict)
    open_: dict[str, str] = field(factory=dict)

    def decide(self) -> Decision:
        compiled = self.compiled()
        login, tokens = self.login(compiled)
        is_others = login is not self.flows.login
        refresh = self.refresh(compiled, login, is_others=is_others)
        if compiled and refresh is compiled.refresh and refresh and compiled.tokens.access_token != tokens.access_token:
            refresh = evolve(refresh, tokens=refresh.tokens or compiled.tokens)
        logout = compiled.logout if compiled else None
        if logout:
            self.reasons["logout"] = self.proposal.choices["logout"].reasons
        elif not self.flows.logout:
            self.open_["logout"] = self.proposal.open_.get("logout", "no operation looks like it")
        lifecycle = evolve(self.flows, login=login, refresh=refresh, logout=logout or self.flows.logout, tokens=tokens)
        lifecycle = self.with_authorization(lifecycle, is_others=is_others)
        if login is None and lifecycle.authorization is None and "login" not in self.open_:
            self.open_["login"] = f"the OAuth2 scheme `{self.scheme}` signs in by a browser"
        return Decision(lifecycle, self.scheme, None, self.reasons, self.open_)

    def with_authorization(self, lifecycle: TokenLifecycle, *, is_others: bool) -> TokenLifecycle:
        """Return the lifecycle with where people sign in.

        It is left out if their tokens would be renewed at another place, or if the token URL is an operation that takes
        no code.
        """
        flow = self.flows.authorization
        if flow is None:
            return lifecycle
        token, refresh = flow.token, lifecycle.refresh
        if is_others and lifecycle.login and (refresh is None or refresh.place != token.place):
            both = "if both are wanted, say `authorize` in an x-token-lifecycle"
            self.reasons["login"] = (*self.reasons["login"], both)
            logout = lifecycle.logout if lifecycle.logout is not self.flows.logout else None
            return evolve(lifecycle, authorization=None, metadata_url=None, logout=logout, client="basic")
        operation = self.operation_of(token)
        fields = fields_sent(self.document, operation) if operation else {}
        if operation and fields and not fields.keys() & _CODES:
            self.open_["login"] = (
                f"the OAuth2 scheme `{self.scheme}` signs in by a browser, but {operation.name} takes no code"
            )
            return evolve(lifecycle, authorization=None)
        tokens = self.described(token) or self.flows.tokens
        own = None if tokens == lifecycle.tokens else tokens
        return evolve(lifecycle, authorization=evolve(flow, token=evolve(token, tokens=own)))

    def described(self, call: TokenCall) -> TokenFields | None:
        """Return where the described answers of a token endpoint hold the tokens; None if they are not described."""
        own = self.operation_of(call)
        if own is None or not (found := tokens_of(self.document, own)):
            return None
        content: dict[str, Any] = {"login": {"operation": own.name}, "tokens": found}
        lifecycle, problems = compile_content(self.document, content)
        return None if problems or lifecycle is None else lifecycle.tokens

    def compiled(self) -> TokenLifecycle | None:
        if not self.proposal.is_any:
            return None
        return compile_content(self.document, self.proposal.content())[0]

    def login(self, compiled: TokenLifecycle | None) -> tuple[TokenCall | None, Any]:
        """Return the call that signs in, and where the answers hold the tokens.

        That is the scheme's own, unless its URL is relative, names no operation, and an operation plainly signs in:
        frameworks ask for a token URL, which nobody but their own page of the documentation uses.
        """
        flow, choice = self.flows.login, self.proposal.choices.get("login")
        own = self.operation_of(flow)
        if flow is not None and own is not None and tokens_of(self.document, own):
            described = self.described(flow)
            return flow, self.flows.tokens if described is None else self.both(described, compiled)
        may_replace = self.is_dummy(flow) if flow else compiled is not None and compiled.refresh is not None
        if choice is not None and compiled is not None and may_replace:
            where = f"has the token URL {flow.url!r}, which names no operation" if flow else "signs in by a browser"
            self.reasons["login"] = (*choice.reasons, f"preferred to the OAuth2 scheme `{self.scheme}`, which {where}")
            return compiled.login, compiled.tokens
        return flow, compiled.tokens if compiled and compiled.refresh and flow is None else self.flows.tokens

    def both(self, tokens: Any, compiled: TokenLifecycle | None) -> Any:
        """Complete what the answers of the sign-in hold with what those of the renewal do."""
        if compiled is None or compiled.tokens.access_token != tokens.access_token:
            return tokens
        return evolve(tokens, refresh_token=tokens.refresh_token or compiled.tokens.refresh_token)

    def is_dummy(self, flow: TokenCall) -> bool:
        """Whether a token URL is relative, and names no operation of the description."""
        return self.operation_of(flow) is None and flow.url is not None and "//" not in flow.url

    def operation_of(self, call: TokenCall | None) -> DescribedOperation | None:
        if call is None or call.path is None:
            return None
        every = operations(self.document)
        return next((one for one in every if (one.method, one.path) == (call.method, call.path)), None)

    def refresh(self, compiled: TokenLifecycle | None, login: TokenCall | None, *, is_others: bool) -> TokenCall | None:
        """Return the call that renews tokens: an operation before the token URL, and none where neither does."""
        choice, flow = self.proposal.choices.get("refresh"), self.flows.refresh
        if choice is not None and compiled is not None and compiled.refresh is not None:
            why = list(self.not_by_token_url(flow, login, is_others=is_others))
            token_url = f"preferred to the token URL of the OAuth2 scheme `{self.scheme}`"
            because = f", since {why[0]}" if why else ""
            same = flow is not None and flow.path == choice.operation.path
            self.reasons["refresh"] = (*choice.reasons, *([] if same else [token_url + because]))
            return compiled.refresh
        why = list(self.not_by_token_url(flow, login, is_others=is_others))
        if flow is not None and not why:
            return flow
        seen = self.proposal.open_.get("refresh", "no operation looks like it")
        self.open_["refresh"] = "; ".join([*why, seen])
        return None

    def not_by_token_url(self, flow: TokenCall | None, login: TokenCall | None, *, is_others: bool) -> Iterator[str]:
        """Say why tokens are not renewed at the token URL; nothing where they may be."""
        if flow is None:
            return
        if is_others and login is not None:
            yield f"tokens come from {login.method} {login.path}, and not from there"
        own = self.operation_of(flow)
        if own is None:
            return
        fields = fields_sent(self.document, own)
        if fields and not any(map(is_refresh_token, fields)):
            yield f"{own.name} takes no refresh token"
        answers = tokens_of(self.document, own)
        if answers_are_described(self.document, own) and "refreshToken" not in answers:
            yield f"{own.name} answers with no refresh token"


def lifecycle_of(document: Document, applied: Applied) -> tuple[TokenLifecycle | None, list[Problem]]:
    """Return the lifecycle alone, and what is wrong with the extension."""
    decision, problems = decide(document, applied)
    return decision.lifecycle, problems
