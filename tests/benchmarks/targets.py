"""What each measurement should reach, by size of the store, and whether it does."""

from typing import Final, NamedTuple


class Target(NamedTuple):
    """A bound on a measurement: at least or at most so much, from the smallest size on that is named."""

    at_least: bool
    by_size: tuple[tuple[int, float], ...]

    def bound(self, size: int) -> float | None:
        """Return the bound for a store of so many events, None where there is none."""
        return next((bound for smallest, bound in reversed(self.by_size) if size >= smallest), None)

    def told(self, value: float, size: int) -> str:
        """Say what is wanted, and whether a value is that."""
        bound = self.bound(size)
        if bound is None:
            return ""
        met = value >= bound if self.at_least else value <= bound
        return f"{'>=' if self.at_least else '<='} {bound:g} {'met' if met else 'MISSED'}"


def at_least(bound: float, *others: tuple[int, float]) -> Target:
    """Want at least so much, and from some sizes on something else."""
    return Target(True, ((0, bound), *others))


def at_most(bound: float, *others: tuple[int, float]) -> Target:
    """Want at most so much, and from some sizes on something else."""
    return Target(False, ((0, bound), *others))


LARGE: Final = 1_000_000
NONE: Final = Target(True, ())
"""A figure that only explains others."""

OLD_BYTES: Final = 999
"""Bytes that an event of the drawn history took with the projections of version 2, in a store of a million."""
