"""A member who appends events one after the other and prints the id of each one that was acknowledged."""

import sys
from pathlib import Path

from chronology import ChronologyError, Event
from chronology.remote.following import Follower


def main(path: Path, name: str, count: int) -> None:
    """Append so many events; what fails is given up, and the next one tried."""
    for number in range(count):
        event = Event(
            type="fact.asserted",
            subject=f"place/p{number % 5}",
            valid=f"2018-01-{number % 28 + 1:02}",
            source="source/a",
            data={"attribute": "status", "value": f"{name}-{number}"},
        )
        try:
            with Follower.follow(path) as chron:
                print(chron.append(event).id, flush=True)
        except ChronologyError as exc:
            print(f"{name}: {exc}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
