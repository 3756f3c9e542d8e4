"""Which assertions a question is about, and the SQL conditions that say so. Runs nothing."""

from collections.abc import Sequence
from typing import Any

from attrs import frozen


@frozen(kw_only=True)
class Scope:
    """Which assertions a question is about; what is None or empty does not restrict.

    Attributes:
        known_at: the position up to which the log is read.
        stated_by: the last day, `YYYY-MM-DD`, on which it may have been stated.
        kind: of the subject.
        min_grade: at least this reliable *and* at least this credible, as in "B3"; ungraded ones are out.
    """

    known_at: int | None = None
    subject: str | None = None
    attribute: str | None = None
    kind: str | None = None
    stated_by: str | None = None
    sources: Sequence[str] = ()
    origins: Sequence[str] = ()
    min_grade: str | None = None

    def filters_assertions(self) -> bool:
        """Tell whether anything but subject, attribute and kind restricts the answer."""
        return not (
            self.known_at is None
            and self.stated_by is None
            and not self.sources
            and not self.origins
            and self.min_grade is None
        )

    def group_conditions(self) -> tuple[list[str], list[Any]]:
        """Return SQL conditions on subject and attribute, and their parameters."""
        conditions, parameters = [], []
        if self.subject is not None:
            conditions.append("subject = ?")
            parameters.append(self.subject)
        if self.attribute is not None:
            conditions.append("attribute = ?")
            parameters.append(self.attribute)
        if self.kind is not None:
            # "0" is the character after "/": all subjects of the kind, by the index.
            conditions += ["subject >= ?", "subject < ?"]
            parameters += [f"{self.kind}/", f"{self.kind}0"]
        return conditions, parameters

    def conditions(self) -> tuple[list[str], list[Any]]:
        """Return all SQL conditions on the assertion table, and their parameters."""
        on_group, group_parameters = self.group_conditions()
        conditions, parameters = self.conditions_on_assertions()
        return on_group + conditions, group_parameters + parameters

    def conditions_on_assertions(self) -> tuple[list[str], list[Any]]:
        """Return SQL conditions on what is said, not of whom, and their parameters."""
        conditions: list[str] = []
        parameters: list[Any] = []
        if self.known_at is None:
            conditions.append("known_until IS NULL")
        else:
            conditions.append("known_from <= ? AND (known_until IS NULL OR known_until > ?)")
            parameters += [self.known_at, self.known_at]
        if self.stated_by is not None:
            conditions.append("stated <= ?")
            parameters.append(self.stated_by)
        for column, names in (("source", self.sources), ("origin", self.origins)):
            if names:
                conditions.append(f"{column} IN ({', '.join('?' * len(names))})")
                parameters += names
        if self.min_grade is not None:
            conditions.append("substr(grade, 1, 1) <= ? AND substr(grade, 2, 1) <= ?")
            parameters += [self.min_grade[0], self.min_grade[1]]
        return conditions, parameters
