"""How a command was called."""

from pathlib import Path

from attrs import define

from afresh_toolkit.checkout import Checkout


@define(frozen=True)
class Invocation:
    """The name that messages begin with, and the folder from which the repository is looked for."""

    name: str
    folder: Path

    @property
    def checkout(self) -> Checkout:
        """The repository to work on; raises CheckoutError where there is none."""
        return Checkout.around(self.folder)
