"""Compares two public surfaces of the generated package.

What breaks is what the field calls so: what is gone or has another name; an argument that is newly required; a type
that is narrower where users give it, or wider where they get it. What a type is used for is told by the operations of
the surface before, since nobody uses any others yet.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator

from attrs import define, field

from afresh_toolkit.comparing.absent import renewed
from afresh_toolkit.comparing.changes import Change, Kind
from afresh_toolkit.comparing.signatures import Argument, arguments, given, got, listed, new
from afresh_toolkit.comparing.surface import Operation, Surface
from afresh_toolkit.comparing.types import Relation, expanded, missing, names, relation, without
from afresh_toolkit.comparing.versions import kind_of

_UNDESCRIBED = "**"
_ANYTHING = Argument("Any", None)  # what the values are of which nothing is said
_CREDENTIAL = "login."
_CLIENT = {"none": [], **{key: ["client_id", "client_secret"] for key in ("basic", "form", "metadata")}}
_CALLS = {"login": "signs in", "refresh": "renews tokens", "logout": "signs out"}


@define(frozen=True)
class _Uses:
    """The models, enums and aliases that users give, and those that they get; one that no operation has is both."""

    given: set[str]
    got: set[str]

    @classmethod
    def of(cls, surface: Surface) -> "_Uses":
        operations = surface.operations.values()
        taken = [argument.type for operation in operations for argument in operation.arguments.values()]
        answers = [text for operation in operations for text in (operation.returns, operation.errors)]
        answers += [webhook.payload for webhook in surface.webhooks.values()]
        given_, got_ = _reached(surface, taken), _reached(surface, answers)
        others = {*surface.models, *surface.enums, *surface.aliases} - given_ - got_
        return cls(given_ | others, got_ | others)


def _reached(surface: Surface, types: list[str]) -> set[str]:
    """Return the names that types name, and what the models and aliases among them name in turn."""
    found: set[str] = set()
    waiting = deque(types)
    while waiting:
        for name in names(waiting.popleft()) - found:
            found.add(name)
            waiting.extend(attribute.type for attribute in surface.models.get(name, {}).values())
            waiting.extend(surface.aliases.get(name, ()))
    return found


@define(frozen=True)
class Comparison:
    """The surfaces before and after; `renewals` is what a newer toolkit has changed in all of one kind."""

    before: Surface
    after: Surface
    renewals: list[Change]
    _uses: _Uses = field(init=False)

    @_uses.default
    def _find_uses(self) -> _Uses:
        return _Uses.of(self.before)

    @classmethod
    def of(cls, before: Surface, after: Surface) -> "Comparison":
        """Compare a surface, which may be that of a former toolkit, with a later one."""
        found = renewed(before, after)
        return cls(found.surface, after, found.changes())

    def changes(self) -> Iterator[Change]:
        """Go through all that differs for users."""
        yield from self.renewals
        yield from self._operations()
        yield from self._models()
        yield from self._enums()
        yield from self._aliases()
        yield from self._webhooks()
        yield from self._lifecycle()
        yield from self._keys()

    def _relate(self, before: str, after: str) -> Relation:
        if before == after:  # what is new in an alias is said of the alias
            return Relation.SAME
        old, new_ = expanded(before, self.before.aliases), expanded(after, self.after.aliases)
        return relation(old, new_, self.before.enums, self.after.enums)

    def _operations(self) -> Iterator[Change]:
        before, after = self.before.operations, self.after.operations
        # A request may have two methods: what answers as a whole or as a stream.
        renamed: dict[str, list[str]] = {}
        for name, operation in after.items():
            if name not in before:
                renamed.setdefault(operation.request, []).append(name)
        asked_for = {operation.request for operation in after.values()}
        for name, operation in before.items():
            if name in after:
                is_another = operation.request != after[name].request
                called = renamed[operation.request].pop(0) if is_another and renamed.get(operation.request) else None
                is_moved = operation.request in asked_for
                yield from self._operation(name, operation, after[name], is_moved=is_moved, called=called)
            elif renamed.get(operation.request):
                yield Change(Kind.BREAKING, name, f"is called `{renamed[operation.request].pop(0)}` now")
            elif operation.request in asked_for:
                yield Change(Kind.BREAKING, name, "is gone")
            else:
                yield Change(Kind.BREAKING, name, f"is gone, and with it {operation.request}")
        for request, added in renamed.items():
            yield from (Change(Kind.ADDITION, name, f"is new: {request}") for name in added)

    def _operation(
        self, name: str, before: Operation, after: Operation, *, is_moved: bool, called: str | None
    ) -> Iterator[Change]:
        """Compare what a name stands for.

        `is_moved` is whether what it asked for is still there, by any name, and `called` the name if it is a new one.
        """
        if before.request != after.request:
            kind = Kind.BREAKING if is_moved else Kind.FIX  # another operation, or another path of the same
            where = f", which is called `{called}` now" if called else ""
            yield Change(kind, name, f"asks for {after.request}, in place of {before.request}{where}")
        if before.function != after.function:
            said = f"has its functions in `api.{after.function}` now, and not in `api.{before.function}`"
            yield Change(Kind.BREAKING, name, said)
        yield from _needs(name, before.needs, after.needs)
        yield from arguments(name, before.arguments, after.arguments, self._relate)
        if before.returns == "None" != after.returns:  # with which nobody does anything
            yield Change(Kind.ADDITION, f"{name}()", f"is `{after.returns}` now, and was nothing")
        else:
            yield from got(f"{name}()", before.returns, after.returns, self._relate)
        yield from self._errors(name, before.errors, after.errors)

    def _errors(self, name: str, before: str, after: str) -> Iterator[Change]:
        """Compare what errors hold: any status may come without having been described, but what was must stay."""
        if before == after:
            return
        old, new_ = (without(text, "None") or "None" for text in (before, after))
        match self._relate(old, new_):
            case Relation.SAME:
                pass
            case Relation.WIDER:
                yield Change(Kind.ADDITION, name, f"describes its errors as `{new_}` now, more than `{old}`")
            case _ if old == "None":
                yield Change(Kind.ADDITION, name, f"describes its errors now, as `{new_}`")
            case _:
                yield Change(Kind.BREAKING, name, f"describes its errors as `{new_}` now, and not as `{old}`")

    def _models(self) -> Iterator[Change]:
        before, after = self.before.models, self.after.models
        for name, attributes in before.items():
            if name not in after:
                yield self._gone(name)
                continue
            for key, attribute in attributes.items():
                yield from self._attribute(name, key, attribute, after[name].get(key))
            for key, attribute in after[name].items():
                if key == _UNDESCRIBED and key not in attributes:
                    yield from self._attribute(name, key, _ANYTHING, attribute)
                elif key not in attributes:
                    yield new(f"{name}.{key}", attribute, is_given=name in self._uses.given)
        yield from self._new(after.keys() - before.keys())

    def _attribute(self, model: str, key: str, before: Argument, after: Argument | None) -> Iterator[Change]:
        subject = _attribute(model, key)
        if after is None and key == _UNDESCRIBED:
            after = _ANYTHING
        if after is None:
            yield Change(Kind.BREAKING, subject, "is gone")
            return
        as_given = list(given(subject, before, after, self._relate)) if model in self._uses.given else []
        as_got = list(got(subject, before.type, after.type, self._relate)) if model in self._uses.got else []
        # Of the two, what weighs more is said alone.
        yield from as_given if kind_of(as_given) >= kind_of(as_got) and as_given else as_got

    def _enums(self) -> Iterator[Change]:
        before, after = self.before.enums, self.after.enums
        for name, values in before.items():
            if name not in after:
                yield self._gone(name)
                continue
            for value in values:
                if value not in after[name]:
                    yield Change(Kind.BREAKING, name, f"has `{value}` no longer")
            for value in after[name]:
                if value not in values:
                    is_got = name in self._uses.got
                    said = f"may be `{value}` in answers, too" if is_got else f"takes `{value}`, too"
                    yield Change(Kind.BREAKING if is_got else Kind.ADDITION, name, said)
        yield from self._new(after.keys() - before.keys())

    def _aliases(self) -> Iterator[Change]:
        before, after = self.before.aliases, self.after.aliases
        for name, members in before.items():
            if name not in after:
                yield self._gone(name)
                continue
            old = expanded(" | ".join(members), before)
            new_ = expanded(" | ".join(after[name]), after)
            is_given, is_got = name in self._uses.given, name in self._uses.got
            for member in missing(old, new_, self.before.enums, self.after.enums):
                said = f"takes `{member}` no longer" if is_given else f"is never `{member}` any more"
                yield Change(Kind.BREAKING if is_given else Kind.ADDITION, name, said)
            for member in missing(new_, old, self.after.enums, self.before.enums):
                said = f"may be `{member}` in answers, too" if is_got else f"takes `{member}`, too"
                yield Change(Kind.BREAKING if is_got else Kind.ADDITION, name, said)
        yield from self._new(after.keys() - before.keys())

    def _gone(self, name: str) -> Change:
        """Say of a name in `models` that it is gone, or what it is the name of now."""
        found = (kind for kind, names_ in _kinds(self.after).items() if name in names_)
        return Change(Kind.BREAKING, name, next((f"is {kind} now" for kind in found), "is gone"))

    def _new(self, added: Iterable[str]) -> Iterator[Change]:
        before = {name for names_ in _kinds(self.before).values() for name in names_}
        yield from (Change(Kind.ADDITION, name, "is new") for name in added if name not in before)

    def _webhooks(self) -> Iterator[Change]:
        before, after = self.before.webhooks, self.after.webhooks
        for name, webhook in before.items():
            subject, now = f"webhooks.{name}", after.get(name)
            if now is None:
                yield Change(Kind.BREAKING, subject, "is gone")
                continue
            if webhook.called != now.called:
                yield Change(Kind.BREAKING, subject, f"is for `{now.called}` now, in place of `{webhook.called}`")
            if webhook.signed != now.signed:
                old, new_ = (one.signed or "nothing that is known" for one in (webhook, now))
                yield Change(Kind.BREAKING, subject, f"is signed by {new_} now, in place of {old}")
            yield from got(f"{subject}.parse()", webhook.payload, now.payload, self._relate)
        yield from (Change(Kind.ADDITION, f"webhooks.{name}", "is new") for name in after if name not in before)

    def _keys(self) -> Iterator[Change]:
        before, after = self.before.keys, self.after.keys
        for name, kind in before.items():
            if name not in after:
                yield Change(Kind.BREAKING, "keys", f"has no `{name}` any more")
            elif kind != after[name]:
                yield Change(Kind.BREAKING, "keys", f"has `{name}` as {after[name]} now, and not as {kind}")
        yield from (Change(Kind.ADDITION, "keys", f"has `{name}`") for name in after.keys() - before.keys())

    def _lifecycle(self) -> Iterator[Change]:
        before, after = self.before.lifecycle, self.after.lifecycle
        for call, does in _CALLS.items():
            match before.get(call), after.get(call):
                case str(old), None:
                    yield Change(Kind.BREAKING, call, f"is gone: {old} {does} no longer")
                case None, str(new):
                    yield Change(Kind.ADDITION, call, f"is new: {new} {does}")
                case str(old), str(new) if old != new:
                    yield Change(Kind.FIX, call, f"asks for {new}, in place of {old}")
                case _:
                    pass
        if "login" in before and "login" in after:
            yield from _credentials(before, after)
        old, new = (lifecycle.get("sends", "header Authorization") for lifecycle in (before, after))
        if before and after and old != new:
            yield Change(Kind.FIX, "requests", f"have the token in the {new}, in place of the {old}")
        yield from _grants("authorize", before, after)
        kept = [call for call in _CALLS if call in before and call in after]
        if kept:
            yield from _client(kept[0], before, after)


def _kinds(surface: Surface) -> dict[str, Collection[str]]:
    """Return the names in `models`, by what they are the names of."""
    return {"a class": surface.models, "an enum": surface.enums, "a union": surface.aliases}


def _needs(name: str, before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Change]:
    """Compare what an operation must be called with."""
    now = " or ".join(one if one == "a token" else f"`{one}`" for one in after)
    if before and not after:
        yield Change(Kind.ADDITION, name, f"needs no {'token' if before == ('a token',) else 'key'} any more")
    elif not set(before) <= set(after) or (after and not before):
        yield Change(Kind.BREAKING, name, f"needs {now} now")
    elif set(before) < set(after):
        yield Change(Kind.ADDITION, name, f"may be called with {now} now")


def _credentials(before: dict[str, str], after: dict[str, str]) -> Iterator[Change]:
    old, new = (
        [key.removeprefix(_CREDENTIAL) for key in lifecycle if key.startswith(_CREDENTIAL)]
        for lifecycle in (before, after)
    )
    if old != new:
        yield Change(Kind.BREAKING, "login", f"asks for {listed(new)} now, in place of {listed(old)}")
    yield from _grants("grants", before, after)


def _grants(key: str, before: dict[str, str], after: dict[str, str]) -> Iterator[Change]:
    grants, now = before.get(key, "").split(), after.get(key, "").split()
    yield from (Change(Kind.BREAKING, "login", f"has the grant `{one}` no longer") for one in grants if one not in now)
    yield from (Change(Kind.ADDITION, "login", f"has the grant `{one}`, too") for one in now if one not in grants)


def _client(call: str, before: dict[str, str], after: dict[str, str]) -> Iterator[Change]:
    old, new = (_CLIENT.get(said := lifecycle.get("client", "none"), said.split()) for lifecycle in (before, after))
    if more := [one for one in new if one not in old]:
        yield Change(Kind.BREAKING, call, f"wants to know the client now: {listed(more)}")
    elif less := [one for one in old if one not in new]:
        yield Change(Kind.ADDITION, call, f"need not know the client any more: {listed(less)}")


def _attribute(model: str, key: str) -> str:
    return f"{model}.additional_properties" if key == _UNDESCRIBED else f"{model}.{key}"
