"""An operation as it is judged: the words of its path and names, what it takes, and what it answers with."""

from collections.abc import Callable, Collection, Mapping

from attrs import define, field

from afresh_toolkit.generator.extensions.runtime_expressions import schemas_at
from afresh_toolkit.generator.guessing import names
from afresh_toolkit.generator.guessing.cookies import Cookies
from afresh_toolkit.generator.guessing.fields import (
    Sent,
    answers_are_described,
    body_of,
    fields_sent,
    one_text_each,
    tokens_of,
)
from afresh_toolkit.generator.guessing.names import words_of
from afresh_toolkit.generator.guessing.security import Scheme, Schemes
from afresh_toolkit.generator.reading.description import DescribedOperation, mapping
from afresh_toolkit.generator.reading.document import Document


@define(frozen=True)
class Seen:
    """What is seen of an operation.

    Attributes:
        operation: The operation.
        path_words: The words of the last two segments of its path.
        words: These, and the words of its operationId and summary.
        sends: The fields that it takes, by plain names.
        has_choice: Whether its body is one of several.
        grants: The grant types that it takes, where it says them.
        tokens: Where its answers hold which token.
        is_answer_described: Whether it is said of its 2xx answers what is in them.
        can_succeed: Whether it has an answer of 2xx, or by default.
        is_other: Whether its words say that it does something else than sign in, renew or sign out.
        asked: The security schemes that it asks for and that carry tokens.
        takes_client: Whether it asks for HTTP Basic, by which clients say who they are.
        own_scheme: That of them which no other operation asks for, but for those that renew or sign out.
    """

    operation: DescribedOperation
    path_words: frozenset[str]
    words: frozenset[str]
    sends: Mapping[str, Sent] = field(repr=False)
    has_choice: bool
    grants: frozenset[str]
    tokens: Mapping[str, str]
    is_answer_described: bool
    can_succeed: bool
    is_other: bool
    asked: list[Scheme]
    takes_client: bool
    own_scheme: Scheme | None

    @classmethod
    def of(
        cls,
        document: Document,
        operation: DescribedOperation,
        schemes: Schemes,
        ending: Collection[str],
        cookies: Cookies,
    ) -> "Seen":
        """Look at an operation; `ending` has the names of those that renew or sign out by their words."""
        sends = fields_sent(document, operation)
        path, every = path_and_words(operation)
        every_scheme = schemes.asked(document, operation)
        asked = [scheme for scheme in every_scheme if scheme.carries_token]
        others = (_other_words(operation), words_of([str(operation.data.get("summary") or "")]))
        is_plain = bool(path & (names.PLAIN_LOGIN | names.REFRESH | names.LOGOUT))
        return cls(
            operation,
            path,
            every,
            sends,
            any(part.keys() & {"oneOf", "anyOf"} for part in schemas_at(document, body_of(document, operation)[0], ())),
            frozenset(one_text_each(sends[names.GRANT].schemas) if names.GRANT in sends else ()),
            cookies.tokens(operation, tokens_of(document, operation)),
            answers_are_described(document, operation),
            any(status[0] in "2d" for status in mapping(operation.data.get("responses"))),
            "{" in operation.path
            or any(map(names.OTHERS.fullmatch, others[0]))
            or (not is_plain and any(map(names.OTHERS.fullmatch, others[1]))),
            asked,
            any(scheme.place == "basic" for scheme in every_scheme),
            next((scheme for scheme in asked if schemes.users[scheme.name] <= set(ending)), None),
        )

    @property
    def access(self) -> str | None:
        """Where its answers hold an access token."""
        return self.tokens.get("accessToken")

    @property
    def needs(self) -> list[str]:
        """The plain names of what it cannot be called without."""
        return [
            name
            for name, sent in self.sends.items()
            if sent.is_required and not (sent.where == "header" and names.FORGERY.search(name))
        ]

    def sent(self, wanted: Collection[str]) -> str | None:
        """Return the place of the first of these fields that it takes; None where it takes none."""
        return next((self.sends[name].place for name in wanted if name in self.sends), None)

    def sent_where(self, is_wanted: Callable[[str], bool]) -> Sent | None:
        """Return the first field with such a plain name that may hold a text; None where there is none."""
        return next((sent for name, sent in self.sends.items() if is_wanted(name) and sent.is_of("string")), None)


def path_and_words(operation: DescribedOperation) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words of an operation's path, and those of its names, too."""
    segments = [segment for segment in operation.path.split("/") if segment and "{" not in segment]
    named = [str(name) for key in ("operationId", "summary") if (name := operation.data.get(key))]
    return words_of(segments[-2:]), words_of([*segments[-2:], *named])


def _other_words(operation: DescribedOperation) -> frozenset[str]:
    segments = [segment for segment in operation.path.split("/") if segment and "{" not in segment]
    return words_of([*segments, str(operation.data.get("operationId") or "")])
