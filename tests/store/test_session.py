"""Tests of one open store in use: overlapping streams, writing meanwhile, closing meanwhile, and several threads."""

import gc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from chronology import Chronology, Event
from chronology.errors import InvalidEventError, StoreError
from chronology.store.reader import Reader

STREAMS: dict[str, Callable[[Reader], Iterator[Any]]] = {
    "rows": lambda chron: chron.log.rows("event", len),
    "events": lambda chron: chron.events(),
    "changes": lambda chron: chron.changes(),
    "conflicts": lambda chron: chron.conflicts(),
    "lint": lambda chron: chron.lint(),
    "assertions": lambda chron: chron.log.assertions(),
    "transcript": lambda chron: chron.log.transcript(),
}
"""Answers on one snapshot of the file."""

OF_THE_LOG: dict[str, Callable[[Reader], Iterator[Any]]] = {
    "read": lambda chron: chron.read(),
    "from_source": lambda chron: chron.log.from_source("source/a"),
}
"""What is read of the log alone, which only grows."""


def said(valid: str, subject: str = "place/x", value: str = "held") -> Event:
    """Return an assertion."""
    return Event(
        type="fact.asserted",
        subject=subject,
        valid=valid,
        source="source/a" if value == "held" else "source/b",
        data={"attribute": "control", "value": value},
    )


@pytest.fixture
def disputed(chron: Chronology) -> Chronology:
    """Give a store in which every stream has something to yield, and then more."""
    days = [f"2018-{month:02}" for month in range(1, 13)]
    chron.append_many(said(f"{day}-05", f"place/{day}", value) for day in days for value in ("held", "lost"))
    # Of a day before it was published.
    chron.append_many(Event(type="source.described", subject=f"source/s{day}", valid=day, data={"title": "T",
        "published": "2018-01-01"}) for day in days)  # fmt: skip
    return chron


@pytest.mark.parametrize("name", STREAMS)
def test_nothing_is_written_while_a_stream_holds_a_snapshot(disputed: Chronology, name: str) -> None:
    """The refusal says why and what to do; once the stream is closed, or read to its end, it goes on."""
    stream = STREAMS[name](disputed)
    first = next(stream)
    for write in (
        lambda: disputed.append(said("2019")),
        lambda: disputed.append_many([said("2019")], dry_run=True),
        lambda: disputed.retract(disputed.event(disputed.head()).id, reason="r"),
        lambda: disputed.redact(disputed.event(disputed.head()).id, reason="r"),
        lambda: disputed.sources.add("source/b", {"title": "B"}),
        lambda: disputed.replay(),
        lambda: disputed.sharing.merge_log(__file__),
    ):
        with pytest.raises(StoreError, match="a stream or a snapshot of this store is still open") as caught:
            write()
        assert caught.value.hint == "read the stream to its end first, as list() does, or close it"
    assert [first, *stream] == list(STREAMS[name](disputed))
    position = disputed.append(said("2019")).position
    again = STREAMS[name](disputed)
    next(again)
    again.close()  # type: ignore[attr-defined]
    assert disputed.append(said("2020")).position == position + 1


@pytest.mark.parametrize("name", OF_THE_LOG)
def test_the_log_is_read_on_while_it_grows(disputed: Chronology, name: str) -> None:
    """Up to the head that it had when the reading began."""
    whole = list(OF_THE_LOG[name](disputed))
    stream = OF_THE_LOG[name](disputed)
    found = [next(stream)]
    disputed.append(said("2019"))
    assert [*found, *stream] == whole
    assert len(list(OF_THE_LOG[name](disputed))) == len(whole) + 1


@pytest.mark.parametrize("name", [*STREAMS, *OF_THE_LOG])
def test_a_stream_ends_with_an_error_once_the_store_is_closed(disputed: Chronology, tmp_path: Path, name: str) -> None:
    """It never looks finished, and keeps the file for nobody: another program can write."""
    stream = (STREAMS | OF_THE_LOG)[name](disputed)
    next(stream)
    disputed.close()
    with pytest.raises(StoreError, match="the store is closed"):
        next(stream)
    with Chronology.open(tmp_path / "storm.db") as other:
        other.append(said("2019"))


def test_a_closed_store_refuses_everything(disputed: Chronology) -> None:
    """And may be closed once more."""
    disputed.close()
    disputed.close()
    for use in (disputed.head, disputed.state, disputed.timeline, lambda: disputed.append(said("2019")),
                lambda: list(disputed.read()), disputed.snapshot().__enter__):  # fmt: skip
        with pytest.raises(StoreError, match="the store is closed"):
            use()


def test_overlapping_streams_share_a_snapshot(disputed: Chronology, tmp_path: Path) -> None:
    """The one that ends first does not take it from the others."""
    whole = [list(stream(disputed)) for stream in STREAMS.values()]
    streams = [stream(disputed) for stream in STREAMS.values()]
    firsts = [next(stream) for stream in streams]
    with Chronology.open(tmp_path / "storm.db") as other:
        other._session.connection.execute("PRAGMA busy_timeout = 50")
        for index, (first, stream) in enumerate(zip(firsts, streams, strict=True)):
            with pytest.raises(StoreError, match="locked by another process"):
                other.append(said("2019", value="lost"))
            assert [first, *stream] == whole[index]
        other.append(said("2019", value="lost"))
    assert disputed.head() == len(list(disputed.read()))


def test_a_stream_that_nobody_keeps_lets_the_file_go(disputed: Chronology) -> None:
    """Even if it was never read to its end or closed."""
    next(disputed.events())
    gc.collect()
    disputed.append(said("2019"))


def test_a_stream_may_feed_a_batch(disputed: Chronology) -> None:
    """It reads what the batch has begun; if the batch is refused half-way, the next write is not."""
    copied = disputed.append_many(said("2019", f"{one.event.subject}-b") for one in disputed.events())
    assert copied.appended > 24

    def spoilt() -> Iterator[Event]:
        # More events than a batch looks at in one go, so that the stream is not at its end.
        for number, _ in enumerate(disputed.events()):
            yield from (said("no date" if number else "2019", f"place/{number}-{copy}") for copy in range(100))

    head = disputed.head()
    try:
        disputed.append_many(spoilt())
    except InvalidEventError:
        # While the refusal is handled, its traceback keeps the stream.
        assert disputed.append(said("2020")).position == head + 1
    assert disputed.head() == head + 1


def test_a_batch_is_written_by_one_call(disputed: Chronology) -> None:
    """What makes its events cannot append others in between."""
    with pytest.raises(StoreError, match="this store is being written already"):
        disputed.append_many(disputed.append(said("2019")).event for _ in range(2))


def test_threads_take_turns(disputed: Chronology, tmp_path: Path) -> None:
    """A store that one thread opened may be used by another, whether it only reads or writes too."""
    wanted = disputed.state(valid_at="2018-06")
    with Reader.open(tmp_path / "storm.db") as reader, ThreadPoolExecutor(1) as elsewhere:
        for store in (disputed, reader):
            assert (
                elsewhere.submit(store.state, valid_at="2018-06").result() == wanted == store.state(valid_at="2018-06")
            )
            assert elsewhere.submit(lambda store=store: list(store.events())).result() == list(store.events())
        position = elsewhere.submit(disputed.append, said("2019")).result().position
        assert disputed.append(said("2020")).position == position + 1


def test_two_threads_at_once_are_refused(disputed: Chronology) -> None:
    """A stream counts as use until it ends, and a batch until it is written; the other thread is told what to do."""
    with ThreadPoolExecutor(1) as elsewhere:
        stream = disputed.events()
        first = next(stream)
        for use in (disputed.head, disputed.state, disputed.close, lambda: disputed.append(said("2019")),
                    lambda: list(disputed.read()), lambda: disputed.search("place")):  # fmt: skip
            with pytest.raises(StoreError, match="another thread is using this store") as caught:
                elsewhere.submit(use).result()
            assert caught.value.hint is not None
            assert "open the store once for each thread" in caught.value.hint
        assert [first, *stream] == list(disputed.events())
        assert elsewhere.submit(disputed.head).result() == disputed.head()

        def slowly() -> Iterator[Event]:
            with pytest.raises(StoreError, match="another thread is using this store"):
                elsewhere.submit(disputed.head).result()
            yield said("2019")

        assert disputed.append_many(slowly()).appended == 1
    assert disputed.verify().ok


def test_many_threads_never_mix_their_answers(disputed: Chronology) -> None:
    """Each gets the whole answer or a refusal, and the store stays sound."""
    wanted = disputed.state(valid_at="2018-06")

    def ask(number: int) -> bool:
        try:
            if number % 10 == 0:
                disputed.append(said(f"{2100 + number}", "place/later"))
                return True
            return disputed.state(valid_at="2018-06") == wanted
        except StoreError as exc:
            return "another thread is using this store" in str(exc)

    with ThreadPoolExecutor(4) as crowd:
        assert all(crowd.map(ask, range(300)))
    assert disputed.verify().ok
