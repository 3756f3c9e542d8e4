"""What holds a connection until it is closed, and is closed at the end of a `with` block. No I/O of its own."""

from abc import abstractmethod
from types import TracebackType
from typing import Self


class Closing:
    """Something to be closed."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
