"""Tests of the file that says which shared log a store follows."""

import stat
from pathlib import Path

import pytest

from chronology.errors import RemoteError
from chronology.remote import addresses


def test_what_is_remembered_is_found_again(tmp_path: Path) -> None:
    """Until it is forgotten; nobody else can read the file."""
    store = tmp_path / "storm.db"
    assert addresses.of(store) is None
    remote = addresses.checked("team", "postgresql://jane:secret@db.example.org/team")
    addresses.remember(store, remote)
    assert addresses.of(store) == addresses.needed(store) == remote
    assert stat.S_IMODE(addresses.place(store).stat().st_mode) == 0o600
    addresses.forget(store)
    with pytest.raises(RemoteError, match="follows no shared log"):
        addresses.needed(store)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://jane:se:cret@db.example.org/team", "postgresql://jane:***@db.example.org/team"),
        ("postgresql://jane@db.example.org/team", "postgresql://jane@db.example.org/team"),
        ("postgresql://db/team?user=j&password=secret", "postgresql://db/team?user=j&password=***"),
    ],
)
def test_a_password_is_never_shown(url: str, shown: str) -> None:
    """Wherever it stands in the address."""
    assert addresses.checked("team", url).shown == shown


@pytest.mark.parametrize(
    ("name", "url", "told"),
    [
        ("Team", "postgresql://db/x", "is not a name"),
        ("", "postgresql://db/x", "is not a name"),
        ("team", "mysql://db/x", "does not begin with"),
        ("team", "host=db dbname=x", "does not begin with"),
        ("team", "postgresql://db/\nx", "does not begin with"),
    ],
)
def test_a_remote_needs_a_name_and_an_address(name: str, url: str, told: str) -> None:
    """Each fault has its own words."""
    with pytest.raises(RemoteError, match=told):
        addresses.checked(name, url)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"name": "team"}', '{"name": 1, "url": 2}', '{"name": "t", "url": "x"}']
)
def test_a_damaged_file_is_an_error_with_a_hint(tmp_path: Path, text: str) -> None:
    """It names the file and never fails otherwise."""
    store = tmp_path / "storm.db"
    addresses.place(store).write_text(text)
    with pytest.raises(RemoteError):
        addresses.of(store)
