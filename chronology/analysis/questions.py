"""The questions over a Parquet folder as DuckDB's SQL: texts and parameters only; runs nothing."""

from collections.abc import Sequence
from typing import Any, Final

from attrs import frozen

from chronology.dates.calendar import BEGINNING, FOREVER, LINE_END, day_opening
from chronology.projections.bulk import year_of
from chronology.projections.filters import DUCKDB, Filters

Question = tuple[str, dict[str, Any]]
"""A text and its parameters."""

FOUND: Final = "found_conflicts"
"""The temporary table in which conflicts are gathered."""

_FIRST_SECOND: Final = day_opening(1, 1, 1)


@frozen(kw_only=True)
class Scope:
    """What a question is about, and what counts.

    Attributes:
        bucket: of the subject, where one is given; None for all.
    """

    filters: Filters
    bucket: int | None

    def conditions(self) -> tuple[list[str], dict[str, Any]]:
        """Return SQL conditions on assertions and their parameters."""
        conditions, parameters = self.filters.conditions(DUCKDB)
        return self._in_bucket() + conditions, parameters

    def conditions_on_state(self) -> tuple[list[str], dict[str, Any]]:
        """Return SQL conditions on the state and their parameters; no filter can be asked of it any more."""
        conditions, parameters = self.filters.group_conditions(DUCKDB)
        return self._in_bucket() + conditions, parameters

    def _in_bucket(self) -> list[str]:
        # A number stands in the text: DuckDB passes over files by what it knows when it plans.
        return [] if self.bucket is None else [f"bucket = {self.bucket:d}"]


def state(scope: Scope, instant: int, *, by_subject: bool) -> Question:
    """Ask what held at an instant.

    Rows of later years are passed over by file, those that ended before by the least and greatest end that each group
    of rows of a file notes: files are sorted by it.
    """
    conditions, parameters = scope.conditions_on_state()
    conditions += [f"year <= {year_of(instant):d}", f"valid_from <= {instant:d}", f"valid_to > {instant:d}"]
    text = f"""
        SELECT subject, attribute, value, certainty, contested,
            "leading", position, valid, origin, source, grade, others
        FROM state
        WHERE {" AND ".join(conditions)}
        {"ORDER BY subject, attribute" if by_subject else ""}
    """
    return text, parameters


def counts(scope: Scope, first: int | None, last: int | None) -> Question:
    """Ask how many assertions begin in each month, for sure or possibly; months are numbered from the year 0."""
    conditions, parameters = scope.conditions()
    conditions += ["role = 'affirms'", "value IS NOT NULL"]
    earliest = f"min(start_min) FILTER (start_min > {BEGINNING})" if first is None else f"min({first:d})"
    latest = f"max(start_max) FILTER (start_max < {FOREVER})" if last is None else f"max({last:d})"
    text = f"""
        WITH beginning AS (
            SELECT attribute, start_min, start_max
            FROM assertion
            WHERE {" AND ".join(conditions)}
        ),
        period AS (
            SELECT
                greatest({_FIRST_SECOND}, {earliest}) AS first,
                least({LINE_END - 1}, {latest}) AS last
            FROM beginning
        ),
        touched AS (
            SELECT attribute, {_month("start_min")} = {_month("start_max")} AS is_sure,
                unnest(range(
                    {_month("greatest(start_min, first)")}, {_month("least(start_max, last)")} + 1
                )) AS month
            FROM beginning, period
            WHERE start_min <= last AND start_max >= first
        )
        SELECT attribute, printf('%04d-%02d', month // 12, month % 12 + 1) AS month,
            count(*) FILTER (is_sure) AS surely, count(*) FILTER (NOT is_sure) AS possibly
        FROM touched
        GROUP BY ALL
        ORDER BY attribute, month
    """
    return text, parameters


def _month(second: str) -> str:
    """Return SQL for the number of the month in which a second lies, that of the line's end where it lies outside."""
    inside = f"make_timestamp(least(greatest({second}, {_FIRST_SECOND}), {LINE_END - 1}) * 1000000)"
    return f"(year({inside}) * 12 + month({inside}) - 1)"


_SIDE: Final = ("position", "value", "role", "valid", "origin", "source", "grade")

_SIDES: Final = ", ".join(
    f"{side}.{name} AS {side if name == 'position' else f'{side}_{name}'}"
    for side in ("first", "second")
    for name in _SIDE
)

NO_CONFLICTS: Final = f"""
    WITH claim AS (SELECT *, ''::BLOB AS place FROM assertion WHERE false)
    SELECT second.subject, second.attribute, '' AS clash, {_SIDES}, false AS shared_origin
    FROM claim AS first, claim AS second
"""

FOUND_CONFLICTS: Final = f"""
    SELECT * FROM {FOUND} ORDER BY subject, attribute, ifnull(first, 0), second, clash
"""


def disputable(conditions: Sequence[str]) -> str:
    """Return SQL for the groups in which somebody may disagree: of one voice that denies nothing, there is nothing."""
    return f"""
        SELECT subject, attribute
        FROM assertion
        WHERE {" AND ".join(conditions)}
        GROUP BY subject, attribute
        HAVING min(source) <> max(source) OR min(origin) <> max(origin)
            OR bool_or(role <> 'affirms') OR bool_or(disputes IS NOT NULL)
    """


def conflicts(scope: Scope, bucket: int) -> Question:
    """Gather the pairs of one bucket that disagree, by the rules of `chronology.answers.disagreements`."""
    conditions, parameters = scope.conditions()
    conditions.append(f"bucket = {bucket:d}")
    text = f"""
        INSERT INTO {FOUND}
        WITH claim AS MATERIALIZED (
            SELECT *, {_RANK} AS place
            FROM assertion
            SEMI JOIN ({disputable(conditions)}) AS worth USING (subject, attribute)
            WHERE {" AND ".join(conditions)}
        ),
        {_DISPUTED},
        {_DENIED},
        {_CONTRADICTING},
        {_PAIR}
        SELECT pair.subject, pair.attribute, clash, {_SIDES},
            ifnull(first.origin = second.origin AND first.source <> second.source, false)
        FROM pair
        JOIN claim AS second ON second.subject = pair.subject AND second.attribute = pair.attribute
            AND second.key = pair.second
        LEFT JOIN claim AS first ON first.subject = pair.subject AND first.attribute = pair.attribute
            AND first.key = pair.first
    """
    return text, parameters


def _undisputed(pairs: str) -> str:
    """Return SQL for the pairs that no dispute has named, whichever of the two disputes the other."""
    return f"""
        SELECT subject, attribute, first, second
        FROM {pairs}
        ANTI JOIN (
            FROM disputed
            UNION ALL
            SELECT subject, attribute, second AS first, first AS second FROM disputed
        ) AS known USING (subject, attribute, first, second)
    """


_RANK: Final = "ifnull(rank, unhex(printf('%016x', position)))"
"""The place of an event in the order of first recording, as `chronology.events.ranks` writes it."""

_DISPUTED: Final = """
        named AS (
            SELECT DISTINCT subject, attribute, key, unnest(disputes::BIGINT[]) AS target
            FROM claim
            WHERE disputes IS NOT NULL
        ),
        disputed AS MATERIALIZED (
            SELECT named.subject, named.attribute, claim.key AS first, named.key AS second
            FROM named
            JOIN claim ON claim.subject = named.subject AND claim.attribute = named.attribute
                AND claim.position = named.target
        )"""

_DENIED: Final = """
        denied AS MATERIALIZED (
            SELECT denial.subject, denial.attribute, said.key AS first, denial.key AS second
            FROM claim AS denial
            JOIN claim AS said ON said.subject = denial.subject AND said.attribute = denial.attribute
                AND said.value IS NOT DISTINCT FROM denial.value
                AND greatest(said.start_min, denial.start_min) < least(said.end_max, denial.end_max)
            WHERE denial.role = 'denies' AND said.role = 'affirms'
        )"""

_CONTRADICTING: Final = """
        contradicting AS (
            SELECT one.subject, one.attribute, one.key AS first, other.key AS second
            FROM claim AS one
            JOIN claim AS other ON other.subject = one.subject AND other.attribute = one.attribute
                AND one.place < other.place
                AND one.start_max < other.extent_end AND other.start_max < one.extent_end
            WHERE one.role = 'affirms' AND other.role = 'affirms' AND one.value IS DISTINCT FROM other.value
                AND one.start_max < one.extent_end AND other.start_max < other.extent_end
                AND (one.origin <> other.origin OR one.source <> other.source)
        )"""

_PAIR: Final = f"""
        pair AS (
            SELECT 'dispute' AS clash, * FROM disputed
            UNION ALL
            SELECT 'dispute', subject, attribute, NULL, key
            FROM claim
            ANTI JOIN disputed ON disputed.subject = claim.subject AND disputed.attribute = claim.attribute
                AND disputed.second = claim.key
            WHERE disputes IS NOT NULL
            UNION ALL
            SELECT 'denial', * FROM ({_undisputed("denied")})
            UNION ALL
            SELECT 'denial', subject, attribute, NULL, key
            FROM claim
            ANTI JOIN denied ON denied.subject = claim.subject AND denied.attribute = claim.attribute
                AND denied.second = claim.key
            WHERE role = 'denies' AND disputes IS NULL
            UNION ALL
            SELECT 'values', * FROM ({_undisputed("contradicting")})
        )"""
