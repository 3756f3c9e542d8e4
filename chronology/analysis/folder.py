"""A Parquet folder that is asked: opened and checked once, read only; every answer is a table. Needs no store.

DuckDB reads only what a question needs, on all cores, and sorts and joins beyond its memory in temporary files.
"""

import os
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Self, Unpack

from chronology.analysis import answers, layout, questions
from chronology.analysis.layout import Manifest
from chronology.analysis.opening import opened, wrapped
from chronology.analysis.questions import Scope
from chronology.answers.holding import Holding
from chronology.errors import StoreError
from chronology.log.database import Closing
from chronology.projections.filters import KnownAt, Restrictions, filters_of
from chronology.questions.assertions import by_group
from chronology.questions.conflicts import Conflict, among
from chronology.store import query
from chronology.store.query import Moment, period
from chronology.store.session import Clock, utc_now

_FETCHED_AT_ONCE: Final = 10_000


class Folder(Closing):
    """What can be asked of a Parquet folder. Answers are `pyarrow.Table`; `to_pandas()` makes data frames of them.

    Attributes:
        manifest: of which log it is, up to which head, with which root: what to name beside an answer.
    """

    def __init__(self, connection: Any, manifest: Manifest, *, clock: Clock) -> None:
        """Wrap an open connection whose views are made."""
        self._connection = connection
        self._clock = clock
        self.manifest = manifest

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        memory: str = "1GB",
        threads: int | None = None,
        clock: Clock = utc_now,
    ) -> Self:
        """Open a folder, and check that it is whole.

        Args:
            path: the folder.
            memory: what DuckDB may use beside the answer itself; what needs more goes to temporary files.
            threads: how many cores it may use; all where not given.
            clock: returns what "now" means to a question, as an aware datetime.

        Raises:
            StoreError: there is no such folder, or files are missing, damaged or of another export.
            ChronologyError: duckdb or pyarrow is not installed, or the manifest cannot be read.
        """
        connection, manifest = opened(Path(path).absolute(), memory, threads)
        return cls(connection, manifest, clock=clock)

    def close(self) -> None:
        """Close the files."""
        self._connection.close()

    def state(
        self,
        subject: str | None = None,
        attribute: str | None = None,
        kind: str | None = None,
        valid_at: Moment = None,
        *,
        by_subject: bool = False,
    ) -> Any:
        """Return what held at a date: the answers of `Reader.state` without filters, which `holdings` takes.

        The columns: subject, attribute, value (JSON; NULL where nothing is known to hold), certainty, contested; of
        the leading assertion leading (its key), position, valid, origin, source, grade; others: a JSON list of the
        other parties' keys, null for "nothing known", and their standings.

        Args:
            subject: only about this one.
            attribute: only this one.
            kind: only subjects of this kind.
            valid_at: the date asked about, as for `Reader.state`.
            by_subject: sort by subject and attribute, which takes several times as long. Else the rows come in the
                order of the files, always the same: by bucket, year of their beginning, end, subject and attribute.

        Raises:
            DateError: a date that cannot be read.
            StoreError: the folder cannot be read.
        """
        instant = query.instant_of(valid_at, now=self._clock())
        return self._asked(*questions.state(self._scope(subject, attribute, kind, {}), instant, by_subject=by_subject))

    def counts(
        self,
        subject: str | None = None,
        attribute: str | None = None,
        kind: str | None = None,
        since: str | date | None = None,
        until: str | date | None = None,
        **restrictions: Unpack[Restrictions],
    ) -> Any:
        """Return how many live assertions say that a value begins, by attribute and month.

        The columns: attribute, month (`2018-05`), surely: how many begin in it for sure, possibly: how many more may,
        because their dates are imprecise. One assertion is possible in each month that its beginning touches.

        Args:
            subject: only about this one.
            attribute: only this one.
            kind: only subjects of this kind.
            since: the first month, as any date that begins in it; the first one with a beginning where not given.
            until: the last month; the last one with a beginning where not given.
            restrictions: the filters of `Reader.state` but `fuzz`.

        Raises:
            DateError: a date that cannot be read, or an end before the beginning.
            ChronologyError: a filter that cannot be.
            StoreError: the folder cannot be read.
        """
        first, last = period(since, until)
        return self._asked(*questions.counts(self._scope(subject, attribute, kind, restrictions), first, last))

    def conflicts(
        self,
        subject: str | None = None,
        attribute: str | None = None,
        kind: str | None = None,
        **restrictions: Unpack[Restrictions],
    ) -> Any:
        """Return who disagrees, as `Reader.conflicts`: pairs of live assertions, and denials and disputes alone.

        The columns: subject, attribute, clash (values, denial, dispute); of both sides, first and second: the
        position, then value, role, valid, origin, source and grade; shared_origin. Disagreements about dates of one
        value, and when an answer is contested, are the store's to tell.

        Args:
            subject: only about this one.
            attribute: only this one.
            kind: only subjects of this kind.
            restrictions: the filters of `Reader.state` but `fuzz`.

        Raises:
            ChronologyError: a filter that cannot be.
            StoreError: the folder cannot be read.
        """
        scope = self._scope(subject, attribute, kind, restrictions)
        # Bucket by bucket, because subjects in different buckets have nothing to do with each other: what is joined at
        # once stays small, however large the folder is.
        buckets = range(self.manifest.buckets) if scope.bucket is None else (scope.bucket,)
        with wrapped():
            self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {questions.FOUND} AS {questions.NO_CONFLICTS}")
            for bucket in buckets:
                text, parameters = questions.conflicts(scope, bucket)
                self._connection.execute(text, parameters).fetchall()
            return self._asked(questions.FOUND_CONFLICTS, {})

    def holdings(
        self,
        subject: str | None = None,
        attribute: str | None = None,
        kind: str | None = None,
        valid_at: Moment = None,
        **restrictions: Unpack[Restrictions],
    ) -> Iterator[Holding]:
        """Yield what held at a date, by subject and attribute: as `Reader.state`, every party with its evidence.

        Each answer is worked out from its claims, by the rules of the store, and with its origins counted. Of a whole
        folder, `state` is many times as fast.

        Args:
            subject: only about this one.
            attribute: only this one.
            kind: only subjects of this kind.
            valid_at: the date asked about, as for `Reader.state`.
            restrictions: the filters of `Reader.state` but `fuzz`.

        Raises:
            DateError: a date that cannot be read.
            ChronologyError: a filter that cannot be.
            StoreError: the folder cannot be read.
        """
        instant = query.instant_of(valid_at, now=self._clock())
        rows = self._rows(*answers.covering(self._scope(subject, attribute, kind, restrictions), instant))
        return filter(None, (answers.holding(some, instant) for some in by_group(rows)))

    def disagreements(
        self,
        subject: str | None = None,
        attribute: str | None = None,
        kind: str | None = None,
        valid_at: str | date | datetime | None = None,
        **restrictions: Unpack[Restrictions],
    ) -> Iterator[Conflict]:
        """Yield who disagrees with whom, and about which time: as `Reader.conflicts`, disagreeing dates too.

        Each group of claims is looked at by the rules of the store. Of a whole folder, `conflicts` is faster.

        Args:
            subject: only about this one.
            attribute: only this one.
            kind: only subjects of this kind.
            valid_at: only what disagrees about this date; about any where not given.
            restrictions: the filters of `Reader.state` but `fuzz`.

        Raises:
            DateError: a date that cannot be read.
            ChronologyError: a filter that cannot be.
            StoreError: the folder cannot be read.
        """
        instant = None if valid_at is None else query.instant_of(valid_at, now=self._clock())
        rows = self._rows(*answers.disputed(self._scope(subject, attribute, kind, restrictions)))
        return among(by_group(rows), instant=instant)

    def sql(self, text: str, parameters: dict[str, Any] | None = None) -> Any:
        """Answer a question in DuckDB's SQL, over the views event, assertion and state; nothing else can be read.

        Args:
            text: the question; `$name` stands for a parameter.
            parameters: their values.

        Raises:
            StoreError: DuckDB does not understand it, or the folder cannot be read.
        """
        return self._asked(text, parameters or {})

    def knows_party(self, name: str) -> bool:
        """Tell whether some assertion has a source or an origin."""
        text = "SELECT 1 FROM assertion WHERE source = $name OR origin = $name LIMIT 1"
        return next(self._rows(text, {"name": name}), None) is not None

    def _scope(self, subject: str | None, attribute: str | None, kind: str | None, restrictions: Restrictions) -> Scope:
        kept = query.checked(restrictions, question="folder")
        known_at = self._position_known_at(kept.get("known_at"))
        asked = filters_of(kept, subject=subject, attribute=attribute, kind=kind, known_at=known_at)
        bucket = None if subject is None else layout.bucket_of(subject, self.manifest.buckets)
        return Scope(filters=asked, bucket=bucket)

    def _position_known_at(self, known_at: KnownAt) -> int | None:
        """Return the position that a known time means, as the store does."""
        if known_at is None or isinstance(known_at, int):
            return known_at
        text = "SELECT ifnull(max(position), 0) FROM event WHERE recorded_at <= $last"
        ((position,),) = self._rows(text, {"last": query.last_recording(known_at)})
        return int(position)

    def _rows(self, text: str, parameters: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
        """Yield rows as a stream."""
        with wrapped():
            # A cursor of its own, so that other questions can be asked meanwhile.
            found = self._connection.cursor().execute(text, parameters)
            while some := found.fetchmany(_FETCHED_AT_ONCE):
                yield from some

    def _asked(self, text: str, parameters: dict[str, Any]) -> Any:
        with wrapped():
            found = self._connection.sql(text, params=parameters)
            if found is None:
                raise StoreError("this statement returns no rows", hint="begin with SELECT or FROM")
            return found.to_arrow_table()
