"""The search index: which events hold which words. SQL and rows only; disposable, and no part of the other projections.

It is brought up when somebody searches, so that no append waits for it. An event's text goes in folded
(`search_words`), and the index keeps no copy of it (a contentless FTS5 table): what was found is read from the log.
The index stands in the file, or in a temporary table where the file must not be written. Dropping it loses nothing.

Folding drops case, accents, vowel points, tatweel and unseen characters, and takes the Arabic letters that writers
exchange for one (as Lucene's ArabicNormalizer does). Where a script puts no spaces between words, each character is a
word, and a run of them in a question is a phrase, so any part of a text is found.
"""

import sqlite3
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import chain, zip_longest
from typing import Final, Literal, NamedTuple

from chronology.errors import ChronologyError
from chronology.events.json_values import Json
from chronology.events.records import Body, decode
from chronology.log import database
from chronology.log.event_table import Log
from chronology.vocabulary.event_types import DEFINED

RULES: Final = f"1 {unicodedata.unidata_version}"
"""Version of these rules and of the tables of characters behind them; an index made by others is of no use."""

_MOST_WORDS: Final = 100

_SAME: Final = str.maketrans("ىیکةہھ", "ييكههه")

# Han, kana, Thai, Lao, Tibetan, Myanmar, Khmer: first and last code point.
_UNSPACED: Final = (
    (0x0E00, 0x0EFF), (0x0F00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3005, 0x3007), (0x3040, 0x30FF),
    (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F), (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)  # fmt: skip

_TATWEEL: Final = 0x640


class Term(NamedTuple):
    """Words that must stand one after the other, the last perhaps only begun.

    Attributes:
        words: folded.
        is_prefix: whether the last one may go on.
        others: words that will do as well, folded, none of them begun only.
    """

    words: tuple[str, ...]
    is_prefix: bool
    others: tuple[tuple[str, ...], ...] = ()

    @property
    def readings(self) -> "list[Term]":
        """The term itself, and each of the others, as terms that have no others."""
        return [self._replace(others=()), *(Term(words, is_prefix=False) for words in self.others)]


class Word(NamedTuple):
    """A word of a text: where it stands, and how it is compared."""

    start: int
    end: int
    folded: str


class _Folding(dict[int, str]):
    """What becomes of each code point: letters and digits, a space, or nothing."""

    def __missing__(self, code: int) -> str:
        # Once more after the change of case, for which decomposition may bring new letters.
        char = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", chr(code)).casefold())
        self[code] = folded = "".join(map(_folded, char.translate(_SAME)))
        return folded


def _folded(char: str) -> str:
    code, category, joined = ord(char), unicodedata.category(char), unicodedata.combining(char)
    # Points, accents and modifier letters. Signs of Indic scripts are letters of their own, in class 0, 7 or 9.
    if category == "Cf" or 10 <= joined <= 36 or joined >= 200 or 0x2B0 <= code <= 0x2FF or code == _TATWEEL:
        return ""
    if category[0] not in "LMN" and category != "Co":
        return " "
    return f" {char} " if any(first <= code <= last for first, last in _UNSPACED) else char


_FOLDING: Final = _Folding()


def fold(text: str) -> str:
    """Return a text as search compares it, its words parted by spaces.

    Character by character, without a look at neighbours, so that what is found can be shown where it stands.
    """
    return text.translate(_FOLDING)


def terms(question: str) -> list[Term]:
    """Read a question: words, "phrases", and beginnings as in bagh*; all of them must be found.

    Nothing that a person types is an error of syntax: a quotation mark that nobody closes ends with the text, and other
    signs part words.

    Raises:
        ChronologyError: it has no word, or too many.
    """
    found = []
    for part in _parts(question):
        is_prefix = part.endswith("*")
        words = fold(part).split()
        if words:
            found.append(Term(tuple(words), is_prefix))
    if not found:
        raise ChronologyError(
            f"{question!r} has no word to search for",
            hint='search for words, "a phrase" or the beginning of a word: bag*',
        )
    if sum(len(term.words) for term in found) > _MOST_WORDS:
        raise ChronologyError(f"a search takes {_MOST_WORDS} words at most", hint="leave out the commonest ones")
    return found


def _parts(question: str) -> Iterator[str]:
    for number, part in enumerate(question.split('"')):
        if number % 2 == 0:
            # The star behind a phrase belongs to it.
            yield from part.removeprefix("*").split() if number else part.split()
        else:
            rest = question.split('"')[number + 1 : number + 2]
            yield part + ("*" if rest and rest[0].startswith("*") else "")


def expression(question: list[Term]) -> str:
    """Return terms in the language of FTS5; every word stands in quotation marks and holds none."""
    return " AND ".join(f"({' OR '.join(map(_quoted, term.readings))})" for term in question)


def _quoted(term: Term) -> str:
    return f'"{" ".join(term.words)}"{" *" if term.is_prefix else ""}'


def words_of(text: str) -> list[Word]:
    """Return the words of a text with their places."""
    found: list[Word] = []
    start, end, word = 0, 0, ""
    for place, char in enumerate(text):
        folded = _FOLDING[ord(char)]
        for piece in folded:
            if piece != " ":
                start = start if word else place
                end, word = place + 1, word + piece
            elif word:
                found.append(Word(start, end, word))
                word = ""
        if not folded:
            # An accent of its own belongs to the letter before it.
            end = place + 1
    if word:
        found.append(Word(start, end, word))
    return found


def hits(text: str, question: list[Term]) -> list[tuple[int, int]]:
    """Return where terms stand in a text, in order; hits that touch, or that one character parts, are one."""
    words = words_of(text)
    places = sorted(
        (words[at].start, words[at + len(term.words) - 1].end)
        for term in chain.from_iterable(term.readings for term in question)
        for at in range(len(words) - len(term.words) + 1)
        if _stands(words, at, term)
    )
    joined: list[tuple[int, int]] = []
    for start, end in places:
        if joined and start <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _stands(words: list[Word], at: int, term: Term) -> bool:
    *first, last = term.words
    if any(words[at + number].folded != word for number, word in enumerate(first)):
        return False
    found = words[at + len(first)].folded
    return found.startswith(last) if term.is_prefix else found == last


Place = Literal["main", "temp"]
"""Where an index stands: in the file, or in a temporary table of the connection."""

PLACES: Final[tuple[Place, ...]] = ("main", "temp")

# The tokenizer only has to find spaces and ASCII signs; everything else has been folded.
SCHEMA: Final = {
    "search": (
        "CREATE VIRTUAL TABLE search USING fts5(subject, type, says, quote, note, source, content='', tokenize='ascii')"
    ),
    "search_data": "CREATE TABLE 'search_data'(id INTEGER PRIMARY KEY, block BLOB)",
    "search_idx": "CREATE TABLE 'search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID",
    "search_docsize": "CREATE TABLE 'search_docsize'(id INTEGER PRIMARY KEY, sz BLOB)",
    "search_config": "CREATE TABLE 'search_config'(k PRIMARY KEY, v) WITHOUT ROWID",
    "search_head": """\
CREATE TABLE search_head (
    rules TEXT NOT NULL,           -- by which texts were folded
    position INTEGER NOT NULL      -- of the newest event in the index
) STRICT""",
}
"""The index's objects, by name: what is created here, and the tables that FTS5 makes for itself."""

_MADE: Final = ("search", "search_head")
MADE_BY_SQLITE: Final = frozenset(SCHEMA.keys() - set(_MADE))
"""The tables that FTS5 makes together with its own."""

# Of the columns: a name or a value counts more than where it was said.
_RANK: Final = "bm25(search, 6.0, 2.0, 4.0, 3.0, 3.0, 1.0)"

RANKED: Final = 20_000
"""Matches that are ranked together."""


_COMPARED: Final = (
    'SELECT term, doc, col, "offset" FROM temp.words_{place}',
    "SELECT id, id, hex(sz) FROM {place}.search_docsize ORDER BY id",
)
"""What an index says, in order: of two rows that differ the lesser one is wrong, or is missing from the other index.

The second column is the position of the event."""


class Texts(NamedTuple):
    """What can be found of an event; the names are those of the columns."""

    subject: str
    type: str
    says: str
    quote: str
    note: str
    source: str


def texts(body: Body) -> Texts:
    """Return what can be found of an event, in its own words."""
    source = " ".join(filter(None, (*body.said_by, body.source, body.locator)))
    said = "; ".join(_leaves(body.data))
    return Texts(body.subject, body.type, said, body.quote or "", body.note or "", source)


def _leaves(value: Json) -> Iterator[str]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner)
    elif isinstance(value, str):
        yield value
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def position(connection: sqlite3.Connection, place: Place) -> int | None:
    """Return the newest position that an index holds, None where there is no index that these rules made."""
    found = connection.execute(f"SELECT 1 FROM {place}.sqlite_schema WHERE name = 'search_head'").fetchone()
    row = connection.execute(f"SELECT rules, position FROM {place}.search_head").fetchone() if found else None
    return int(row[1]) if row and row[0] == RULES else None


def bring_up(log: Log, connection: sqlite3.Connection, place: Place) -> None:
    """Bring an index up to the log's head, making it where there is none; in the caller's transaction."""
    head, known = log.head(), position(connection, place)
    if known == head:
        return
    if known is None or known > head:
        drop(connection, place)
        _make(connection, place)
        known = 0
    try:
        _fill(log, connection, place, after=known, until=head)
    except BaseException:
        # A reader's transaction takes nothing back.
        if place == "temp":
            drop(connection, place)
        raise


def _make(connection: sqlite3.Connection, place: Place) -> None:
    for name in _MADE:
        connection.execute(SCHEMA[name].replace(f" {name}", f" {place}.{name}", 1))
    connection.execute(f"INSERT INTO {place}.search_head (rules, position) VALUES (?, 0)", (RULES,))


def _fill(log: Log, connection: sqlite3.Connection, place: Place, *, after: int, until: int) -> None:
    connection.executemany(
        f"""
        INSERT INTO {place}.search (rowid, subject, type, says, quote, note, source)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        _rows(log, after=after, until=until),
    )
    connection.execute(f"UPDATE {place}.search_head SET position = ?", (until,))


def _rows(log: Log, *, after: int, until: int) -> Iterator[tuple[int, str, str, str, str, str, str]]:
    for row in log.read(after=after, until=until):
        # `chronology types` lists the definitions, whose texts would be found by nearly every word.
        if row.body and row.type != DEFINED:
            subject, kind, says, quote, note, source = (
                text if text.isascii() else fold(text) for text in texts(decode(row.body))
            )
            yield row.position, subject, kind, says, quote, note, source


def drop(connection: sqlite3.Connection, place: Place = "main") -> None:
    """Remove an index, in whatever state it is; in the caller's transaction."""
    found = {
        name
        for (name,) in connection.execute(f"SELECT name FROM {place}.sqlite_schema WHERE type = 'table'")
        if name in SCHEMA
    }
    if "search" in found:
        try:
            connection.execute(f"DROP TABLE {place}.search")
        except sqlite3.DatabaseError as exc:
            if database.is_passing(exc):
                raise
            # FTS5 must open a table to drop it, and cannot where its own tables are ruined.
            _mend(connection, place)
            connection.execute(f"DROP TABLE {place}.search")
    for name in sorted(found - {"search"}):
        connection.execute(f"DROP TABLE IF EXISTS {place}.{name}")


def _mend(connection: sqlite3.Connection, place: Place) -> None:
    """Make FTS5's own tables again, as those of an empty index."""
    with closing(database.scratch()) as pattern:
        pattern.execute(SCHEMA["search"])
        for name in sorted(MADE_BY_SQLITE):
            connection.execute(f"DROP TABLE IF EXISTS {place}.{name}")
            connection.execute(SCHEMA[name].replace(f"'{name}'", f"{place}.{name}", 1))
            rows = pattern.execute(f"SELECT * FROM {name}").fetchall()
            for row in rows:
                connection.execute(f"INSERT INTO {place}.{name} VALUES ({', '.join('?' * len(row))})", row)


def positions(connection: sqlite3.Connection, place: Place, expression: str, *, until: int | None) -> Iterator[int]:
    """Yield the positions of the events that match an FTS5 expression, the best first, newer ones before older.

    Ranking reads all that is ranked, so of very many matches the newest are ranked first, then the next ones.
    """
    while True:
        found = connection.execute(
            f"""
            SELECT rowid
            FROM (
                SELECT rowid, {_RANK} AS rank_of_row
                FROM {place}.search
                WHERE search MATCH :expression AND (:until IS NULL OR rowid <= :until)
                ORDER BY rowid DESC
                LIMIT :most
            )
            ORDER BY rank_of_row, rowid DESC
            """,
            {"expression": expression, "until": until, "most": RANKED},
        ).fetchall()
        yield from (row[0] for row in found)
        if len(found) < RANKED:
            return
        until = min(found)[0] - 1


def first_difference(log: Log, connection: sqlite3.Connection) -> int | None:
    """Return the position of an event for which the stored index differs from a fresh one, None where none does.

    An index that other rules made is not compared, because nobody asks it. Writes temporary tables.
    """
    known = position(connection, "main")
    if known is None or known > log.head():
        return None if known is None else known
    drop(connection, "temp")
    try:
        _make(connection, "temp")
        _fill(log, connection, "temp", after=0, until=known)
        for place in PLACES:
            connection.execute(f"CREATE VIRTUAL TABLE temp.words_{place} USING fts5vocab({place}, search, instance)")
        for rows in _COMPARED:
            # Closed before the tables are dropped, which a cursor would lock.
            with (
                closing(connection.execute(rows.format(place="main"))) as stored,
                closing(connection.execute(rows.format(place="temp"))) as fresh,
            ):
                for one, other in zip_longest(stored, fresh):
                    if one != other:
                        return int(min(filter(None, (one, other)))[1])
        return None
    finally:
        for place in PLACES:
            connection.execute(f"DROP TABLE IF EXISTS temp.words_{place}")
        drop(connection, "temp")
