"""Opening a store for writing: alone, or as a replica that writes to its shared log first. Prints nothing."""

from pathlib import Path

import chronology

_FOLLOWS = ".remote"


def open_for_writing(path: Path) -> "chronology.Chronology":
    """Open a store for writing; one that follows a shared log writes there first.

    Raises:
        ChronologyError: it cannot be opened, or the file that names its shared log is damaged.
    """
    if not path.with_name(f"{path.name}{_FOLLOWS}").exists():
        return chronology.Chronology.open(path)
    # Imported here: most stores follow no shared log, and their commands should not wait for it.
    from chronology.remote.following import Follower

    return Follower.follow(path)
