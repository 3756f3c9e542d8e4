"""The page itself: contents, scripts and styles in one HTML file that needs nothing else. Writes no file.

The policy in the file lets a browser run exactly the script and the style that are in it, by their hashes, and load
nothing at all. Texts from events are data, which the scripts show as text and never as markup.
"""

import base64
import json
import re
from datetime import datetime
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Final

from attrs import field, frozen

from chronology.errors import ChronologyError
from chronology.events.json_values import Json
from chronology.events.patterns import format_instant
from chronology.report.contents import CLAIM, contents
from chronology.report.selection import Limits, Selection, select
from chronology.store.chronology import Chronology

ASSETS: Final = Path(__file__).parent / "assets"

SCRIPTS: Final = (
    "calendar", "resolve", "explain", "texts", "slices", "chronicle", "periods", "view", "links", "controls", "table",
    "summary", "reasons", "lanes", "overview", "timeline", "atlas", "places", "notes", "about", "main",
)  # fmt: skip
"""The scripts in the order in which they stand in the page; each knows only those before it."""

_SHORTEST: Final = 3
"""Letters of a withheld name that are looked for in texts."""

STYLES: Final = ("page", "table", "reasons", "timeline", "print")


@frozen(kw_only=True)
class Report:
    """A page, and what there is to say about it.

    Attributes:
        html: the whole file.
        events, subjects: how many it shows.
        left_out: how many events of the log assert something that it does not show.
        named: positions of shown events whose free text still has a name that is withheld.
    """

    html: bytes
    head: int
    events: int
    subjects: int
    left_out: int
    named: tuple[int, ...]


@frozen(kw_only=True)
class ReportOptions:
    """How a page is to be made.

    Attributes:
        title: shown at its top.
        store: the name of the store's file, for the command that verifies it.
        at: the last second of the date that it opens with; None for the latest in it.
        basemap: lines to draw under the map, as `basemap.read` gives them.
        live: whether it is served, and asks its server for what is new.
        program: what made it, with its version.
    """

    title: str
    store: str
    at: int | None = None
    basemap: Json = None
    limits: Limits = field(factory=Limits)
    live: bool = False
    program: str = "Chronology"


def report(chron: Chronology, options: ReportOptions, *, now: datetime) -> Report:
    """Return the page about a store.

    Args:
        chron: the store.
        options: what of it to show, and how.
        now: when the page is made.

    Raises:
        DateError: a known_at that names no instant.
        EvidenceError: the log is empty.
        ChronologyError: within the limits there is nothing to show.
    """
    selection = select(chron, options.limits)
    if not selection.entries:
        raise ChronologyError("there is nothing to show", hint="`chronology subjects` lists who and what there is")
    listed = chron.names.subject_list(known_at=selection.known)
    names = {one.subject: one.name for one in listed if one.name}
    titles = {one.name: one.title for one in chron.vocabulary}
    data = contents(selection, names=names, titles=titles) | {"about": _about(selection, options, now)}
    if options.basemap:
        data["basemap"] = options.basemap
    withheld = {name: names.get(name, "") for name in selection.pseudonyms}
    return Report(
        html=html(data, title=options.title, live=options.live),
        head=selection.checkpoint.size,
        events=len(data["events"]),
        subjects=len({entry.subject for entry in selection.entries}),
        left_out=selection.left_out,
        named=tuple(_naming(data, withheld)),
    )


def _about(selection: Selection, options: ReportOptions, now: datetime) -> dict[str, Json]:
    """Return what the page says of itself."""
    checkpoint, limits = selection.checkpoint, selection.limits
    return {
        "title": options.title,
        "store": options.store,
        "program": options.program,
        "made": format_instant(now),
        "at": options.at,
        "head": checkpoint.size,
        "root": checkpoint.root.hex(),
        "checkpoint": checkpoint.text(),
        "known": selection.known,
        "limited": {
            "known": selection.known if limits.known_at is not None else None,
            "subjects": list(limits.subjects),
            "filters": list(limits.in_words()),
            "withheld": sorted(limits.withheld),
            "left_out": selection.left_out,
            "later": checkpoint.size - selection.known,
        },
        "erased": selection.erased,
        "live": options.live,
    }


def _naming(data: dict[str, Json], withheld: dict[str, str]) -> list[int]:
    """Return the positions of events that still have a withheld name, or the slug or the words of one, in a text."""
    forms = {form.casefold() for name, called in withheld.items() for form in (name, called, _words(name))}
    forms = {form for form in forms if len(form) >= _SHORTEST}
    if not forms:
        return []
    events, value = data["events"], CLAIM.index("value")
    texts = [(event["position"], _all_text(event)) for event in events]
    texts += [(int(by), _all_text(gone)) for by, gone in data["withdrawals"].items()]
    values = [(events[row[CLAIM.index("event")]]["position"], row[value]) for row in data["claims"] if row[value] >= 0]
    texts += [(position, data["texts"][place].casefold()) for position, place in values]
    return sorted({position for position, text in texts if any(form in text for form in forms)})


def _words(subject: str) -> str:
    return subject.partition("/")[2].replace("-", " ")


def _all_text(record: dict[str, Json]) -> str:
    return json.dumps(record, ensure_ascii=False).casefold()


def html(data: Json, *, title: str, live: bool) -> bytes:
    """Return the file that shows some data.

    Args:
        data: what the scripts read.
        title: of the window.
        live: whether the page may ask the server that it comes from.
    """
    script, style = _joined(SCRIPTS, "js"), _joined(STYLES, "css")
    parts = {
        "policy": escape(policy(script, style, live=live)),
        "title": escape(title),
        "style": style,
        "data": embedded(data),
        "script": script,
    }
    template = (ASSETS / "page.html").read_text("utf-8")
    # In one pass, so that nothing that was filled in is taken for a place to fill in.
    filled = re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], template)
    return filled.encode()


def policy(script: str, style: str, *, live: bool) -> str:
    """Return the content security policy of a page: nothing but its own script and style.

    Args:
        script: as it stands in the page.
        style: as it stands in the page.
        live: whether the page may ask the server that it comes from.
    """
    rules = [
        "default-src 'none'",
        f"script-src '{_digest(script)}'",
        f"style-src '{_digest(style)}'",
        *(["connect-src 'self'"] if live else []),
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ]
    return "; ".join(rules)


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}"


def _joined(names: tuple[str, ...], ending: str) -> str:
    return "\n" + "\n".join((ASSETS / f"{name}.{ending}").read_text("utf-8") for name in names)


def embedded(data: Json) -> str:
    """Return JSON that is safe inside a script element: nothing in it can end the element or begin a comment."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")
