"""What a description is changed by before the generator reads it, and how often that was needed.

A rule changes what openapi-python-client sees, never what goes over the wire: that is taken from the description.
"""

from collections.abc import Mapping
from operator import attrgetter

from attrs import define, field

from afresh_toolkit.generator.pointers import Pointer


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
    """The places at which each rule was applied, and what else there is to say about some of them."""

    places: dict[Rule, list[Pointer]] = field(factory=dict)
    details: dict[tuple[Rule, Pointer], str] = field(factory=dict)

    def note(self, rule: Rule, pointer: Pointer, detail: str = "") -> None:
        """Note that a rule was applied."""
        self.places.setdefault(rule, []).append(pointer)
        if detail:
            said = self.details.get((rule, pointer))
            self.details[rule, pointer] = f"{said}, and {detail}" if said else detail

    def by_name(self) -> Mapping[Rule, list[Pointer]]:
        """Return the places by rule, in the order of the rules' names."""
        return {rule: self.places[rule] for rule in sorted(self.places, key=attrgetter("name"))}
