"""Forms: an event as a text that a person fills in, in an editor of their own. Keeps the text until it was taken.

A line is `name: text`, and indented lines below it continue the text. A line that begins with # is a remark. A field
without text is absent. What stands in a text is never taken for anything else: no quotation marks, no escapes.
"""

import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from chronology import Chronology, Event
from chronology.commands.screen import output
from chronology.commands.screen.display import escape
from chronology.errors import CanonicalError, ChronologyError, InvalidEventError, StoreError, did_you_mean, nearest
from chronology.events import canonical
from chronology.events.json_values import Json, thaw
from chronology.vocabulary.event_types import EventType

_FIELD: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*:(.*)", re.DOTALL)
_DATA: Final = "data."
_INDENT: Final = "    "

FIELDS: Final = {
    "type": "What happened; `chronology types` lists the types.",
    "subject": "What it is about, as kind/slug.",
    "on": "When it was so: 2018-05-13, 2018-05, 2018-01/2018-04~ (`chronology date TEXT` explains a date).",
    "source": "The document in hand, as source/slug.",
    "said_by": "Who claims it, and below, a line each, who passed it on; empty: the source itself.",
    "stated": "The day on which the source said it; empty: the day on which it was published, if that is known.",
    "grade": "Admiralty grade: source A-F, credibility 1-6, as in B2.",
    "quote": "The words of the source; more lines are indented.",
    "locator": "Where in the source.",
    "note": "A remark of your own.",
    "stance": "Leave empty; `denies` if the source says that it is not so.",
    "disputes": "Events that this one disputes, a line each: positions or ids.",
    "replaces": "An event that this one withdraws and restates.",
}
"""The fields of every form, with what help says of them; those of the payload stand behind `data.`."""

_LONGEST_EXAMPLE: Final = 100
"""Characters; a longer one would be no help."""


@frozen(kw_only=True)
class Form:
    """A form that was filled in.

    Attributes:
        fields: the texts of `FIELDS` that are not empty.
        data: the texts of the payload's keys that are not empty.
    """

    fields: Mapping[str, str]
    data: Mapping[str, str]

    def lines(self, name: str) -> list[str]:
        """Return the lines of a field that may have several values."""
        return [line.strip() for line in self.fields.get(name, "").split("\n") if line.strip()]


def render(event_type: EventType, filled: Mapping[str, str]) -> str:
    """Return the form of a type.

    Args:
        event_type: whose payload it asks for.
        filled: texts that stand in it already, by the name of their field.
    """
    lines = [
        f"# {_remark(event_type.title)}. {_remark(event_type.description)}".rstrip(". ") + ".",
        "# Fill in what you know, save and close. Lines that begin with # are remarks; indented lines continue a text.",
        "# Nothing is appended if you change nothing.",
    ]
    for name, text in FIELDS.items():
        lines += ["", f"# {text}", *field(name, filled.get(name, ""))]
        if name == "on":
            lines += _payload_lines(event_type, filled)
    return "\n".join(lines) + "\n"


def _payload_lines(event_type: EventType, filled: Mapping[str, str]) -> Iterator[str]:
    example: Mapping[str, Json] = next(iter(event_type.schema.get("examples") or [{}]), {})
    for key, rules in event_type.schema.get("properties", {}).items():
        name = f"{_DATA}{key}"
        if not _FIELD.fullmatch(f"{name}:"):
            continue
        rules = rules if isinstance(rules, dict) else {}
        needed = "Required. " if key in event_type.schema.get("required", ()) else ""
        shown = _remark(_text(example[key])) if key in example else ""
        shown = f". As in: {shown}" if 0 < len(shown) <= _LONGEST_EXAMPLE else ""
        yield ""
        yield f"# {needed}{_remark(str(rules.get('description', key)))} ({_remark(_takes(rules))}){shown}"
        yield from field(name, filled.get(name, ""))


def field(name: str, text: str) -> list[str]:
    """Return the lines of a field: one line behind its name, several indented below it."""
    if "\n" not in text:
        return [f"{name}: {text}".rstrip()]
    return [f"{name}:", *(f"{_INDENT}{line}".rstrip() for line in text.split("\n"))]


def _remark(text: str) -> str:
    return " ".join(escape(text).split()).rstrip(".") if text else ""


def _takes(rules: Mapping[str, Json]) -> str:
    if "const" in rules or "enum" in rules:
        return "one of " + ", ".join(map(_text, rules.get("enum", [rules.get("const")])))
    takes = str(rules.get("format") or rules.get("type") or "JSON")
    if takes == "array":
        items = rules.get("items")
        return f"a line each: {_takes(items) if isinstance(items, dict) else 'JSON'}"
    return {"string": "text", "subject": "a subject, as kind/slug"}.get(takes, takes)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else canonical.encode(value).decode()


def parse(text: str) -> Form:
    """Read a form.

    Raises:
        InvalidEventError: every line that is none of a form, and every field that is unknown or appears twice.
    """
    fields: dict[str, str] = {}
    data: dict[str, str] = {}
    faults: list[str] = []
    seen: set[str] = set()
    for number, name, value in _fields(re.split("\r?\n", text.removeprefix("\ufeff")), faults):
        key = name.removeprefix(_DATA)
        if name in seen:
            faults.append(f"line {number}: {name} appears twice")
        elif name.startswith(_DATA) and key:
            data[key] = value
        elif name in FIELDS:
            fields[name] = value
        else:
            close = nearest(name, FIELDS)
            advice = did_you_mean(close) or f"a key of the payload is written {_DATA}KEY"
            faults.append(f"line {number}: a form has no field {name!r} ({advice})")
        seen.add(name)
    if faults:
        raise InvalidEventError(faults, hint="a line is `name: text`; indented lines continue a text")
    return Form(
        fields={name: value for name, value in fields.items() if value},
        data={key: value for key, value in data.items() if value},
    )


def _fields(lines: Sequence[str], faults: list[str]) -> Iterator[tuple[int, str, str]]:
    """Yield each field with the number of its line and its text; note what is not a field."""
    current: tuple[int, str] | None = None
    parts: list[str] = []
    for number, line in enumerate(lines, start=1):
        if line.startswith("#"):
            continue
        if not line.strip() or line[0] in " \t":
            if line.strip() and current is None:
                faults.append(f"line {number}: is indented, and continues no text")
            parts.append(line)
            continue
        found = _FIELD.fullmatch(line)
        if current:
            yield *current, _joined(parts)
        current, parts = None, []
        if found:
            current, parts = (number, found[1]), [found[2].strip()]
        else:
            faults.append(f"line {number}: is not `name: text`")
    if current:
        yield *current, _joined(parts)


def _joined(parts: Sequence[str]) -> str:
    """Return a text whose further lines lose the indent that they share."""
    first, *rest = parts
    indents = [len(line) - len(line.lstrip(" \t")) for line in rest if line.strip()]
    cut = min(indents, default=0)
    return "\n".join([first, *(line[cut:].rstrip() for line in rest)]).strip("\n").rstrip()


def payload(event_type: EventType, texts: Mapping[str, str]) -> dict[str, Json]:
    """Read the texts of a payload as what its type takes; what it takes as text stays unchanged.

    Raises:
        InvalidEventError: every text that is no JSON where JSON is wanted.
    """
    data: dict[str, Json] = {}
    faults = []
    properties: Mapping[str, Any] = event_type.schema.get("properties", {})
    for key, text in texts.items():
        rules = properties.get(key)
        wanted = rules.get("type") if isinstance(rules, dict) else None
        try:
            data[key] = _value(text, wanted)
        except CanonicalError as exc:
            faults.append(f"data.{key}: {exc.reason}")
    if faults:
        raise InvalidEventError(faults, hint=f"`chronology types show {event_type.name}` shows what it takes")
    return data


def _value(text: str, wanted: object) -> Json:
    if wanted == "array" and not text.startswith("["):
        return [line.strip() for line in text.split("\n") if line.strip()]
    if wanted in ("array", "object", "integer", "number", "boolean", "null"):
        return canonical.parse(text)
    return text


def filled_in(pairs: Iterable[tuple[str, str | Sequence[str] | None]], data: Mapping[str, Json]) -> dict[str, str]:
    """Return what is known already as the texts of a form."""
    known = {name: text if isinstance(text, str) else "\n".join(text) for name, text in pairs if text}
    return known | {f"{_DATA}{key}": _text(value) for key, value in data.items()}


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
        before = render(chron.vocabulary.newest(begun.type), _known(begun))
        path = _new_file(before)
    try:
        _run(path)
        text = _read(path)
        if text == before or not _without_remarks(text):
            before = text
            raise ChronologyError("nothing was filled in, so nothing was appended")
        yield _event(chron, parse(text), begun, full_id)
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
    return filled_in(pairs, thaw(event.data))


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
        data=payload(chron.vocabulary.newest(fields["type"]), form.data),
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
