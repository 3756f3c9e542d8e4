"""Tests of the names of subjects: what gives them, what takes them away, which is shown, who bears one."""

import pytest

from chronology import Chronology, Event
from chronology.errors import InvalidEventError, UnknownNameError
from chronology.vocabulary import builtin

BAGUZ = "place/baguz"


def texts(chron: Chronology, subject: str = BAGUZ, **known_at: int) -> list[str]:
    """Return the names of a subject, the one to show first."""
    return [name.text for name in chron.names.of(subject, **known_at)]


def assert_name(chron: Chronology, attribute: str, value: object, **rest: str) -> str:
    """Append what a source says of a name, and return the event's id."""
    event = Event(
        type="fact.asserted",
        subject=BAGUZ,
        valid="2018",
        source="source/s",
        data={"attribute": attribute, "value": value},
        **rest,
    )
    return chron.append(event).id


def test_several_names_hold_at_once_in_any_script(chron: Chronology) -> None:
    """A name does not end another: the newest to be shown stands first, then aliases in order of the log."""
    chron.describe(BAGUZ, names=["Baguz"], aliases=["Baghuz", "Al-Baghuz Fawqani"])
    chron.describe(BAGUZ, names=["Baghouz"], aliases=["الباغوز"], language="ar", source="source/s")
    found = chron.names.of(BAGUZ)
    assert [(name.text, name.role) for name in found] == [
        ("Baghouz", "name"),
        ("Baguz", "name"),
        ("Baghuz", "alias"),
        ("Al-Baghuz Fawqani", "alias"),
        ("الباغوز", "alias"),
    ]
    assert [(name.language, name.source) for name in found[-2:]] == [(None, None), ("ar", "source/s")]
    assert chron.state(BAGUZ) == []
    assert chron.timeline(BAGUZ) == []


def test_what_is_given_stands_before_what_sources_assert(chron: Chronology) -> None:
    """Then names, then titles; denied and withdrawn ones are none; a text is listed once."""
    assert_name(chron, "title", "A title")
    assert_name(chron, "name", "Old")
    assert_name(chron, "name", "New")
    assert_name(chron, "name", "Denied", stance="denies")
    assert_name(chron, "aliases", ["One", "Two", "New"])
    chron.retract(assert_name(chron, "name", "Withdrawn"), reason="r")
    assert texts(chron) == ["New", "Old", "A title", "One", "Two"]
    chron.describe(BAGUZ, aliases=["Given"])
    assert texts(chron) == ["New", "Old", "A title", "Given", "One", "Two"]
    chron.describe(BAGUZ, names=["Ours"])
    assert texts(chron)[:2] == ["Ours", "New"]


def test_a_name_can_be_retracted_and_stays_known_earlier(chron: Chronology) -> None:
    """Each is an event of its own; what was known before a retraction is still answered so."""
    chron.describe(BAGUZ, names=["Baguz"], aliases=["Bagus"])
    head = chron.head()
    chron.retract(chron.event(head).id, reason="a misspelling")
    assert texts(chron) == ["Baguz"]
    assert texts(chron, known_at=head + 1) == ["Baguz"]
    assert texts(chron, known_at=head) == ["Baguz", "Bagus"]
    assert texts(chron, known_at=head - 1) == ["Baguz"]
    assert texts(chron, known_at=head - 2) == []
    assert chron.names.subjects_named("Bagus") == []
    (subject,) = chron.names.subject_list(kind="place", known_at=head)
    assert subject.aliases == ("Bagus",)


def test_a_name_can_be_replaced(chron: Chronology) -> None:
    """`replaces` withdraws one name and gives another."""
    chron.describe(BAGUZ, names=["Bagus"])
    old = chron.event(chron.head()).id
    chron.append(Event(type="subject.named", subject=BAGUZ, data={"name": "Baguz"}, replaces=old))
    assert texts(chron) == ["Baguz"]


def test_giving_a_name_twice_changes_nothing(chron: Chronology) -> None:
    """It counts as unchanged; an older name is given again, to be shown from now on."""
    assert chron.describe(BAGUZ, names=["A"], aliases=["B", "B"]).appended == 2
    again = chron.describe(BAGUZ, names=["A"], aliases=["A", "B"])
    assert (again.appended, again.unchanged) == (0, 3)
    chron.describe(BAGUZ, names=["C"])
    assert chron.describe(BAGUZ, names=["A"]).appended == 1
    assert texts(chron) == ["A", "C", "B"]
    assert chron.describe(BAGUZ, aliases=["B"], language="ar").appended == 1


@pytest.mark.parametrize(
    ("rest", "fault"),
    [
        ({"valid": "2018"}, "valid: subject.named does not take it"),
        ({"stance": "denies"}, "stance: subject.named cannot deny"),
        ({"data": {"name": " "}}, "data.name"),
        ({"data": {"name": "a\nb"}}, "data.name"),
        ({"data": {"name": "a", "language": "Arabic!"}}, "data.language"),
        ({"data": {"name": "a", "role": "nick"}}, "data.role"),
        ({"source": "voa"}, "source: 'voa' is not kind/slug"),
    ],
)
def test_what_is_no_name_is_refused(chron: Chronology, rest: dict[str, object], fault: str) -> None:
    """A name has no valid time and denies nothing; its text, language and role are checked."""
    head = chron.head()
    with pytest.raises(InvalidEventError) as refused:
        chron.append(Event(**({"type": "subject.named", "subject": BAGUZ, "data": {"name": "a"}} | rest)))
    assert fault in str(refused.value)
    assert chron.head() == head


def test_an_older_store_learns_the_type_when_it_is_first_used(
    chron: Chronology, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    """The definition enters the log in the same transaction, once; a dry run leaves no trace of it."""
    older = [schema for schema in builtin.schemas() if "subject.named" not in schema["$id"]]
    with monkeypatch.context() as patch:
        patch.setattr(builtin, "schemas", lambda: tuple(older))
        store = Chronology.open(tmp_path / "older.db", create=True)
    with store:
        head = store.head()
        with pytest.raises(UnknownNameError):
            store.vocabulary.newest("subject.named")
        store.describe(BAGUZ, names=["Baguz"], dry_run=True)
        assert store.head() == head
        assert store.names.of(BAGUZ) == []
        store.describe(BAGUZ, names=["Baguz"])
        store.describe(BAGUZ, names=["Baghuz"])
        assert [event.event.type for event in store.read(after=head)] == ["type.defined", *["subject.named"] * 2]
        assert store.verify().faults == ()
        assert store.replay().changed == ()
        assert store.names.resolve("baguz") == BAGUZ


def test_a_redacted_name_is_gone(chron: Chronology) -> None:
    """For any known_at, as everything that is redacted."""
    chron.describe(BAGUZ, names=["Baguz"], aliases=["Secret"])
    head = chron.head()
    chron.redact(chron.event(head).id, reason="r")
    assert texts(chron) == texts(chron, known_at=head) == ["Baguz"]
    assert chron.names.subjects_named("Secret") == []


SPELT = {
    "الباغوز": ["الباغُوز", "البَاغوز"],
    "Škoda-Übung": ["skoda ubung", "SKODA ÜBUNG", "Sˇkoda Übung".replace("ˇ", "\u030c")],
    "Сергей Шойгу": ["СЕРГЕЙ ШОЙГУ", "сергеи шоигу"],
    "Al Sha'fah": ["al shafah", "Al-Sha\u02bffah", "AL SHA`FAH"],
    "हिन्दी": ["हिन्दी"],
    "Straße": ["STRASSE", "strasse"],
}


@pytest.mark.parametrize("given", [True, False])
@pytest.mark.parametrize("name", SPELT)
def test_case_marks_and_punctuation_make_no_difference(chron: Chronology, name: str, given: bool) -> None:
    """In any script, whether the name was given or a source asserts it."""
    if given:
        chron.describe(BAGUZ, aliases=["Another", name])
    else:
        assert_name(chron, "aliases", ["Another", name])
    for spelt in (name, f"  {name}. ", *SPELT[name]):
        assert chron.names.subjects_named(spelt) == [BAGUZ], spelt
    for other in (name[:-1], f"x {name}", f"{name} x", "हिन्दु", "other"):
        assert chron.names.subjects_named(other) == [], other
