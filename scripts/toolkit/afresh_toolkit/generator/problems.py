"""What can be wrong with a description, said so that its author can mend it."""

from collections.abc import Iterable

from attrs import define


@define(frozen=True)
class Problem:
    """One thing that is wrong.

    `place` is the file and, where known, the line (`openapi.yaml:12`); None where the problem is in no file.
    """

    message: str
    place: str | None = None

    def __str__(self) -> str:
        return self.message if self.place is None else f"{self.place}: {self.message}"


class GenerationError(Exception):
    """Generation cannot go on; `problems` holds every reason that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
