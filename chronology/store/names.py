"""The names that a store knows: subjects, parties, attributes, kinds, and what a typed name may mean."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from chronology.events.patterns import is_subject
from chronology.projections import claims, references, tables
from chronology.projections.filters import KnownAt
from chronology.store import query
from chronology.store.session import Session

if TYPE_CHECKING:
    from chronology.questions.prefixes import Named
    from chronology.questions.subject_list import KnownSubject
    from chronology.questions.subject_names import MergeTold, Name


class Names:
    """The names in a store, as `Reader.names` gives them."""

    def __init__(self, session: Session) -> None:
        """Ask one open store."""
        self._session = session

    def subjects(self, *, kind: str | None = None) -> list[str]:
        """Return every subject that some event is about or refers to, in order; of merged ones the kept name."""
        with self._session.reading():
            found, same = references.subjects(self._session.connection, kind=kind), self._session.identities()
            return [subject for subject in found if same.of(subject) == subject]

    def knows_subject(self, subject: str) -> bool:
        """Tell whether some event is about a subject or refers to it."""
        with self._session.reading():
            return references.is_known(self._session.connection, subject)

    def subjects_of(self, source: str, among: Collection[str]) -> set[str]:
        """Return those of some subjects of which a source says something, or any dated event without claims."""
        with self._session.reading():
            return references.spoken_of(self._session.connection, source, among)

    def similar(self, text: str, *, kinds: Collection[str] = (), parties: bool = False) -> list[str]:
        """Return the subjects that a typed text may mean, nearest first, at most five.

        Args:
            text: a name, a slug, or kind/slug.
            kinds: only subjects of these; of any if not given.
            parties: look among sources and origins too.
        """
        # Imported here, because only unknown names need it.
        from chronology.store import name_lookup

        with self._session.snapshot():
            if references.versions(self._session.connection) != tables.VERSIONS:
                return []
            return name_lookup.similar(self._session.connection, text, kinds=kinds, parties=parties)

    def knows_party(self, name: str) -> bool:
        """Tell whether some assertion has a source or an origin."""
        with self._session.reading():
            return claims.is_party(self._session.connection, name)

    def parties(self) -> list[str]:
        """Return every source and every origin of some assertion, in order."""
        with self._session.reading():
            return claims.parties(self._session.connection)

    def attributes(self) -> set[str]:
        """Return every attribute that the vocabulary can assert or some event did."""
        with self._session.reading():
            return set(claims.attributes(self._session.connection)) | self._session.vocabulary.attributes()

    def kinds(self) -> set[str]:
        """Return every kind of subject that the vocabulary names or the log holds."""
        with self._session.reading():
            return set(references.kinds(self._session.connection)) | self._session.vocabulary.kinds()

    def subject_list(
        self,
        *,
        kind: str | None = None,
        text: str | None = None,
        known_at: KnownAt = None,
        limit: int | None = None,
    ) -> "list[KnownSubject]":
        """Return the subjects that events are about or refer to, with their names, in order of kind and slug.

        Args:
            kind: only of this one. Where not given, `type` and `event`, which only bookkeeping is about, are left out.
            text: only those in whose slug or names this stands, whatever its case and marks.
            known_at: as known then, as for `state`.
            limit: at most this many, the first in that order.

        Raises:
            DateError: a known_at that cannot be read.
            ChronologyError: a position or limit below 0.
        """
        from chronology.questions import subject_list

        query.check_limit(limit)
        session = self._session
        with session.reading():
            known = query.position_known_at(session.log, known_at)
            same = session.identities(known)
            return subject_list.subjects(
                session.log, session.connection, same, kind=kind, text=text, known_at=known, limit=limit
            )

    def of(self, subject: str, *, known_at: KnownAt = None) -> "list[Name]":
        """Return all names of a subject, the one to show first.

        Args:
            subject: as kind/slug.
            known_at: as known then, as for `state`.

        Raises:
            DateError: a known_at that cannot be read.
            ChronologyError: a position below 0.
        """
        from chronology.questions import subject_names

        session = self._session
        with session.reading():
            known = query.position_known_at(session.log, known_at)
            same = session.identities(known)
            kept = same.of(subject)
            return subject_names.names(session.log, session.connection, same, subjects=[kept], known_at=known).get(
                kept, []
            )

    def merges(self, subject: str | None = None, *, known_at: KnownAt = None) -> "list[MergeTold]":
        """Return what says that subjects are one, in order of the log.

        Args:
            subject: only of the names that mean this one; of all where not given.
            known_at: as known then, as for `state`.

        Raises:
            DateError: a known_at that cannot be read.
            ChronologyError: a position below 0.
        """
        from chronology.questions import subject_names

        session = self._session
        with session.reading():
            return list(subject_names.merges_of(session.log, session.identities(known_at), subject))

    def same_subject(self, subject: str, *, known_at: KnownAt = None) -> tuple[str, ...]:
        """Return all names that mean a subject: the one under which answers stand first, then those merged into it.

        Args:
            subject: as kind/slug.
            known_at: as known then, as for `state`.

        Raises:
            DateError: a known_at that cannot be read.
            ChronologyError: a position below 0.
        """
        with self._session.reading():
            return self._session.identities(known_at).names_of(subject)

    def subjects_named(self, text: str, *, kinds: Collection[str] = ()) -> list[str]:
        """Return the subjects that a text names, in order: by a name or alias; if none bears it, by the slug alone.

        Case, marks and apostrophes make no difference, in any script.

        Args:
            text: a name, a slug, or kind/name.
            kinds: only subjects of these; of any where not given.
        """
        from chronology.store import name_lookup

        with self._session.reading():
            return name_lookup.subjects_named(self._session.connection, text, kinds=kinds)

    def resolve(self, text: str, *, kinds: Collection[str] = (), parties: bool = False) -> str:
        """Return the one subject that a text means; what is kind/slug already is returned unchanged.

        Names are those known now: a question about what was known earlier still uses the names of today.

        Args:
            text: kind/slug, a name, an alias, or a slug.
            kinds: only subjects of these; of any where not given.
            parties: suggest sources and origins too, where nothing bears the name.

        Raises:
            AmbiguousNameError: several subjects bear the name.
            ChronologyError: none does; the hint names those that are similar.
        """
        if is_subject(text):
            return text
        from chronology.store import name_lookup

        with self._session.reading():
            return name_lookup.resolve(self._session.connection, text, kinds=kinds, parties=parties)

    def similar_to_new(self, subject: str) -> list[str]:
        """Return the subjects of its kind to which a new one is similar, nearest first, at most five.

        Slugs that differ in their numbers alone, as those of dated reports do, are not similar.
        """
        from chronology.store import name_lookup

        with self._session.reading():
            return name_lookup.similar_to_new(self._session.connection, subject)

    def titles(self, *, known_at: KnownAt = None) -> dict[str, str]:
        """Return the name to show of every subject that has one.

        Args:
            known_at: as known then, as for `state`.

        Raises:
            DateError: a known_at that cannot be read.
            ChronologyError: a position below 0.
        """
        from chronology.questions import subject_names

        session = self._session
        with session.reading():
            known = query.position_known_at(session.log, known_at)
            found = subject_names.names(session.log, session.connection, session.identities(known), known_at=known)
            return {subject: names[0].text for subject, names in found.items()}

    def completions(self, what: "Named", prefix: str, *, subject: str | None = None, limit: int = 100) -> list[str]:
        """Return names that begin with a prefix, to complete what somebody types.

        Args:
            what: is named.
            prefix: with which the name begins.
            subject: whose attributes are meant.
            limit: the most names. Of more subjects, only their kinds are returned, as in `place/`.
        """
        from chronology.questions import prefixes

        session = self._session
        with session.reading():
            subject = subject and session.identities().of(subject)
            return prefixes.beginning(
                session.log,
                session.connection,
                session.vocabulary,
                what,
                prefix,
                subject=subject,
                limit=limit,
            )
