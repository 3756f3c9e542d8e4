"""The shared log in PostgreSQL: head, rows, leaf hashes; appending, erasing. Believes nothing, checks nothing.

The connection is opened for each pull or append and closed after it, so no member keeps the server busy. SQL for
PostgreSQL stands only here and in the scripts beside.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from chronology.errors import ChronologyError, MissingPackageError, RemoteError
from chronology.log.database import Closing
from chronology.log.event_table import Row

if TYPE_CHECKING:
    import psycopg

_COLUMNS: Final = "position, id, type, subject, recorded_at, body, leaf"
_FETCHED_AT_ONCE: Final = 1_000
_CONNECT_SECONDS: Final = 10

RULES: Final = 2
"""Version of the rules by which a shared log refuses rows; of version 1, a writer could declare an event redacted."""


class RemoteMovedError(ChronologyError):
    """Somebody else appended to the shared log first: pull, then try again."""


class SharedLog(Closing):
    """A connection to a shared log, inside one transaction: what is read is one snapshot."""

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        """Wrap a connection; use `connect`."""
        self._connection = connection

    @classmethod
    def connect(cls, url: str) -> Self:
        """Connect to a server.

        Args:
            url: `postgresql://...`, as libpq takes it.

        Raises:
            RemoteError: the server cannot be reached, or the extra `postgres` is not installed.
        """
        try:
            import psycopg
        except ImportError as exc:
            raise MissingPackageError("a shared log", "psycopg", extra="postgres") from exc
        try:
            parameters: dict[str, Any] = dict(psycopg.conninfo.conninfo_to_dict(url))
            parameters.setdefault("connect_timeout", _CONNECT_SECONDS)
            parameters.setdefault("application_name", "chronology")
            connection = psycopg.connect(**parameters)
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        except psycopg.Error as exc:
            hint = (
                "questions are answered here without it; `chronology append --outbox` keeps an event until it is back"
            )
            raise RemoteError(f"the shared log cannot be reached: {_told(exc)}", hint=hint) from exc
        return cls(connection)

    def close(self) -> None:
        """End the transaction without writing, and the connection."""
        self._connection.close()

    def make(self) -> None:
        """Make the table and its triggers in a database that has none; `append` commits them too.

        Raises:
            RemoteError: there is a shared log already, or the role may not make one.
        """
        self.check_empty()
        with _explained():
            self._connection.execute(script("log").encode())
            self._connection.execute(script("rules").encode())

    def rules(self) -> int:
        """Return the version of the rules that the shared log has.

        Raises:
            RemoteError: there is no shared log, or the role may not read it.
        """
        self.head()
        with _explained():
            if self._connection.execute("SELECT to_regproc('chronology.rules')").fetchone() == (None,):
                return 1
            row = self._connection.execute("SELECT chronology.rules()").fetchone()
        return int(row[0]) if row else 1

    def renew_rules(self) -> None:
        """Give the shared log the rules of this program; its events stay unchanged.

        Raises:
            RemoteError: the role does not own it.
        """
        import psycopg

        try:
            self._connection.execute(script("rules").encode())
        except psycopg.errors.InsufficientPrivilege as exc:
            raise RemoteError(
                f"the server refuses: {_told(exc)}", hint="only the owner of the shared log can renew its rules"
            ) from exc
        except psycopg.Error as exc:
            raise _failure(exc) from exc
        self._commit()

    def check_empty(self) -> None:
        """Refuse a database that holds a shared log already.

        Raises:
            RemoteError: it does.
        """
        with _explained():
            if self._connection.execute("SELECT to_regclass('chronology.event')").fetchone() != (None,):
                raise RemoteError("the database already holds a shared log", hint="`chronology clone` makes a replica")

    def head(self) -> int:
        """Return the newest position, 0 if the log is empty.

        Raises:
            RemoteError: there is no shared log, or the role may not read it.
        """
        with _explained():
            row = self._connection.execute("SELECT coalesce(max(position), 0) FROM chronology.event").fetchone()
        return int(row[0]) if row else 0

    def leaf(self, position: int) -> bytes | None:
        """Return the leaf hash at a position."""
        with _explained():
            row = self._connection.execute(
                "SELECT leaf FROM chronology.event WHERE position = %s", (position,)
            ).fetchone()
        return bytes(row[0]) if row else None

    def row(self, position: int) -> Row | None:
        """Return the row at a position."""
        with _explained():
            row = self._connection.execute(
                f"SELECT {_COLUMNS} FROM chronology.event WHERE position = %s", (position,), binary=True
            ).fetchone()
        return Row._make(row) if row else None

    def digest(self, *, after: int, until: int) -> bytes:
        """Return the SHA-256 of the leaf hashes with after < position <= until, computed from the bodies there."""
        with _explained():
            row = self._connection.execute(
                """
                SELECT sha256(coalesce(
                    string_agg(
                        CASE body WHEN '' THEN leaf ELSE sha256('\\x00'::bytea || body) END, '' ORDER BY position
                    ),
                    ''
                ))
                FROM chronology.event
                WHERE position > %s AND position <= %s
                """,
                (after, until),
            ).fetchone()
        return bytes(row[0]) if row else b""

    def read(self, *, after: int, until: int) -> Iterator[Row]:
        """Yield the rows with after < position <= until, in order, as a stream."""
        with _explained(), self._connection.cursor(name="events", binary=True) as cursor:
            cursor.itersize = _FETCHED_AT_ONCE
            cursor.execute(
                f"""
                SELECT {_COLUMNS}
                FROM chronology.event
                WHERE position > %s AND position <= %s
                ORDER BY position
                """,
                (after, until),
            )
            for row in cursor:
                yield Row._make(row)

    def append(self, rows: Iterator[Row], *, erased: Sequence[int] = ()) -> None:
        """Append rows whose positions continue from the head, and commit; all or none.

        Args:
            rows: a stream.
            erased: positions of events whose redaction the last of them declares.

        Raises:
            RemoteMovedError: somebody else was faster; nothing was written.
            RemoteError: the server refuses it, or went away; then nobody knows whether it was written.
        """
        import psycopg

        try:
            with self._connection.cursor() as cursor:
                with cursor.copy(f"COPY chronology.event ({_COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy:
                    copy.set_types(["int8", "text", "text", "text", "text", "bytea", "bytea"])
                    for row in rows:
                        copy.write_row(row)
                for position in erased:
                    cursor.execute(
                        """
                        UPDATE chronology.event
                        SET type = '', subject = '', body = ''
                        WHERE position = %s
                        """,
                        (position,),
                    )
        except psycopg.errors.IntegrityError as exc:
            raise RemoteMovedError("somebody else appended first") from exc
        except psycopg.errors.SerializationFailure as exc:
            raise RemoteMovedError("somebody else appended first") from exc
        except psycopg.Error as exc:
            raise _failure(exc) from exc
        self._commit()

    def _commit(self) -> None:
        import psycopg

        try:
            self._connection.commit()
        except psycopg.errors.SerializationFailure as exc:
            raise RemoteMovedError("somebody else appended first") from exc
        except psycopg.Error as exc:
            raise RemoteError(
                f"the connection broke during the write, which may have succeeded: {_told(exc)}",
                hint="`chronology pull` brings the event if it was written; else append it again",
            ) from exc


def script(name: str) -> str:
    """Return the SQL that makes the table, "log", its triggers, "rules", or the three roles, "roles"."""
    return Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")


@contextmanager
def _explained() -> Iterator[None]:
    import psycopg

    try:
        yield
    except psycopg.Error as exc:
        raise _failure(exc) from exc


def _failure(exc: "psycopg.Error") -> RemoteError:
    import psycopg

    if isinstance(exc, psycopg.errors.UndefinedTable | psycopg.errors.InvalidSchemaName):
        return RemoteError("the database holds no shared log", hint="`chronology remote init` makes one")
    if isinstance(exc, psycopg.errors.InsufficientPrivilege):
        hint = "the owner of the shared log grants roles: chronology_reader, chronology_writer, chronology_redactor"
        return RemoteError(f"the server refuses: {_told(exc)}", hint=hint)
    return RemoteError(f"the shared log failed: {_told(exc)}")


def _told(exc: Exception) -> str:
    """Return the first line of what the server says, which may be anything."""
    text = str(exc).strip() or type(exc).__name__
    return text.splitlines()[0][:300]
