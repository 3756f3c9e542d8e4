"""The store's own answers over a Parquet folder: DuckDB reads and sorts the claims, the same rules decide as ever.

Texts of questions, and rows to answers; opens nothing.
"""

from collections.abc import Sequence
from typing import Final

from chronology.analysis.questions import Question, Scope, disputable
from chronology.answers.corroboration import support
from chronology.answers.holding import Holding
from chronology.answers.resolve import resolve
from chronology.projections.bulk import year_of
from chronology.projections.claims import claim_of, told
from chronology.projections.columns import TEXTS, Row


def covering(scope: Scope, instant: int) -> Question:
    """Ask for the live claims that may cover an instant, group by group."""
    conditions, parameters = scope.conditions()
    conditions += [
        f"year <= {year_of(instant):d}",
        f"start_min <= {instant:d}",
        f"end_max > {instant:d}",
    ]
    text = f"""
        SELECT {TEXTS}
        FROM assertion
        WHERE {" AND ".join(conditions)}
        ORDER BY subject, attribute, position, key
    """
    return text, parameters


def disputed(scope: Scope) -> Question:
    """Ask for the live claims about whatever somebody may disagree on, group by group."""
    conditions, parameters = scope.conditions()
    text = f"""
        SELECT {TEXTS}
        FROM assertion
        SEMI JOIN ({disputable(conditions)}) AS worth USING (subject, attribute)
        WHERE {" AND ".join(conditions)}
        ORDER BY subject, attribute, position, key
    """
    return text, parameters


class _Themselves(dict[str, str]):
    """Names as texts, each of which stands for itself."""

    def __missing__(self, name: str) -> str:
        return name


_TEXTS: Final = _Themselves()


def holding(rows: Sequence[Row], instant: int) -> Holding | None:
    """Return what held by the claims of one group, with the origins counted; None where nothing can have held."""
    claims = [claim_of(row) for row in rows]
    answer = resolve(claims, instant)
    return None if answer is None else told(rows, answer, _TEXTS).supported(support(claims, instant))
