"""What a person at a terminal sees while a command works: how far a long run has got, or for how long it has run."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Shown

    from chronology.projections.rebuild import Progress


@contextmanager
def progress_bar(what: str) -> "Iterator[Progress | None]":
    """Give something that shows progress: a bar on stderr if that is a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)

        def tell(done: int, total: int) -> None:
            # Without a total, it only shows that something goes on.
            bar.update(task, completed=done, total=total or None)

        yield tell


@contextmanager
def waiting(what: str, *, after: float = 1) -> Iterator[None]:
    """Show on stderr, if that is a terminal, that a question takes longer than this many seconds, timed from then on.

    For questions about a whole store, whose answer comes at once or after reading a million events. Print nothing
    meanwhile.
    """
    if not sys.stderr.isatty():
        yield
        return
    shown: list[Shown] = []

    def show() -> None:
        from rich.console import Console
        from rich.progress import Progress as Bar
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
        bar = Bar(*columns, console=Console(stderr=True), transient=True)
        bar.add_task(what, total=None)
        bar.start()
        shown.append(bar)

    timer = Timer(after, show)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        for bar in shown:
            bar.stop()
