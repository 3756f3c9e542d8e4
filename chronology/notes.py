"""The former place of `chronology.transparency.notes`, for programs that still name it."""

from chronology.transparency.notes import *  # noqa: F403
