"""A plugin that opens a store in Datasette: readable queries, and a page for the state at a date. Writes nothing.

Datasette finds it by its entry point (extra `datasette`) and opens the file itself, for reading only. Databases that
are not stores are left alone.
"""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from datasette import hookimpl
from datasette.utils.asgi import NotFound, Response

from chronology.answers.holding import Candidate, Holding
from chronology.dates.calendar import LINE_END, LINE_START
from chronology.errors import ChronologyError, StoreError
from chronology.events.json_values import thaw
from chronology.store.reader import Reader

_MOST_DIGITS: Final = 18
"""Of a position; a number is one, as on the command line."""

_TEMPLATE: Final = Path(__file__).parent / "templates" / "state.html"


def _day(column: str) -> str:
    return f"CASE WHEN {column} BETWEEN {LINE_START} AND {LINE_END - 1} THEN date({column}, 'unixepoch') END"


QUERIES: Final = {
    "what_held": {
        "title": "What held, and from when to when",
        "sql": f"""
            SELECT subject, attribute, value, certainty, iif(contested, 'contested', '') AS contested,
                {_day("valid_from")} AS "from", {_day("valid_to - 1")} AS until
            FROM state
            WHERE value IS NOT NULL AND (:subject = '' OR subject = :subject)
            ORDER BY subject, attribute, valid_from
        """,
    },
    "who_says_so": {
        "title": "Who says so: every assertion with its dates",
        "sql": f"""
            SELECT subject, attribute, iif(role = 'affirms', '', role) AS role, value, valid,
                {_day("start_min")} AS earliest_start, {_day("start_max")} AS latest_start,
                {_day("end_min - 1")} AS earliest_end, {_day("end_max - 1")} AS latest_end,
                origin, source, grade, stated, position, known_until AS withdrawn_by
            FROM assertion
            WHERE :subject = '' OR subject = :subject
            ORDER BY subject, attribute, start_min, position
        """,
    },
    "contested": {
        "title": "What is contested, and when",
        "sql": f"""
            SELECT subject, attribute, value, certainty, {_day("valid_from")} AS "from", {_day("valid_to - 1")} AS until
            FROM state
            WHERE contested
            ORDER BY subject, attribute, valid_from
        """,
    },
}
"""What can be asked at a click: the projections with days in place of seconds."""


@hookimpl
def canned_queries(datasette: Any, database: str) -> Any:
    """Offer the readable queries of a store."""

    async def offered() -> dict[str, dict[str, str]]:
        return QUERIES if await asyncio.to_thread(_is_store, _path(datasette, database)) else {}

    return offered


@hookimpl
def database_actions(datasette: Any, database: str) -> Any:
    """Offer the page for the state at a date in the menu of a store."""

    async def offered() -> list[dict[str, str]]:
        if not await asyncio.to_thread(_is_store, _path(datasette, database)):
            return []
        return [{"href": datasette.urls.path(f"/{database}/-/state"), "label": "State at a date"}]

    return offered


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """Add the page, and the same as JSON."""
    return [(r"^/(?P<database>[^/]+)/-/state(?P<format>\.json)?$", state)]


async def state(datasette: Any, request: Any) -> Any:
    """Answer what held at a date."""
    database = request.url_vars["database"]
    path = _path(datasette, database)
    if path is None:
        raise NotFound(f"there is no database {database}")
    await datasette.ensure_permissions(request.actor, [("view-database", database), "view-instance"])
    asked = {name: request.args.get(name) or "" for name in ("at", "known_at", "subject")}
    try:
        holdings = await asyncio.to_thread(_holdings, path, asked)
        error = ""
    except StoreError as exc:
        raise NotFound(str(exc)) from exc
    except ChronologyError as exc:
        holdings, error = [], str(exc)
    if request.url_vars["format"]:
        if error:
            return Response.json({"ok": False, "error": error}, status=400)
        return Response.json([_record(holding) for holding in holdings])
    address = datasette.urls.path(f"/{database}/-/state")
    context = asked | {
        "database": database,
        "path": address,
        "json": f"{address}.json?{urlencode(asked)}",
        "error": error,
        "count": len(holdings),
        "rows": [
            row | {"link": datasette.urls.row(database, "event", str(row["position"]))}
            for holding in holdings
            for row in _rows(holding)
        ],
    }
    template = datasette.jinja_env.from_string(_TEMPLATE.read_text("utf-8"))
    return Response.html(await datasette.render_template(template, context, request=request))


def _path(datasette: Any, database: str) -> Path | None:
    """Return the file of a database, None if it is in memory or not there."""
    found = datasette.databases.get(database)
    return Path(found.path) if found is not None and found.path else None


def _is_store(path: Path | None) -> bool:
    if path is None:
        return False
    try:
        Reader.open(path).close()
    except StoreError:
        return False
    return True


def _holdings(path: Path, asked: dict[str, str]) -> list[Holding]:
    known_at: int | str | None = asked["known_at"] or None
    if known_at and asked["known_at"].isdecimal() and len(asked["known_at"]) <= _MOST_DIGITS:
        known_at = int(asked["known_at"])
    with Reader.open(path) as chron:
        subject = chron.names.resolve(asked["subject"]) if asked["subject"] else None
        return chron.state(subject, valid_at=asked["at"] or None, known_at=known_at)


def _record(holding: Holding) -> dict[str, Any]:
    return {
        "subject": holding.subject,
        "attribute": holding.attribute,
        "value": thaw(holding.value),
        "certainty": holding.certainty,
        "contested": holding.contested,
        "candidates": list(_rows(holding)),
    }


def _rows(holding: Holding) -> Iterator[dict[str, Any]]:
    """Yield the parties to an answer, as the table shows them."""
    for place, one in enumerate(holding.candidates):
        yield {
            "subject": holding.subject if place == 0 else "",
            "attribute": holding.attribute if place == 0 else "",
            "value": _value(one),
            "standing": _standing(holding, one),
            "said_by": " via ".join(dict.fromkeys(filter(None, (one.origin, one.source)))),
            "valid": one.valid or "",
            "position": one.position,
        }


def _value(one: Candidate) -> str:
    if one.event is None:
        return "nothing known"
    value = thaw(one.value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return {"denies": f"not {text}", "disputes": "disputed"}.get(one.role or "", "ended" if value is None else text)


def _standing(holding: Holding, one: Candidate) -> str:
    if one.standing == "leading":
        return f"{holding.certainty}{', contested' if holding.contested else ''}"
    return {"possible": "or possibly", "rival": "contested by", "denial": "denied"}[one.standing]
