"""Which assertions a question is about, and the SQL conditions that say so. Runs nothing."""

from collections.abc import Sequence
from typing import Any, Final

from attrs import field, frozen

from chronology.dates import edtf
from chronology.events.identities import NO_MERGES, Identities
from chronology.projections.columns import ORDINAL_BITS

_LARGEST: Final = 2**63 - 1
"""Integer that SQLite takes."""


@frozen(kw_only=True)
class Filters:
    """Which assertions a question is about; what is None or empty does not restrict.

    Attributes:
        known_at: the position up to which the log is read.
        stated_by: the last day, `YYYY-MM-DD`, on which it may have been stated.
        kind: of the subject.
        sources, origins: only from these documents, only what comes from these.
        without_sources, without_origins: nothing from these documents, nothing that comes from these.
        min_grade: at least this reliable *and* at least this credible, as in "B3"; ungraded ones are out.
        identities: which names meant one subject then; subject, sources and origins are names that were kept.
    """

    known_at: int | None = None
    subject: str | None = None
    attribute: str | None = None
    kind: str | None = None
    stated_by: str | None = None
    sources: Sequence[str] = ()
    origins: Sequence[str] = ()
    without_sources: Sequence[str] = ()
    without_origins: Sequence[str] = ()
    min_grade: str | None = None
    identities: Identities = field(default=NO_MERGES, eq=False, repr=False)

    def restrict_claims(self) -> bool:
        """Tell whether anything but subject, attribute and kind restricts the answer."""
        return not (
            self.known_at is None
            and self.stated_by is None
            and not self.sources
            and not self.origins
            and not self.without_sources
            and not self.without_origins
            and self.min_grade is None
        )

    def hiding(self, *, source: str | None, origin: str | None, stated: str, grade: str | None) -> tuple[str, ...]:
        """Return the names of the filters that leave out what is said so, as `conditions_on_claims` do.

        Args:
            source: the document.
            origin: who the claim comes from.
            stated: the day on which it was.
            grade: as given; None for none.
        """
        least = self.min_grade
        source, origin = self.identities.of(source or ""), self.identities.of(origin or "")
        hides = {
            "stated_by": self.stated_by is not None and stated > self.stated_by,
            "sources": bool(self.sources) and source not in self.sources,
            "origins": bool(self.origins) and origin not in self.origins,
            "without_sources": source in self.without_sources,
            "without_origins": origin in self.without_origins,
            "min_grade": least is not None and (grade is None or grade[0] > least[0] or grade[1] > least[1]),
        }
        return tuple(name for name, hidden in hides.items() if hidden)

    def group_conditions(self) -> tuple[list[str], dict[str, Any]]:
        """Return SQL conditions on subject and attribute, and their parameters."""
        conditions: list[str] = []
        parameters: dict[str, Any] = {}
        if self.subject is not None:
            conditions.append("subject = (SELECT id FROM name WHERE text = :subject)")
            parameters["subject"] = self.subject
        if self.attribute is not None:
            conditions.append("attribute = (SELECT id FROM name WHERE text = :attribute)")
            parameters["attribute"] = self.attribute
        if self.kind is not None:
            # "0" is the character after "/": all subjects of the kind, by the index.
            conditions.append("subject IN (SELECT id FROM name WHERE text >= :kind_from AND text < :kind_until)")
            parameters |= {"kind_from": f"{self.kind}/", "kind_until": f"{self.kind}0"}
        return conditions, parameters

    def conditions(self) -> tuple[list[str], dict[str, Any]]:
        """Return all SQL conditions on the table of claims, and their parameters."""
        on_group, group_parameters = self.group_conditions()
        conditions, parameters = self.conditions_on_claims()
        return on_group + conditions, group_parameters | parameters

    def conditions_on_claims(self) -> tuple[list[str], dict[str, Any]]:
        """Return SQL conditions on what is said, not of whom, and their parameters."""
        conditions: list[str] = []
        parameters: dict[str, Any] = {}
        if self.known_at is None:
            conditions.append("known_until IS NULL")
        else:
            conditions.append("key < :known_before AND (known_until IS NULL OR known_until > :known_at)")
            known_before = min((self.known_at + 1) << ORDINAL_BITS, _LARGEST)
            parameters |= {"known_before": known_before, "known_at": self.known_at}
        if self.stated_by is not None:
            conditions.append("stated <= :stated_by")
            parameters["stated_by"] = edtf.opening_of(self.stated_by)
        for what, column, test, names in (
            ("source", "source", "IN", self.sources),
            ("origin", "ifnull(origin, source)", "IN", self.origins),
            ("no_source", "source", "NOT IN", self.without_sources),
            ("no_origin", "ifnull(origin, source)", "NOT IN", self.without_origins),
        ):
            if names:
                bound = {f"{what}_{number}": name for number, name in enumerate(names)}
                texts = ", ".join(f":{name}" for name in bound)
                conditions.append(f"{column} {test} (SELECT id FROM name WHERE text IN ({texts}))")
                parameters |= bound
        if self.min_grade is not None:
            conditions.append("substr(grade, 1, 1) <= :reliability AND substr(grade, 2, 1) <= :credibility")
            parameters |= {"reliability": self.min_grade[0], "credibility": self.min_grade[1]}
        return conditions, parameters
