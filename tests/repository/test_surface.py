"""The public names of the hand-written layer are on record, for reviews to see when they change."""

from afresh_toolkit.comparing import custom
from places import ROOT

CUSTOM = ROOT / "custom"


def test_the_public_names_of_the_layer_are_written_down() -> None:
    now = custom.surface(custom.load(CUSTOM))
    message = "the public names of custom/ have changed: scripts/diff --record writes them down"
    assert (CUSTOM / custom.FILE_NAME).read_text(encoding="utf-8") == now, message
