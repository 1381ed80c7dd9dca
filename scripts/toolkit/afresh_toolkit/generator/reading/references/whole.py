"""Reads a description whole: with its overlays, and with what it names in other files."""

import os
from hashlib import sha256
from pathlib import Path

from afresh_toolkit.generator.reading.depth import deep
from afresh_toolkit.generator.reading.description import check_path_items, check_version, is_swagger, leave_out, settle
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.reading.inputs import Inputs
from afresh_toolkit.generator.reading.other_paths import join_paths
from afresh_toolkit.generator.reading.references.bundling import bundle
from afresh_toolkit.generator.reading.source import Source
from afresh_toolkit.generator.reading.swagger.sections import move_sections
from afresh_toolkit.generator.reading.swagger.upgrade import upgrade
from afresh_toolkit.generator.rules import Applied


@deep()
def read_description(inputs: Inputs, applied: Applied) -> tuple[Document, dict[str, str]]:
    """Read the description whole: overlays are in it, and what it names in other files, whose hashes come with it."""
    document = Document.read(inputs.description)
    if inputs.overlays:
        from afresh_toolkit.generator.reading.overlay import apply_overlay  # noqa: PLC0415  (its library takes long)

        for overlay in inputs.overlays:
            apply_overlay(document, Source.read(overlay))
    check_version(document)
    join_paths(document, applied)
    folders = [*(overlay.parent for overlay in inputs.overlays), *inputs.references]
    defaults = move_sections(document, applied) if is_swagger(document.content) else None
    others = bundle(document, applied, folders)
    if defaults:
        upgrade(document, defaults, applied)
    check_path_items(document)
    leave_out(document, inputs.leave_out)
    settle(document)
    folder = inputs.description.parent
    return document, {
        Path(os.path.relpath(other.path, folder)).as_posix(): sha256(other.data).hexdigest() for other in others
    }
