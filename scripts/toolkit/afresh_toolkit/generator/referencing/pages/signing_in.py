"""The page on signing in: how it is done, what renews the tokens, and which operations need what."""

from collections import defaultdict
from collections.abc import Iterator

from attrs import define

from afresh_toolkit.generator.extensions.lifecycle_code import TokenCall, TokenLifecycle
from afresh_toolkit.generator.referencing.calls import example_call
from afresh_toolkit.generator.referencing.environment import table_of_keys, table_of_variables
from afresh_toolkit.generator.referencing.links import SIGNING_IN, Links
from afresh_toolkit.generator.referencing.markdown import blocks, code, fenced, table
from afresh_toolkit.generator.referencing.subject import Subject
from afresh_toolkit.generator.referencing.values.code import Brackets, flat, lines
from afresh_toolkit.generator.writing.servers import example_url

_FEW = 12
_PERSONS = {
    "authorization_code": ("in a browser", "AuthorizationCodeGrant"),
    "device_code": ("on another device", "DeviceCodeGrant"),
}


@define(frozen=True)
class SigningInPage:
    """Writes the page on signing in."""

    subject: Subject
    links: Links

    def write(self) -> str:
        """Write the page."""
        lifecycle, layer = self.subject.lifecycle, self.subject.layer
        return blocks(
            "# Signing in",
            "The client keeps the tokens, sends them, and renews them when they expire.",
            *(self._lifecycle(lifecycle) if lifecycle else self._by_hand()),
            "## Keys" if self.subject.security.keys else "",
            table_of_keys(self.subject.security),
            "## What operations need",
            self._needs(),
            "## The environment",
            "`Client.from_env()` takes all settings from the environment.",
            table_of_variables(f"{layer.upper()}_", lifecycle, self.subject.security),
        )

    def _by_hand(self) -> Iterator[str]:
        if self.subject.security.is_of_keys:
            yield "The API takes keys, and no tokens."
            return
        yield "The description does not say how one signs in. A token is given by hand, and is not renewed."
        yield self._python(['tokens=Tokens("…")'], ["print(api.tokens)"], ["Tokens"])

    def _lifecycle(self, lifecycle: TokenLifecycle) -> Iterator[str]:
        if lifecycle.login:
            yield "## With credentials"
            yield from self._login(lifecycle.login)
        if lifecycle.authorization:
            ways = [_PERSONS[grant] for grant in lifecycle.authorization.token.grants]
            yield "## People"
            yield f"People sign in {' or '.join(way for way, _ in ways)}."
            for _, grant in ways:
                yield self._python(['client_id="…"'], [f"api.login({grant}())"], [grant])
            yield fenced("console", f"$ {self.subject.layer} login")
            if lifecycle.authorization.scopes:
                yield f"Scopes: {', '.join(map(code, lifecycle.authorization.scopes))}."
        yield "## How tokens live"
        rows = [
            ("signs in", lifecycle.login),
            ("renews the tokens", lifecycle.refresh),
            ("signs out", lifecycle.logout),
        ]
        yield table(("call", "what it does"), [(self._call(call), does) for does, call in rows if call])
        if lifecycle.carrier:
            yield f"Requests have the token in the {lifecycle.carrier.where} `{lifecycle.carrier.path[0]}`."
        if not lifecycle.refresh and not lifecycle.authorization:
            yield "Nothing renews tokens: when the access token expires, somebody has to sign in again."

    def _call(self, call: TokenCall) -> str:
        key = f"{call.method} {call.path}"
        link = f" ({self.links.operation(key, SIGNING_IN)})" if key in self.subject.method_of else ""
        return f"{code(call.name)}{link}"

    def _login(self, login: TokenCall) -> Iterator[str]:
        if login.credentials:
            yield f"It takes {', '.join(code(one.key) for one in login.credentials)}."
        found = self.subject.method_of.get(f"{login.method} {login.path}")
        call = example_call(self.subject, *found) if found else None
        if call and call.body:
            from_models = [f"from {self.subject.package}.models import {name}" for name in sorted(call.models)]
            body = Brackets("api.login(", (("", call.body.code),), ")")
            own = sorted(one for one in call.imports if self.subject.package not in one)
            others = sorted(call.imports - set(own))
            yield self._python([], [*lines("", body)], [], before=own, after=[*from_models, *others])
        yield "The console asks for what the environment lacks:"
        yield fenced("console", f"$ {self.subject.layer} login")

    def _python(
        self,
        options: list[str],
        inner: list[str],
        imported: list[str],
        before: list[str] | None = None,
        after: list[str] | None = None,
    ) -> str:
        names = ", ".join(sorted(["Client", *imported]))
        made = flat(
            Brackets("Client(", tuple(("", one) for one in (f'"{example_url(self.subject.document)}"', *options)), ")")
        )
        code_ = [
            *(before or []),
            *([""] if before else []),
            f"from {self.subject.layer} import {names}",
            *(after or []),
            "",
            f"with {made} as api:",
            *(f"    {line}" for line in inner),
        ]
        return fenced("python", "\n".join(code_))

    def _needs(self) -> str:
        found: dict[str, list[str]] = defaultdict(list)
        for key, (_, method) in self.subject.method_of.items():
            needs = " or ".join(one if one == "a token" else code(one) for one in self.subject.needs(method))
            optional = "nothing; a token is sent where there is one"
            found[needs or (optional if method.operation.security is None else "nothing")].append(key)
        rows = []
        for needs, keys in sorted(found.items()):
            shown = [self.links.operation(key, SIGNING_IN) for key in keys[:_FEW]]
            more = f" and {len(keys) - _FEW} others" if len(keys) > _FEW else ""
            rows.append((needs, ", ".join(shown) + more))
        return table(("needs", "operations"), rows)
