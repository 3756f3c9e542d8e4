"""The command that finds events by their words."""

from typing import Annotated, Final

import typer

from chronology.commands import options
from chronology.commands.application import Invocation, command
from chronology.commands.options import filtering, parties, restrictions_of
from chronology.commands.screen import output
from chronology.commands.screen.output import Format
from chronology.commands.screen.table import Marked, Shape, Tone
from chronology.errors import StoreError
from chronology.events.json_values import Json
from chronology.questions.search import Hit
from chronology.store.reader import Reader

COLUMNS: Final = (
    "position", "event", "type", "subject", "valid", "origin", "source", "grade", "field", "snippet", "marks",
    "withdrawn_by",
)  # fmt: skip
SHAPE: Final = Shape(
    headings=("event", "valid", "type", "subject", "found", "said by"),
    stack=("{event}  {valid}  {type}  {subject}", "    {found}", "    {said by}"),
)
_FIRST: Final = 20
"""Events that are listed where no limit is given."""


@command(filtering("search"))
def search(
    call: Invocation,
    words: Annotated[
        list[str],
        typer.Argument(metavar="WORDS...", show_default=False, help='Words, "a phrase", the beginning of a word: bag*'),
    ],
    limit: Annotated[int, typer.Option("-n", "--limit", metavar="N", min=1, help="List the best N.")] = _FIRST,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what was withdrawn, and retractions and redactions themselves.")
    ] = False,
    as_written: Annotated[
        bool, typer.Option("--as-written", help="Only these words, not the other names of what they name.")
    ] = False,
) -> None:
    """Find events by their words, the best first.

    An event is found if it holds all the words: in its subject, its type, its payload, its quote, its note, or the
    names of those who say it. Case, accents, vowel points and hyphens make no difference. A word in the name of a
    subject also finds what is about the subject, under whichever name. What was found stands in brackets.

    \b
    chronology search pledge death
    chronology search '"line of contact"' hajin
    chronology search capt* -n 3
    """
    with _opened(call) as chron:
        filters = restrictions_of(call, chron)
        found = chron.search(_question(words), limit + 1, withdrawn=everything, as_written=as_written, **filters)
        options.note_late_position(call, chron)
        if not found:
            _explain_nothing(call, chron, words, parties(filters), everything=everything)
    call.notes.say()
    wanted = call.format
    if wanted is not Format.TABLE:
        output.show_records(map(_record, found[:limit]), wanted, columns=COLUMNS)
    elif found:
        with output.paged(wanted=call.pager):
            output.show_table(map(_row, found[:limit]), shape=SHAPE)
    if len(found) > limit:
        output.say(f"note: these are the best {limit}; -n lists more")


def _opened(call: Invocation) -> Reader:
    """Open the store for reading; for writing, if the index in it is behind the log, to bring it up for next time."""
    path = call.path
    chron = Reader.open(path)
    if chron.log.is_indexed():
        return chron
    # Only bringing up the index needs what writes.
    from chronology.store.chronology import Chronology

    try:
        writer = Chronology.open(path)
    except StoreError:
        return chron
    chron.close()
    return writer


def _question(words: list[str]) -> str:
    # A shell takes the quotation marks off a phrase that stands alone; what has spaces was one argument.
    return " ".join(f'"{word}"' if " " in word and '"' not in word else word for word in words)


def _explain_nothing(call: Invocation, chron: Reader, words: list[str], wanted: list[str], *, everything: bool) -> None:
    options.check_known(call, chron, subject=None, attribute=None, kind=None, parties=wanted)
    call.notes.say()
    live = "" if everything else "; --all also looks at what was withdrawn"
    output.say(f"no event holds all these words{live}")
    for word in words:
        if not chron.names.subjects_named(word) and (similar := chron.names.similar(word)):
            output.say(f"note: {word} is similar to {' and '.join(similar[:3])}")


def _record(hit: Hit) -> dict[str, Json]:
    event = hit.event.event
    return {
        "position": hit.event.position,
        "event": hit.event.id,
        "type": event.type,
        "subject": event.subject,
        "valid": event.valid,
        "origin": event.origin,
        "source": event.source,
        "grade": event.grade,
        "field": hit.field,
        "snippet": hit.snippet,
        "marks": [list(pair) for pair in hit.marks],
        "withdrawn_by": hit.withdrawn_by,
    }


def _row(hit: Hit) -> tuple[str, ...]:
    event = hit.event.event
    found = f"{hit.field}: {_marked(hit)}"
    if hit.withdrawn_by is not None:
        words = f"withdrawn by #{hit.withdrawn_by};"
        found = Marked(f"{words} {found}", tone=Tone.CONTESTED, length=len(words))
    said_by = output.said_by(event.origin, event.source)
    return f"#{hit.event.position}", event.valid or "", event.type, event.subject, found, said_by


def _marked(hit: Hit) -> str:
    text, shown = hit.snippet, ""
    before = 0
    for start, end in hit.marks:
        shown += f"{text[before:start]}[{text[start:end]}]"
        before = end
    return shown + text[before:]
