"""The names that a store knows: subjects, parties, attributes, kinds, and what a typed name may mean."""

from collections.abc import Collection

from chronology.log import database
from chronology.projections import assertion, references, tables
from chronology.store.asking import Asking


class Directory(Asking):
    """The names in a store."""

    def subjects(self, *, kind: str | None = None) -> list[str]:
        """Return every subject that some event is about or refers to, in order."""
        with database.reading(self._connection):
            return references.subjects(self._connection, kind=kind)

    def knows_subject(self, subject: str) -> bool:
        """Tell whether some event is about a subject or refers to it."""
        with database.reading(self._connection):
            return references.is_known(self._connection, subject)

    def resembling(self, text: str, *, kinds: Collection[str] = (), parties: bool = False) -> list[str]:
        """Return the subjects that a typed text may mean, nearest first, at most five.

        Args:
            text: a name, a slug, or kind/slug.
            kinds: only subjects of these; of any if not given.
            parties: look among sources and origins too.
        """
        # Imported here, because only unknown names need it.
        from chronology.store import resemblance

        with database.reading(self._connection):
            if references.versions(self._connection) != tables.VERSIONS:
                return []
            return resemblance.resembling(self._connection, text, kinds=kinds, parties=parties)

    def knows_party(self, name: str) -> bool:
        """Tell whether some assertion has a source or an origin."""
        with database.reading(self._connection):
            return assertion.is_party(self._connection, name)

    def parties(self) -> list[str]:
        """Return every source and every origin of some assertion, in order."""
        with database.reading(self._connection):
            return assertion.parties(self._connection)

    def attributes(self) -> set[str]:
        """Return every attribute that the vocabulary can assert or some event did."""
        with database.reading(self._connection):
            return set(assertion.attributes(self._connection)) | self.vocabulary.attributes()

    def kinds(self) -> set[str]:
        """Return every kind of subject that the vocabulary names or the log holds."""
        with database.reading(self._connection):
            return set(references.kinds(self._connection)) | self.vocabulary.kinds()
