"""Tests of stores that follow a shared log on a real server: who writes first, and what a pull refuses."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import psycopg
import pytest

from chronology import Chronology, Event
from chronology.errors import IntegrityError, NotLiveError, RemoteError, RewrittenError
from chronology.events.records import decode, encode
from chronology.log.event_table import Row
from chronology.remote import addresses, outbox
from chronology.remote.following import Follower, clone
from chronology.remote.postgres import RULES, SharedLog, script
from chronology.remote.pushing import Pushed
from chronology.transparency.merkle import Frontier, leaf_hash

pytestmark = pytest.mark.postgres


def fact(number: int, **rest: object) -> Event:
    """Make an event about one of three subjects."""
    keys = {
        "type": "fact.asserted",
        "subject": f"place/p{number % 3}",
        "valid": f"2018-01-{number % 28 + 1:02}",
        "source": "source/a",
        "data": {"attribute": "status", "value": f"v{number}"},
    }
    return Event(**(keys | rest))  # type: ignore[arg-type]


def root(chron: Chronology) -> bytes:
    """Return the root of a log's tree."""
    tree = Frontier()
    for event in chron.read():
        tree.push(event.leaf)
    return tree.root()


def edit(url: str, *statements: str) -> None:
    """Change the shared log as a database administrator could, with its triggers out of the way."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in statements:
            connection.execute(statement.encode())


@pytest.fixture
def first(url: str, tmp_path: Path) -> Iterator[Follower]:
    """Give the store whose log is shared."""
    path = tmp_path / "first.db"
    with Chronology.open(path, create=True) as chron:
        chron.append_many(fact(number) for number in range(3))
    addresses.remember(path, addresses.checked("team", url))
    with Follower.follow(path) as chron:
        chron.share()
        yield chron


@pytest.fixture
def replica(url: str, tmp_path: Path, first: Follower) -> Iterator[Callable[[str], Follower]]:
    """Give a function that makes a replica of the shared log, by name."""
    opened: list[Follower] = []

    def make(name: str) -> Follower:
        path = tmp_path / f"{name}.db"
        clone(url, path)
        opened.append(Follower.follow(path))
        return opened[-1]

    yield make
    for chron in opened:
        chron.close()


def test_a_clone_is_the_same_log_and_gives_the_same_answers(
    first: Follower, replica: Callable[[str], Follower]
) -> None:
    """Bodies, positions, leaves, times and answers; and it verifies."""
    second = replica("second")
    assert list(second.read()) == list(first.read())
    assert second.state(valid_at="2019") == first.state(valid_at="2019")
    assert second.verify().ok


def test_what_one_appends_the_others_pull(first: Follower, replica: Callable[[str], Follower]) -> None:
    """An append pulls first, so the positions of two writers interleave without a gap."""
    second = replica("second")
    for number in range(10, 16):
        (first if number % 2 else second).append(fact(number))
    for chron in (first, second):
        chron.pull()
    assert root(first) == root(second)
    assert first.state(valid_at="2019") == second.state(valid_at="2019")
    assert [event.position for event in first.read()] == list(range(1, first.head() + 1))
    assert first.verify().ok
    assert second.verify().ok
    assert second.pull().added == 0


def test_whoever_is_slower_pulls_and_tries_again(
    first: Follower, replica: Callable[[str], Follower], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody appends between the pull and the insert: both events are there, once each, in order of commit."""
    second = replica("second")
    publish, beaten = first._shared.publish, []

    def slowly(after: int) -> None:
        if len(beaten) < 3:
            beaten.append(second.append(fact(50 + len(beaten))).position)
        publish(after)

    monkeypatch.setattr(first._shared, "publish", slowly)
    monkeypatch.setattr(first._shared, "_sleep", lambda _: None)
    mine = first.append(fact(40))
    assert mine.position == beaten[-1] + 1
    second.pull()
    assert root(first) == root(second)


def test_somebody_who_is_always_slower_is_told(
    first: Follower, replica: Callable[[str], Follower], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a bounded number of tries; nothing of it was written anywhere."""
    second = replica("second")
    publish = first._shared.publish

    def slowly(after: int) -> None:
        second.append(fact(1))
        publish(after)

    monkeypatch.setattr(first._shared, "publish", slowly)
    waits: list[float] = []
    monkeypatch.setattr(first._shared, "_sleep", waits.append)
    with pytest.raises(RemoteError, match="others were faster 30 times"):
        first.append(fact(40, id="0195f0aa-0000-7000-8000-000000000040"))
    assert len(waits) == 30
    assert max(waits) <= 1
    second.pull()
    assert "0195f0aa-0000-7000-8000-000000000040" not in {event.id for event in second.read()}


def test_an_unreachable_log_changes_nothing(first: Follower, tmp_path: Path) -> None:
    """One clear error without the password; questions are still answered."""
    head, answer = first.head(), first.state(valid_at="2019")
    first._shared._url = "postgresql://jane:secret@127.0.0.1:1/none"
    with pytest.raises(RemoteError, match="cannot be reached") as caught:
        first.append(fact(9))
    assert "secret" not in str(caught.value)
    assert (first.head(), first.state(valid_at="2019")) == (head, answer)


def test_the_outbox_keeps_events_until_they_can_be_pushed(first: Follower, url: str) -> None:
    """They are checked when they are kept, pushed once, and forgotten when they are in the log."""
    address, first._shared._url = first._shared._url, "postgresql://127.0.0.1:1/none"
    kept = first.keep_for_later(fact(30)).event
    with pytest.raises(NotLiveError):
        first.keep_for_later(_of_a_definition(first))
    with pytest.raises(RemoteError):
        first.push()
    assert [line.event for line in outbox.read(first._path)] == [kept]
    first._shared._url = address
    result = first.push().result
    assert result is not None
    assert result.appended == 1
    assert first.push() == Pushed(result=None)
    assert first.event(kept.id or "").event.data == fact(30).data


def test_what_is_acknowledged_while_a_push_waits_for_the_server_is_not_lost(first: Follower, url: str) -> None:
    """The push read the outbox before: the event stays, is appended by the next push, and waited for nobody."""
    before = first.keep_for_later(fact(30)).event
    with psycopg.connect(url) as owner, ThreadPoolExecutor() as pool:
        owner.execute("LOCK TABLE chronology.event IN ACCESS EXCLUSIVE MODE")
        pushing = pool.submit(_pushed, first._path)
        _wait_for_a_lock(url)
        with Follower.follow(first._path) as other:
            kept = other.keep_for_later(fact(31))
        assert kept.checked
        assert not pushing.done()
        owner.rollback()
        assert pushing.result(60) == 1
    assert [line.event for line in outbox.read(first._path)] == [kept.event]
    assert _pushed(first._path) == 1
    assert {before.id, kept.event.id} <= {event.id for event in first.read()}


def test_the_outbox_does_not_wait_for_a_push_that_holds_the_store(first: Follower, url: str) -> None:
    """While the server takes its time over the insert, the store is locked: the form alone is checked."""
    first.keep_for_later(fact(30))
    with psycopg.connect(url) as owner, ThreadPoolExecutor() as pool:
        # Reading goes on, so the push gets as far as its insert.
        owner.execute("LOCK TABLE chronology.event IN SHARE MODE")
        pushing = pool.submit(_pushed, first._path)
        _wait_for_a_lock(url)
        with Follower.follow(first._path) as other:
            kept = other.keep_for_later(fact(31))
        assert not kept.checked
        assert not pushing.done()
        owner.rollback()
        assert pushing.result(60) == 1
    assert [line.event for line in outbox.read(first._path)] == [kept.event]


def test_two_pushes_at_once_append_everything_once(first: Follower) -> None:
    """Both read the same lines; whoever is slower finds them unchanged."""
    kept = [first.keep_for_later(fact(number)).event.id for number in range(30, 36)]
    with ThreadPoolExecutor() as pool:
        counts = list(pool.map(_pushed, [first._path] * 2))
    assert sum(counts) == 6
    assert outbox.read(first._path) == []
    assert sorted(event.id for event in first.read() if event.id in kept) == kept


def _pushed(path: Path) -> int:
    """Push as another process does; return how many events were appended."""
    with Follower.follow(path) as chron:
        pushed = chron.push()
    assert pushed.left == ()
    return pushed.result.appended if pushed.result else 0


def _wait_for_a_lock(url: str) -> None:
    """Wait until another connection to the database waits for a lock."""
    with psycopg.connect(url, autocommit=True) as connection:
        query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while connection.execute(query).fetchone() == (0,):
            connection.execute("SELECT pg_sleep(0.02)")


# Copies of sources ------------------------------------------------------------------------------------------


def test_a_copy_stays_if_nobody_knows_whether_its_event_was_written(
    first: Follower, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server went away after its commit: the next pull brings the event, and its copy must still be there."""
    page = tmp_path / "page.html"
    page.write_bytes(b"<p>x</p>")
    commit = SharedLog._commit

    def unheard(self: SharedLog) -> None:
        commit(self)
        raise RemoteError("the server went away")

    monkeypatch.setattr(SharedLog, "_commit", unheard)
    with pytest.raises(RemoteError):
        first.sources.add("source/page", {"title": "x"}, archived=page)
    monkeypatch.undo()
    assert first.pull().added >= 1
    assert first.verify().ok


def test_a_source_is_added_again_if_somebody_was_faster(
    first: Follower, replica: Callable[[str], Follower], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As any other event; and its copy is there."""
    second = replica("second")
    page = tmp_path / "page.html"
    page.write_bytes(b"<p>x</p>")
    publish, beaten = first._shared.publish, []

    def slowly(after: int) -> None:
        if not beaten:
            beaten.append(second.append(fact(50)))
        publish(after)

    monkeypatch.setattr(first._shared, "publish", slowly)
    monkeypatch.setattr(first._shared, "_sleep", lambda _: None)
    added = first.sources.add("source/page", {"title": "x"}, archived=page)
    assert added.position > beaten[0].position
    assert first.verify().ok


def _of_a_definition(chron: Follower) -> Event:
    """Make a retraction of something that cannot be withdrawn: the definition of a type."""
    definition = next(chron.read())
    return Event(type="assertion.retracted", subject="", retracts=definition.id, data={"reason": "x"})


# What a pull refuses ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["body = 'x', leaf = sha256('x')", "body = body || ' '"])
@pytest.mark.parametrize("position", [1, 20, -1])
def test_every_replica_finds_the_first_event_that_was_changed(
    first: Follower, replica: Callable[[str], Follower], url: str, position: int, change: str
) -> None:
    """A changed body, with or without its leaf hash, anywhere: named by its position, and nothing is taken in."""
    second = replica("second")
    place = position if position > 0 else first.head()
    edit(url, f"UPDATE chronology.event SET {change} WHERE position = {place}")
    for chron in (first, second):
        before = chron.head(), root(chron)
        for work in (chron.pull, chron.check):
            with pytest.raises(RewrittenError) as caught:
                work()
            assert caught.value.position == place
        assert (chron.head(), root(chron)) == before
        assert chron.verify().ok


@pytest.mark.parametrize("column", ["type", "subject", "recorded_at", "id"])
def test_a_check_compares_what_no_hash_covers(first: Follower, url: str, column: str) -> None:
    """Row by row, it finds a changed column beside the body, which would spoil the next clone."""
    edit(url, f"UPDATE chronology.event SET {column} = {column} || 'x' WHERE position = 20")
    with pytest.raises(RewrittenError) as caught:
        first.check()
    assert caught.value.position == 20


def test_a_redaction_that_has_yet_to_be_pulled_is_no_difference(
    first: Follower, replica: Callable[[str], Follower]
) -> None:
    """A row may be erased there already, if events are still to come; what is declared comes with them."""
    second = replica("second")
    target = first.append(fact(20))
    second.pull()
    first.redact(target.id, reason="x")
    assert second.check().there == 1
    second.pull()
    assert second.check().there == first.check().there == 0


def test_what_was_erased_there_without_a_word_is_a_difference(first: Follower, url: str) -> None:
    """No event is still to come that could declare it."""
    edit(url, "UPDATE chronology.event SET type = '', subject = '', body = '' WHERE position = 20")
    with pytest.raises(RewrittenError) as caught:
        first.check()
    assert caught.value.position == 20


def test_an_append_notices_a_rewritten_end(first: Follower, url: str) -> None:
    """The newest leaf is compared with each append."""
    edit(url, f"UPDATE chronology.event SET leaf = sha256('x') WHERE position = {first.head()}")
    with pytest.raises(RewrittenError):
        first.append(fact(9))


def test_a_log_that_was_cut_off_is_refused(first: Follower, url: str) -> None:
    """Fewer events than were pulled: said from which position on they are missing."""
    edit(url, f"DELETE FROM chronology.event WHERE position > {first.head() - 2}")
    with pytest.raises(RewrittenError, match="ends at position") as caught:
        first.pull()
    assert caught.value.position == first.head() - 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (r"body = '\x7b7d', leaf = sha256('\x007b7d')", "format"),
        ("body = body || ' '", "leaf hash"),
        ("leaf = sha256('x')", "leaf hash"),
        ("type = 'fact.ended'", "contradict"),
        ("subject = 'place/other'", "contradict"),
        ("recorded_at = '2001-01-01T00:00:00.000000Z'", "cannot follow the event before"),
        ("id = 'x'", "contradict"),
        ("position = position + 1", "is missing"),
        ("type = '', subject = '', body = ''", "no event declares"),
    ],
)
def test_an_event_that_is_not_sound_is_not_taken_in(
    first: Follower, replica: Callable[[str], Follower], url: str, change: str, told: str
) -> None:
    """Whatever the server sends after what was pulled, it is judged like a stranger's; nothing stays of the pull."""
    second = replica("second")
    before = second.head(), root(second), second.state(valid_at="2019")
    first.append_many([fact(10), fact(11)])
    edit(url, f"UPDATE chronology.event SET {change} WHERE position = {first.head()}")
    with pytest.raises(IntegrityError, match=told) as caught:
        second.pull()
    assert caught.value.position == first.head()
    assert (second.head(), root(second), second.state(valid_at="2019")) == before
    assert second.verify().ok


# Redaction --------------------------------------------------------------------------------------------------


def test_a_redaction_travels(first: Follower, replica: Callable[[str], Follower], url: str, tmp_path: Path) -> None:
    """Replicas that held the event erase it when they pull; no byte stays in their files, nor in the shared log."""
    secret = fact(20, note="SECRET-NAME")
    second = replica("second")
    target = first.append(secret)
    second.pull()
    assert b"SECRET-NAME" in (tmp_path / "second.db").read_bytes()
    first.redact(target.id, reason="safety of a witness")
    report = second.pull()
    assert (report.added, report.erased) == (1, 1)
    late = replica("late")
    for chron, name in ((first, "first"), (second, "second"), (late, "late")):
        assert chron.verify().ok
        assert b"SECRET-NAME" not in (tmp_path / f"{name}.db").read_bytes()
        assert root(chron) == root(first)
        assert chron.state(valid_at="2019") == first.state(valid_at="2019")
    with psycopg.connect(url) as connection:
        (found,) = connection.execute(
            "SELECT count(*) FROM chronology.event WHERE position(convert_to('SECRET-NAME', 'UTF8') IN body) > 0"
        ).fetchone() or (None,)
    assert found == 0


def test_what_was_withdrawn_and_then_redacted_is_pulled_at_once(
    first: Follower, replica: Callable[[str], Follower]
) -> None:
    """A replica that holds only the event takes in its retraction and its redaction together."""
    target = first.append(fact(20))
    second = replica("second")
    first.retract(target.id, reason="x")
    first.redact(target.id, reason="y")
    first.append(fact(21))
    second.pull()
    assert second.verify().ok
    assert root(second) == root(first)


# Roles and triggers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE chronology.event SET subject = 'place/x' WHERE position = 2",
        "UPDATE chronology.event SET type = '', subject = '', body = ''"
        " WHERE position = (SELECT max(position) FROM chronology.event)",
        "DELETE FROM chronology.event WHERE position = 2",
        "DELETE FROM chronology.event WHERE false",
        "TRUNCATE chronology.event",
        "INSERT INTO chronology.event SELECT position + 1000, 'x', type, subject, recorded_at, body, leaf"
        " FROM chronology.event WHERE position = 1",
        "INSERT INTO chronology.event SELECT (SELECT max(position) + 1 FROM chronology.event), 'x', type, subject,"
        " '2001-01-01T00:00:00.000000Z', body, leaf FROM chronology.event WHERE position = 1",
    ],
)
def test_the_database_refuses_all_but_the_next_event(first: Follower, url: str, statement: str) -> None:
    """Even for the owner, by triggers."""
    with psycopg.connect(url) as connection, pytest.raises(psycopg.Error, match="append-only"):
        connection.execute(statement.encode())


@pytest.fixture
def roles(url: str) -> Iterator[dict[str, str]]:
    """Give the addresses of a reader, a writer and a redactor, once there is a shared log."""
    names = ("reader", "writer", "redactor")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(script("roles").encode())
        for name in names:
            connection.execute(f"CREATE ROLE member_{name} LOGIN IN ROLE chronology_{name}")
        try:
            yield {name: url.replace("owner@", f"member_{name}@") for name in names}
        finally:
            for name in names:
                connection.execute(f"DROP OWNED BY member_{name} CASCADE")
                connection.execute(f"DROP ROLE member_{name}")
            for name in reversed(names):
                connection.execute(f"DROP OWNED BY chronology_{name}")
                connection.execute(f"DROP ROLE chronology_{name}")


def test_roles_can_do_what_they_are_for(first: Follower, roles: dict[str, str]) -> None:
    """A reader reads, a writer appends too, a redactor erases too; nobody else can do anything."""
    target = first.append(fact(20))
    first._shared._url = roles["reader"]
    assert first.pull().added == 0
    with pytest.raises(RemoteError, match="refuses"):
        first.append(fact(21))
    first._shared._url = roles["writer"]
    first.append(fact(21))
    with pytest.raises(RemoteError, match="only a redactor may declare"):
        first.redact(target.id, reason="x")
    assert not first.event(target.id).is_redacted
    first._shared._url = roles["redactor"]
    first.redact(target.id, reason="x")
    assert first.verify().ok


def forged(first: Follower, target: str, folder: Path, **changes: str) -> Row:
    """Return the row that a copy of the log gets for the redaction of an event, with other columns if wanted."""
    path = folder / "copy.db"
    first.proofs.backup(path)
    with Chronology.open(path) as chron:
        declared = chron.redact(target, reason="x")
        row = chron._session.log.by_position(declared.position)
    assert row is not None
    return row._replace(**changes)


def insert(url: str, *rows: Row, before: str = "SELECT 1") -> None:
    """Insert rows as a member with an SQL prompt would."""
    with psycopg.connect(url) as connection:
        connection.execute(before.encode())
        for row in rows:
            connection.execute("INSERT INTO chronology.event VALUES (%s, %s, %s, %s, %s, %s, %s)", row)
        # Here, because what a commit refuses at the end of the block leaves the connection open.
        connection.commit()


ALLOWED = "has_column_privilege(oid, text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true'"


@pytest.mark.parametrize(
    ("changes", "before"),
    [
        ({}, "SELECT 1"),
        ({"type": "fact.asserted"}, "SELECT 1"),
        ({"type": ""}, "SELECT 1"),
        ({"subject": "place/x"}, "SELECT 1"),
        ({}, f"CREATE FUNCTION mine.{ALLOWED}; SET search_path = mine, pg_catalog"),
    ],
)
def test_a_writer_cannot_declare_an_event_redacted(
    first: Follower, roles: dict[str, str], url: str, tmp_path: Path, changes: dict[str, str], before: str
) -> None:
    """Whatever the columns beside the body say, and whatever functions the writer puts in the way."""
    row = forged(first, first.append(fact(20)).id, tmp_path, **changes)
    edit(url, "CREATE SCHEMA mine AUTHORIZATION member_writer")
    with pytest.raises(psycopg.Error, match=r"only a redactor|contradict its body"):
        insert(roles["writer"], row, before=before)
    assert first.pull().added == 0


def test_a_redactor_cannot_declare_without_erasing(first: Follower, roles: dict[str, str], tmp_path: Path) -> None:
    """The transaction fails at its end: no replica would believe the declaration."""
    row = forged(first, first.append(fact(20)).id, tmp_path)
    with pytest.raises(psycopg.Error, match="not erased"):
        insert(roles["redactor"], row)
    with pytest.raises(psycopg.Error, match="contradict its body"):
        insert(roles["redactor"], row._replace(subject="event/x"))


def test_a_pull_does_not_erase_on_the_word_of_a_row(
    first: Follower, replica: Callable[[str], Follower], url: str, tmp_path: Path
) -> None:
    """A server with older rules lets a writer declare anything: it still holds the event, so every replica does too."""
    second = replica("second")
    target = first.append(fact(20))
    third = replica("third")
    row = forged(first, target.id, tmp_path)
    edit(url, "SELECT 1")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("INSERT INTO chronology.event VALUES (%s, %s, %s, %s, %s, %s, %s)", row)
    for chron in (first, second, third):
        before = chron.head(), root(chron), chron.state(valid_at="2019")
        for work in (chron.pull, lambda chron=chron: chron.append(fact(1))):
            with pytest.raises(IntegrityError, match=f"event {target.id} .* the shared log still holds") as caught:
                work()
            assert caught.value.position == row.position
        assert (chron.head(), root(chron), chron.state(valid_at="2019")) == before
        assert chron.verify().ok
    assert not first.event(target.id).is_redacted
    with pytest.raises(IntegrityError, match="still holds"):
        clone(url, tmp_path / "fourth.db")
    assert not (tmp_path / "fourth.db").exists()


def test_a_redaction_cannot_withdraw_another_event(
    first: Follower, replica: Callable[[str], Follower], url: str, tmp_path: Path
) -> None:
    """Who still holds the event knows what it had withdrawn; a redactor who says otherwise is refused."""
    kept, target = first.append(fact(19)), first.append(fact(20))
    second = replica("second")
    first.redact(target.id, reason="x")
    row = first._session.log.by_position(first.head())
    assert row is not None
    declared = decode(row.body)
    body = encode(msgspec.structs.replace(declared, data=declared.data | {"withdrew": kept.position}))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "UPDATE chronology.event SET body = %s, leaf = %s WHERE position = %s",
            (body, leaf_hash(body), row.position),
        )
    with pytest.raises(IntegrityError, match=f"had withdrawn position {kept.position}, which it had not"):
        second.pull()


def test_a_shared_log_with_older_rules_gets_those_of_today(
    first: Follower, roles: dict[str, str], url: str, tmp_path: Path
) -> None:
    """A check names the version; the owner renews the rules, nobody else can; the events stay."""
    edit(
        url,
        "DROP FUNCTION chronology.rules",
        "DROP TRIGGER refuses_declaration ON chronology.event",
        "DROP TRIGGER refuses_unerased ON chronology.event",
    )
    assert first.check().rules == 1
    first._shared._url = roles["redactor"]
    with pytest.raises(RemoteError, match="the server refuses") as caught:
        first.renew_rules()
    assert caught.value.hint == "only the owner of the shared log can renew its rules"
    first._shared._url = url
    assert [first.renew_rules(), first.renew_rules()] == [1, 2]
    assert first.check().rules == RULES
    row = forged(first, first.append(fact(20)).id, tmp_path)
    with pytest.raises(psycopg.Error, match="only a redactor"):
        insert(roles["writer"], row)


def test_a_writer_can_merge_a_log_with_a_redacted_mistake(
    first: Follower, replica: Callable[[str], Follower], roles: dict[str, str], tmp_path: Path
) -> None:
    """Its gap comes in with the declaration, erases nothing, and is believed by every replica."""
    second = replica("second")
    with Chronology.open(tmp_path / "other.db", create=True) as other:
        wrong = other.append(fact(20))
        right = other.append(fact(21, replaces=wrong.id))
        other.redact(wrong.id, reason="x")
    first._shared._url = roles["writer"]
    assert first.sharing.merge_log(tmp_path / "other.db").gaps == 1
    assert second.pull().erased == 0
    for chron in (first, second, replica("late")):
        assert chron.event(wrong.id).is_redacted
        assert chron.event(right.id).event.replaces == wrong.id
        assert chron.verify().ok
        assert root(chron) == root(first)
        assert chron.state(valid_at="2019") == first.state(valid_at="2019")


def test_newer_rules_are_left_alone(first: Follower, url: str) -> None:
    """An older program does not put its own rules in their place."""
    edit(url, "CREATE OR REPLACE FUNCTION chronology.rules() RETURNS integer LANGUAGE sql AS 'SELECT 3'")
    with pytest.raises(RemoteError, match="version 3, and this program knows version 2"):
        first.renew_rules()
