"""How names, grades, days and instants are written. Pure."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from chronology.dates import edtf
from chronology.errors import DateError

KIND = re.compile(r"[a-z][a-z0-9_-]*")
SUBJECT = re.compile(r"[a-z][a-z0-9_-]*/[a-z0-9][a-z0-9_.-]*")
SUBJECT_LENGTH: Final = 128
ATTRIBUTE = re.compile(r"[a-z][a-z0-9_]*")
GRADE = re.compile(r"[A-F][1-6]")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def is_subject(name: str) -> bool:
    """Tell whether a text is a subject's name, `kind/slug`."""
    # Measured first: a text from outside may be of any length, and the cache below would keep it.
    return len(name) <= SUBJECT_LENGTH and _has_form_of_subject(name)


@lru_cache(maxsize=16_384)
def _has_form_of_subject(name: str) -> bool:
    return SUBJECT.fullmatch(name) is not None


def is_day(text: str) -> bool:
    """Tell whether a text is one exact calendar day, `2018-05-14`."""
    return len(text) == len("2018-05-14") and _is_day(text)


@lru_cache(maxsize=65_536)
def _is_day(text: str) -> bool:
    if not DAY.fullmatch(text):
        return False
    try:
        edtf.parse(text)
    except DateError:
        return False
    return True


def format_instant(moment: datetime) -> str:
    """Return an aware datetime as the log writes it: `2018-05-15T09:30:00.000000Z`, whose text order is time order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f").rjust(26, "0") + "Z"
