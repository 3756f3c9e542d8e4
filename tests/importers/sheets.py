"""Small files for tests of importers, and a way to import them that tells what became of them."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from chronology import Chronology
from chronology.events.records import as_dict
from chronology.importers import registry
from chronology.importers.import_run import ImportOptions, Summary, import_file
from chronology.importers.mappings import read_mapping
from chronology.importers.rows import BadRow

DATA = Path(__file__).parent / "data"
EXTRACT = DATA / "ucdp-ged-extract.csv"

MAPPING = """
name = "raids"
key = "{id}"

[dataset]
source = "source/raids"

[dates]
forms = ["YYYY-MM-DD", "D/M/YYYY"]

[[event]]
type = "raid.told"
subject = "incident/raid-{id}"
said_by = "organization/{office}"
stated = { column = "said" }
each = { office = ";", said = ";" }
on = { column = "day" }

[event.data]
killed = { text = "{killed}", as = "integer" }
north = { text = "{north}", as = "decimal" }
where = "{where}"

[[type]]
name = "raid.told"
title = "Raid told"
lasts = false
"""
"""A mapping of rows with the columns of `COLUMNS`."""

COLUMNS = ("id", "day", "office", "said", "killed", "north", "where")


@frozen
class Outcome:
    """What an import did, and the bad rows that it met."""

    summary: Summary
    bad: list[BadRow]

    @property
    def counts(self) -> tuple[int, int, int, int, int]:
        """Return added, changed, unchanged, withdrawn and refused."""
        s = self.summary
        return s.added, s.changed, s.unchanged, s.withdrawn, s.refused


def raid(key: object, **cells: object) -> dict[str, str]:
    """Return a row about a raid."""
    row = {"id": key, "day": "2018-05-01", "office": "SOHR", "said": "2018-05-02", "killed": 3, "north": "34.69",
           "where": "Hajin"} | cells  # fmt: skip
    return {name: str(value) for name, value in row.items()}


def as_csv(rows: Iterable[Mapping[str, str]], columns: Sequence[str] = COLUMNS, separator: str = ",") -> str:
    """Return rows as delimited text."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=columns, delimiter=separator, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def take_file(
    chron: Chronology, path: Path, mapping: str | None = None, *, form: str | None = None, source: str | None = None,
    **wanted: Any,
) -> Outcome:  # fmt: skip
    """Import a file."""
    found = registry.format_for(path, name=form, mapping=None) if mapping is None or form else None
    if mapping is not None:
        mapped = read_mapping(mapping, "the test's mapping")
        found = registry.Format(registry.format_named(form or mapped.format).importer, mapped)
    assert found is not None
    bad: list[BadRow] = []
    opened = registry.open_file(path, found, source=source)
    summary = import_file(chron, opened, options=ImportOptions(**wanted), report=bad.append)
    return Outcome(summary, bad)


def take(chron: Chronology, rows: Iterable[Mapping[str, str]], *, file: Path, **wanted: Any) -> Outcome:
    """Import raids."""
    file.write_text(as_csv(rows), "utf-8")
    return take_file(chron, file, MAPPING, **wanted)


def live(chron: Chronology, source: str = "source/raids") -> list[dict[str, Any]]:
    """Return what the live events of a dataset say, in an order of its own; not how they came to be there."""
    found = [as_dict(event.event) for event in chron.timeline() if event.event.source == source]
    said = [
        {k: v for k, v in one.items() if k not in ("id", "replaces")} for one in found if one["type"] == "raid.told"
    ]
    return sorted(said, key=repr)
