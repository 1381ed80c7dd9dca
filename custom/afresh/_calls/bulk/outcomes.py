"""What comes of the items of a bulk, for threads and for tasks."""

from __future__ import annotations

from collections.abc import Sized
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from afresh._calls.transfers import Progress

ItemT = TypeVar("ItemT")
T = TypeVar("T")


@frozen(eq=False)
class Outcome(Generic[ItemT, T]):
    """What came of one item of a bulk.

    Attributes:
        item: The item, as `items` gave it.
        error: What the call raised; None if it succeeded.
    """

    item: ItemT
    _value: T | None = None
    error: Exception | None = None

    @property
    def value(self) -> T:
        """What the call returned.

        Raises:
            Exception: `error`, if the call failed.
        """
        if self.error is not None:
            raise self.error
        return self._value  # type: ignore[return-value] # the call returned it


@frozen(eq=False)
class Bulk:
    """What to call, with what, and how: see `bulk`."""

    method: Callable[[Any], Any]
    items: Any
    at_once: int
    ordered: bool
    returns_errors: bool
    progress: Progress | None

    @property
    def total(self) -> int | None:
        """The number of items; None if it is not known before they were read."""
        return len(self.items) if isinstance(self.items, Sized) else None


class Delivery:
    """Turns what came of calls into what the caller gets, and reports the progress."""

    def __init__(self, bulk: Bulk) -> None:
        self._bulk = bulk
        self._total: Final = bulk.total
        self._done = 0

    def deliver(self, number: int, item: Any, value: Any, error: BaseException | None) -> Any:
        """Return what the caller gets for an item.

        Raises:
            BaseException: The error of the call, unless errors are returned.
        """
        if error is not None and not (self._bulk.returns_errors and isinstance(error, Exception)):
            error.add_note(f"It is the error of item {number} of the bulk, counted from 0.")
            raise error
        self._done += 1
        if self._bulk.progress is not None:
            self._bulk.progress(self._done, self._total)
        return Outcome(item, value, error) if self._bulk.returns_errors else value
