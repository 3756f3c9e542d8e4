"""Mappings: which column of a file means what, as frozen records. Pure; `mapping_files` reads them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import Factory, field, frozen

from chronology.importers.templates import names_in
from chronology.importers.written_dates import LATEST, MONTHS, SENTINELS

KINDS_OF_VALUE: Final = ("text", "integer", "decimal", "boolean", "subject", "texts", "subjects")
NO_END: Final = ("refuse", "same day", "open", "unknown")


@frozen(kw_only=True)
class Dataset:
    """The document in hand: where the file comes from."""

    source: str
    title: str | None = None
    author: str | None = None
    publisher: str | None = None
    url: str | None = None
    note: str | None = None


@frozen(kw_only=True)
class Dates:
    """How the file writes dates, where a column does not say otherwise."""

    forms: tuple[str, ...] = ("YYYY-MM-DD",)
    sentinels: tuple[str, ...] = SENTINELS
    earliest: str | None = None
    latest: str = LATEST
    months: tuple[str, ...] = MONTHS
    midnight: bool = False


@frozen(kw_only=True)
class On:
    """When it was so: one column, or one for the start and one for the end.

    Attributes:
        column: of the only date.
        start: of the first day.
        end: of the last day.
        forms: of these dates; those of `[dates]` if not given.
        one_day: columns with the values that mean that start and end bound one unknown day.
        no_end: what an empty end means: the row is refused, or the start was the only day, or it is still so, or it
            ended at an unknown time.
        precision: the column that says how precise the only date is.
        precisions: what its values mean: "day", "month", "year", or days to either side, as in "3 days".
        missing: EDTF for rows without a date; they are refused if it is not given.
    """

    column: str | None = None
    start: str | None = None
    end: str | None = None
    forms: tuple[str, ...] = ()
    one_day: Mapping[str, tuple[str, ...]] = Factory(dict)
    no_end: str = "refuse"
    precision: str | None = None
    precisions: Mapping[str, str] = Factory(dict)
    missing: str | None = None


@frozen(kw_only=True)
class DateColumn:
    """A column with a day, such as that of the report."""

    column: str
    forms: tuple[str, ...] = ()


@frozen(kw_only=True)
class Value:
    """One property of the payload.

    Attributes:
        text: a template, as in "{place}, {district}".
        as_: what kind of value it is.
        kind: of the subject that it names.
        split: what separates the items of a list; in a JSON file, lists are lists already.
        values: what codes mean.
        drop: how many pieces to drop from the beginning.
        at: what separates these pieces.
        strip: characters to remove at both ends.
        about: what it is, for the definition of the type.
        asserts: whether it is an attribute of the subject, for which a question can ask; else it is only kept.
    """

    text: str
    as_: str = field(default="text", alias="as_")
    kind: str | None = None
    split: str | None = None
    values: Mapping[str, str] = Factory(dict)
    drop: int = 0
    at: str = ","
    strip: str = ""
    about: str = ""
    asserts: bool = True


@frozen(kw_only=True)
class Saying:
    """One event that each row makes, or one for each item of its lists.

    Attributes:
        type, subject, stance, grade: templates.
        said_by: templates of subjects, the origin first; a single column may hold a list of them.
        each: columns with lists that belong together, and what separates their items: each item is an event.
        when: columns with the values for which it applies; an empty list means any value but an empty one.
        payload: the column that holds the whole payload, as JSON.
        data: the payload by property.
    """

    type: str
    subject: str
    on: On
    said_by: tuple[str, ...] = ()
    stated: DateColumn | None = None
    stance: str | None = None
    grade: str | None = None
    quote: Value | None = None
    note: Value | None = None
    each: Mapping[str, str] = Factory(dict)
    when: Mapping[str, tuple[str, ...]] = Factory(dict)
    payload: str | None = None
    data: Mapping[str, Value] = Factory(dict)

    def values(self) -> Iterator[tuple[str, Value]]:
        """Yield all values with their paths."""
        yield from ((f"data.{name}", value) for name, value in self.data.items())
        yield from ((name, value) for name, value in (("quote", self.quote), ("note", self.note)) if value)


@frozen(kw_only=True)
class Definition:
    """A type that the mapping needs, and defines where the store lacks it; its payload is that of the events."""

    name: str
    title: str
    description: str = ""
    lasts: bool = True
    begins: bool = True


@frozen(kw_only=True)
class Mapped:
    """A mapping: how the rows of one kind of file become events.

    Attributes:
        name: what `--as` calls it.
        format: the importer that reads the rows.
        needs: columns by which such a file is recognised.
        optional: columns that some files of the kind lack.
        missing: cells that mean that there is nothing, as empty ones do.
        key: a template for what tells a row from all others, for ever.
        merge_spellings: whether names with the same slug are one subject, however they are written; subjects that are
            made of keys stay apart.
    """

    name: str
    key: str
    event: tuple[Saying, ...]
    dataset: Dataset | None = None
    title: str = ""
    format: str = "csv"
    encoding: str | None = None
    separator: str | None = None
    header: tuple[str, ...] = ()
    sheet: str | None = None
    needs: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    merge_spellings: bool = False
    dates: Dates = Factory(Dates)
    type: tuple[Definition, ...] = ()

    @property
    def empty(self) -> frozenset[str]:
        """The cells that hold nothing."""
        return frozenset(("", *self.missing))

    def columns(self) -> set[str]:
        """Return every column that it reads."""
        found = set(names_in(self.key))
        for event in self.event:
            texts = [
                event.type,
                event.subject,
                event.stance or "",
                event.grade or "",
                *event.said_by,
                *(value.text for _, value in event.values()),
            ]
            found |= {name for text in texts for name in names_in(text)} | set(event.each) | set(event.when)
            on = event.on
            found |= {name for name in (on.column, on.start, on.end, on.precision) if name} | set(on.one_day)
            found |= {event.stated.column} if event.stated else set()
            found |= {event.payload} if event.payload else set()
        return found

    def recognises(self, columns: Sequence[str]) -> bool:
        """Tell whether a file with these columns is of this kind."""
        return bool(self.needs) and set(self.needs) <= set(columns)
