"""Ids of imported events are the same everywhere, and say which event of the row they name."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from chronology.importers.identities import MOST_REVISIONS, MOST_SLOTS, Place, fingerprint, identity, place_of, prefix

PLACES = st.builds(Place, st.integers(0, MOST_SLOTS - 1), st.integers(0, MOST_REVISIONS - 1), st.booleans())


def test_an_id_never_changes() -> None:
    """Logs hold such ids: the same row must have the same one in every release of this program."""
    assert identity("source/ucdp-ged", "214797", Place(0, 0)) == GOLDEN


GOLDEN = "00af6760-b258-834d-8ab1-a78440000000"


@given(dataset=st.text(), key=st.text(), place=PLACES)
def test_an_id_is_a_uuid_that_can_be_read_back(dataset: str, key: str, place: Place) -> None:
    """It is a UUID of version 8, begins as all of its row do, below what the log makes, and tells its place."""
    found = identity(dataset, key, place)
    assert uuid.UUID(found).version == 8
    assert str(uuid.UUID(found)) == found
    assert found.startswith(prefix(dataset, key))
    assert found < "01"
    assert place_of(found) == place


@given(st.lists(st.tuples(st.text(max_size=3), st.text(max_size=3)), min_size=2, max_size=30, unique=True))
def test_rows_do_not_share_ids(rows: list[tuple[str, str]]) -> None:
    """Neither within a dataset nor between two; nor do the numbers that stand for keys."""
    assert len({prefix(*row) for row in rows}) == len(rows)
    keys = {key for _, key in rows}
    assert len(set(map(fingerprint, keys))) == len(keys)
