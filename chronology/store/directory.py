"""The names that a store knows: subjects, parties, attributes, kinds, and what a typed name may mean."""

from collections.abc import Collection

from chronology.log import database
from chronology.projections import claims, references, tables
from chronology.store.asking import Asking


class Directory(Asking):
    """What a store has names for."""

    def subjects(self, *, kind: str | None = None) -> list[str]:
        """Return every subject that some event is about or refers to, in order."""
        with self._asking():
            return references.subjects(self._connection, kind=kind)

    def knows_subject(self, subject: str) -> bool:
        """Tell whether some event is about a subject or refers to it."""
        with self._asking():
            return references.is_known(self._connection, subject)

    def resembling(self, text: str, *, kinds: Collection[str] = (), parties: bool = False) -> list[str]:
        """Return the subjects that somebody may have meant who typed a text, nearest first, at most five.

        Args:
            text: a name, a slug, or kind/slug.
            kinds: only subjects of these; of any where not given.
            parties: look among sources and origins too.
        """
        # Only what is not known is looked for among all.
        from chronology.store import resemblance

        with database.reading(self._connection):
            if references.versions(self._connection) != tables.VERSIONS:
                return []
            return resemblance.resembling(self._connection, text, kinds=kinds, parties=parties)

    def knows_party(self, name: str) -> bool:
        """Tell whether some assertion has a source or an origin."""
        with self._asking():
            return claims.is_party(self._connection, name)

    def parties(self) -> list[str]:
        """Return every source and every origin of some assertion, in order."""
        with self._asking():
            return claims.parties(self._connection)

    def attributes(self) -> set[str]:
        """Return every attribute that the vocabulary can assert or some event did."""
        with self._asking():
            return set(claims.attributes(self._connection)) | self.vocabulary.attributes()

    def kinds(self) -> set[str]:
        """Return every kind of subject that the vocabulary names or the log holds."""
        with self._asking():
            return set(references.kinds(self._connection)) | self.vocabulary.kinds()
