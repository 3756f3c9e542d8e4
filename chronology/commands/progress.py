"""The bar that shows how far a long run has got."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from chronology.projections.rebuild import Progress


@contextmanager
def progress_bar(what: str) -> Iterator[Progress | None]:
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
