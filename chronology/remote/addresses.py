"""Which shared log a store follows: a small file beside it. Knows addresses, connects to none."""

import json
import os
import re
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from attrs import frozen

from chronology.errors import RemoteError

_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_SCHEMES: Final = ("postgresql", "postgres")
_HIDDEN: Final = re.compile(r"(://[^:/@]*:)[^@]*@|(password=)[^&\s]*")


@frozen(kw_only=True)
class Remote:
    """A shared log: what its members call it, and where it is."""

    name: str
    url: str

    @property
    def shown(self) -> str:
        """The address without its password."""
        return _HIDDEN.sub(lambda found: f"{found[1]}***@" if found[1] else f"{found[2]}***", self.url)


def place(store: Path) -> Path:
    """Return the file that says which shared log a store follows."""
    return store.with_name(f"{store.name}.remote")


def of(store: Path) -> Remote | None:
    """Return the shared log that a store follows, None where it follows none.

    Raises:
        RemoteError: the file beside the store is damaged.
    """
    try:
        text = place(store).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as exc:
        raise RemoteError(f"{place(store)} cannot be read: {exc}") from exc
    try:
        record = json.loads(text)
        return checked(record["name"], record["url"])
    except (ValueError, LookupError, TypeError) as exc:
        hint = "remove the file, then `chronology remote add` again"
        raise RemoteError(f"{place(store)} does not name a shared log: {exc}", hint=hint) from exc


def needed(store: Path) -> Remote:
    """Return the shared log that a store follows.

    Raises:
        RemoteError: it follows none.
    """
    remote = of(store)
    if remote is None:
        raise RemoteError(
            f"{store} follows no shared log", hint="chronology remote add team postgresql://HOST/DATABASE"
        )
    return remote


def checked(name: str, url: str) -> Remote:
    """Return a remote.

    Raises:
        RemoteError: the name or the address does not have the right form.
    """
    if not _NAME.fullmatch(name):
        raise RemoteError(f"{name!r:.80} is not a name for a shared log", hint="lower-case letters, digits, - and _")
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES or not url.isprintable():
        raise RemoteError(
            f"the address {url!r:.80} does not begin with postgresql://",
            hint="write it as in postgresql://jane@db.example.org/team",
        )
    return Remote(name=name, url=url)


def remember(store: Path, remote: Remote) -> None:
    """Write down which shared log a store follows; only its owner can read that, for it may hold a password.

    Raises:
        RemoteError: the file cannot be written.
    """
    target = place(store)
    draft = target.with_name(f"{target.name}.new")
    try:
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"name": remote.name, "url": remote.url}, file)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except OSError as exc:
        raise RemoteError(f"{target} cannot be written: {exc.strerror}") from exc


def forget(store: Path) -> None:
    """Follow no shared log any more; what was pulled stays."""
    place(store).unlink(missing_ok=True)
