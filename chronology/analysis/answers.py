"""The store's own answers over a Parquet folder: DuckDB reads and sorts the claims, the same rules decide as ever.

Texts of questions, and rows to answers; opens nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from chronology.analysis.questions import Question, Scope, disputable
from chronology.answers.corroboration import support
from chronology.answers.holding import Dissent, Evidence, Holding, Party, Standing
from chronology.answers.resolve import resolve
from chronology.projections.bulk import year_of
from chronology.projections.claims import nothing_held
from chronology.questions.claim_query import Row, claim_of

_ROW: Final = ", ".join(f'"{name}"' for name in Row._fields)


def covering(scope: Scope, instant: int) -> Question:
    """Ask for the live claims that may cover an instant, group by group."""
    conditions, parameters = scope.conditions()
    conditions += [
        f"year <= {year_of(instant):d}",
        f"start_min <= {instant:d}",
        f"end_max > {instant:d}",
    ]
    text = f"""
        SELECT {_ROW}
        FROM assertion
        WHERE {" AND ".join(conditions)}
        ORDER BY subject, attribute, position, key
    """
    return text, parameters


def disputed(scope: Scope) -> Question:
    """Ask for the live claims about whatever somebody may disagree on, group by group."""
    conditions, parameters = scope.conditions()
    text = f"""
        SELECT {_ROW}
        FROM assertion
        SEMI JOIN ({disputable(conditions)}) AS worth USING (subject, attribute)
        WHERE {" AND ".join(conditions)}
        ORDER BY subject, attribute, position, key
    """
    return text, parameters


def groups(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[Row]]:
    """Yield the claims about one attribute of one subject together. Requires them in order."""
    for _, members in groupby(rows, key=lambda row: row[:2]):
        yield [Row._make(row) for row in members]


def holding(rows: Sequence[Row], instant: int) -> Holding | None:
    """Return what held by the claims of one group, with the origins counted; None where nothing can have held."""
    claims = [claim_of(row) for row in rows]
    answer = resolve(claims, instant)
    if answer is None:
        return None
    said = {row.key: _evidence(row) for row in rows}
    dissent: Dissent | None = None
    if others := answer.candidates[1:]:
        parties = tuple(_party(said[one.key] if one else None, standing.value) for one, standing in others)
        dissent = "certain" if answer.certain else "possible", answer.contested, parties
    subject, attribute = rows[0].subject, rows[0].attribute
    if answer.leading is None:
        held = nothing_held(subject, attribute, dissent)
    else:
        value, event, position, valid, origin, source, grade, _ = said[answer.leading.key]
        held = subject, attribute, value, event, position, valid, origin, source, grade, dissent
    return Holding(held).supported(support(claims, instant))


def _party(said: Evidence | None, standing: Standing) -> Party:
    return said, standing


def _evidence(row: Row) -> Evidence:
    event = bytes.fromhex(row.event.replace("-", ""))
    role: Any = row.role
    return row.value, event, row.position, row.valid, row.origin, row.source, row.grade, role
