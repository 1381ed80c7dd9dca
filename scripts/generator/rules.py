"""What a description is changed by before the generator reads it, and how often that was needed.

A rule changes what openapi-python-client sees, never what goes over the wire: that is taken from the description.
"""

from collections.abc import Mapping
from operator import attrgetter

from attrs import define, field

from generator.pointers import Pointer


@define(frozen=True)
class Rule:
    """A change with a name, and the reason for it.

    `is_warning` is for what is wrong in a description, and makes a type poorer than its author may have meant.
    """

    name: str
    reason: str
    is_warning: bool = False


@define
class Applied:
    """The places at which each rule was applied, and what is to be said of some of them besides the rule's reason."""

    places: dict[Rule, list[Pointer]] = field(factory=dict)
    words: dict[tuple[Rule, Pointer], str] = field(factory=dict)

    def note(self, rule: Rule, pointer: Pointer, words: str = "") -> None:
        """Note that a rule was applied."""
        self.places.setdefault(rule, []).append(pointer)
        if words:
            self.words[rule, pointer] = words

    def by_name(self) -> Mapping[Rule, list[Pointer]]:
        """Return the places by rule, in the order of the rules' names."""
        return {rule: self.places[rule] for rule in sorted(self.places, key=attrgetter("name"))}
