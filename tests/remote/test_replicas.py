"""Random histories of several members: all replicas are one log, and answer as a store does that holds it alone."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_following import Follower, clone, fact, root

from chronology import Chronology, ChronologyError
from chronology.remote import addresses
from tests.postgres import Server

pytestmark = pytest.mark.postgres

MEMBERS = 3

acts = st.lists(
    st.tuples(st.integers(0, MEMBERS - 1), st.sampled_from(["append", "retract", "replace", "redact", "pull", "deny"]))
    .map(list)
    .flatmap(lambda one: st.integers(0, 99).map(lambda roll: (*one, roll))),
    min_size=5,
    max_size=25,
)


def act(chron: Follower, what: str, roll: int) -> None:
    """Do one thing; what the log refuses, because somebody withdrew or redacted it before, is refused."""
    events = [event for event in chron.read() if event.event.type.startswith("fact.")]
    target = events[roll % len(events)].id if events else None
    try:
        if what == "pull":
            chron.pull()
        elif what == "append" or target is None:
            chron.append(fact(roll))
        elif what == "deny":
            chron.append(fact(roll, stance="denies", source=f"source/{'ab'[roll % 2]}"))
        elif what == "retract":
            chron.retract(target, reason="x")
        elif what == "replace":
            chron.append(fact(roll, replaces=target))
        else:
            chron.redact(target, reason="x")
    except ChronologyError:
        pass


@settings(max_examples=6)
@given(history=acts)
def test_replicas_are_one_log(server: Server, history: list[tuple[int, str, int]]) -> None:
    """Equal bodies, roots and answers at every known_at, also those of a replica made at the end."""
    name = f"r{Random().getrandbits(60):x}"
    url = server.url(name)
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection, TemporaryDirectory() as folder:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        paths = [Path(folder) / f"{number}.db" for number in range(MEMBERS + 1)]
        Chronology.open(paths[0], create=True).close()
        addresses.remember(paths[0], addresses.checked("team", url))
        with Follower.follow(paths[0]) as chron:
            chron.share()
        for path in paths[1:-1]:
            clone(url, path)
        members = [Follower.follow(path) for path in paths[:-1]]
        for member, what, roll in history:
            act(members[member], what, roll)
        clone(url, paths[-1])
        members.append(Follower.follow(paths[-1]))
        for chron in members:
            chron.pull()
            assert chron.verify().ok
            assert chron.check().here == 0
        first, *others = members
        for chron in others:
            assert list(chron.read()) == list(first.read())
            assert root(chron) == root(first)
            for known_at in range(40, first.head() + 1, 3):
                assert chron.state(valid_at="2018-02", known_at=known_at) == first.state(
                    valid_at="2018-02", known_at=known_at
                )
        for chron in members:
            chron.close()
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
