"""Letting a person fill in a form in an editor of their own. Keeps the text until it was taken."""

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from chronology import Chronology, Event
from chronology.commands.record import forms
from chronology.commands.record.forms import Form
from chronology.commands.screen import output
from chronology.errors import ChronologyError, InvalidEventError, StoreError
from chronology.events.json_values import thaw

_FALLBACKS: Final = ("editor", "nano", "vi")


@contextmanager
def edited(
    chron: Chronology, begun: Event, *, path: Path | None, full_id: Callable[[str], str], keep: bool
) -> Iterator[Event]:
    """Open an editor and yield the event that was filled in; what the block refuses keeps the text, and says where.

    Args:
        chron: the store whose types the form follows.
        begun: what is known of the event already.
        path: a form that was begun before; it says everything.
        full_id: gives the id of an event that a person names.
        keep: leave the file though its text was taken.

    Raises:
        ChronologyError: nothing was filled in, the editor cannot be run, or the text is not a form.
    """
    is_ours, before = path is None, ""
    if path is None:
        before = forms.render(chron.vocabulary.newest(begun.type), _known(begun))
        path = _new_file(before)
    try:
        _run(path)
        text = _read(path)
        if text == before or not _without_remarks(text):
            before = text
            raise ChronologyError("nothing was filled in, so nothing was appended")
        yield _event(chron, forms.parse(text), begun, full_id)
    except ChronologyError as exc:
        if is_ours and path.exists() and path.read_bytes() == before.encode():
            path.unlink()
        if path.exists():
            exc.hint = "; ".join(filter(None, (exc.hint, _to_go_on(path))))
        raise
    if is_ours and not keep:
        path.unlink(missing_ok=True)
    else:
        output.say(f"note: the form is still in {path}")


def _to_go_on(path: Path) -> str:
    return f"your text is in {path}: `chronology append --edit --from {shlex.quote(str(path))}` goes on"


def _known(event: Event) -> dict[str, str]:
    """Return what is known of an event as the texts of a form."""
    pairs = (
        ("type", event.type),
        ("subject", event.subject),
        ("on", event.valid),
        ("stance", event.stance if event.stance != "affirms" else None),
        *((name, getattr(event, name)) for name in _AS_NAMED),
    )
    return forms.filled_in(pairs, thaw(event.data))


_AS_NAMED: Final = ("source", "said_by", "stated", "grade", "quote", "locator", "note", "disputes", "replaces")
"""The fields of a form that are called what they are called in an event."""


def _event(chron: Chronology, form: Form, begun: Event, full_id: Callable[[str], str]) -> Event:
    fields = form.fields
    if "type" not in fields:
        raise InvalidEventError(["type: is missing"], hint="`chronology types` lists the types")
    replaces = fields.get("replaces")
    # What is wrong with a stance is reported with everything else that is.
    stance: Any = fields.get("stance", "affirms")
    return Event(
        type=fields["type"],
        subject=fields.get("subject", ""),
        valid=fields.get("on"),
        stance=stance,
        data=forms.payload(chron.vocabulary.newest(fields["type"]), form.data),
        said_by=form.lines("said_by"),
        disputes=[full_id(name) for name in form.lines("disputes")],
        replaces=full_id(replaces) if replaces else None,
        source=fields.get("source"),
        stated=fields.get("stated"),
        grade=fields.get("grade"),
        quote=fields.get("quote"),
        locator=fields.get("locator"),
        note=fields.get("note"),
        id=begun.id,
        recorded_by=begun.recorded_by,
    )


def _new_file(text: str) -> Path:
    descriptor, name = tempfile.mkstemp(prefix="chronology-", suffix=".txt")
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return Path(name)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as exc:
        raise StoreError(f"{path} cannot be read: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise ChronologyError(f"{path} is not UTF-8", hint="save it as UTF-8") from exc


def _without_remarks(text: str) -> str:
    return "".join(line for line in text.splitlines() if not line.startswith("#")).strip()


def _run(path: Path) -> None:
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or next(filter(shutil.which, _FALLBACKS), "")
    if not command:
        raise ChronologyError("there is no editor", hint="set EDITOR, as in EDITOR=nano")
    try:
        # The command is the user's own, as with any program that opens an editor; no shell reads it.
        ended = subprocess.run([*shlex.split(command), str(path)], check=False)  # noqa: S603
    except (OSError, ValueError) as exc:
        raise ChronologyError(f"the editor {command!r} cannot be run", hint="set EDITOR, as in EDITOR=nano") from exc
    if ended.returncode:
        raise ChronologyError(f"the editor {command!r} ended with {ended.returncode}, so nothing was appended")
