"""Signing a checkpoint with a key in a file, as several commands do. Prints nothing."""

from pathlib import Path
from typing import Annotated

import typer

from chronology import Chronology
from chronology.commands.files import read_key
from chronology.transparency.notes import sign_note

SignKey = Annotated[Path | None, typer.Option("--sign", metavar="KEYFILE", help="Sign with this secret key.")]


def checkpoint_of(chron: Chronology, key: Path | None) -> bytes:
    """Return the head of a log as it stands in a file, signed if there is a key."""
    text = chron.proofs.checkpoint().text()
    return text.encode() if key is None else sign_note(text, read_key(key))
