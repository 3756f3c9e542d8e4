"""The former place of `chronology.transparency.merkle`, for programs that still name it."""

from chronology.transparency.merkle import *  # noqa: F403
