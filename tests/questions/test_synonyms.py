"""What a search looks for beside the words: other names of what they name, and no more than that."""

import pytest

from chronology import Chronology, Event


def say(chron: Chronology, subject: str, **parts: object) -> int:
    """Append an assertion about a place and return its position."""
    data = {"attribute": "status", "value": "held"}
    event = Event(
        **{"type": "fact.asserted", "valid": "2018", "source": "source/p", "data": data} | parts, subject=subject
    )
    return chron.append(event).position


def call(chron: Chronology, subject: str, name: str) -> int:
    """Give a subject a name."""
    return chron.append(Event(type="subject.named", subject=subject, data={"name": name})).position


def found(chron: Chronology, words: str, **rest: object) -> set[int]:
    """Return the positions of what was found."""
    return {hit.event.position for hit in chron.search(words, **rest)}


@pytest.mark.parametrize("words", ["الباغوز", "baghuz", "BAGHŪZ", '"al-baghuz fawqani"', "bagh*", "fawqani held"])
def test_a_name_finds_what_is_about_its_subject(chron: Chronology, words: str) -> None:
    """A name in any script, a word of it or its beginning finds what is about the subject or refers to it."""
    about = say(chron, "place/baguz")
    told = say(chron, "place/susah", data={"attribute": "near", "value": "place/baguz held"})
    other = say(chron, "place/hajin")
    for name in ("Al-Baghuz Fawqani", "الباغوز"):
        call(chron, "place/baguz", name)
    assert {about, told} <= found(chron, words)
    assert other not in found(chron, words)
    assert about not in found(chron, words, as_written=True)


def test_every_word_must_still_be_found(chron: Chronology) -> None:
    """Of two words, the one that is a name may be found by another name, and the other is found as it stands."""
    call(chron, "place/baguz", "الباغوز")
    fitting = say(chron, "place/baguz", note="a sandstorm")
    say(chron, "place/baguz", note="a quiet day")
    assert found(chron, "الباغوز sandstorm") == {fitting}


def test_a_name_finds_the_others_in_a_text(chron: Chronology) -> None:
    """A note that writes another name is found; a name of fewer than four letters is not looked for in texts."""
    for name in ("Islamic State", "Daesh", "is"):
        call(chron, "group/islamic-state", name)
    noted = say(chron, "place/susah", note="taken by Daesh")
    say(chron, "place/hajin", note="nothing is known")
    assert noted in found(chron, "islamic")
    assert not {"place/hajin"} & {hit.event.event.subject for hit in chron.search("islamic")}


def test_a_merged_name_finds_the_events_of_the_other(chron: Chronology) -> None:
    """After a merge each spelling finds both, after an unmerge its own, and the question may be asked as of before."""
    ours, theirs = say(chron, "place/al-bukamal"), say(chron, "place/abu-kamal")
    before = chron.head()
    chron.merge("place/al-bukamal", "place/abu-kamal", reason="two spellings")
    assert {ours, theirs} <= found(chron, "bukamal")
    assert {ours, theirs} <= found(chron, "kamal")
    assert found(chron, "bukamal", known_at=before) == {ours}
    chron.unmerge("place/al-bukamal", "place/abu-kamal", reason="two towns")
    assert theirs not in found(chron, "bukamal")


def test_a_name_counts_from_when_it_was_given(chron: Chronology) -> None:
    """A name finds nothing as known before it was given, or after it was taken back, and its subject in between."""
    about = say(chron, "place/baguz")
    before = chron.head()
    position = call(chron, "place/baguz", "الباغوز")
    assert found(chron, "الباغوز", known_at=before) == set()
    chron.retract(chron.event(position).id, reason="another village")
    assert found(chron, "الباغوز") == set()
    assert found(chron, "الباغوز", known_at=position) == {about, position}


def test_part_of_a_word_is_no_name(chron: Chronology) -> None:
    """Only whole words of a name count: `is` means nobody in Paris."""
    call(chron, "place/lutetia", "Paris")
    town = say(chron, "place/lutetia")
    assert town in found(chron, "paris")
    assert found(chron, "is") == set()


def test_the_title_of_a_source_is_not_the_name_of_what_it_says(chron: Chronology) -> None:
    """A word in a title finds the source, not everything that the source reports."""
    title = {"title": "Fall of Afrin", "published": "2018-03-18"}
    described = say(chron, "source/p", type="source.described", data=title)
    say(chron, "place/hajin")
    assert found(chron, "afrin") == {described}


def test_a_word_in_the_names_of_very_many_is_common(chron: Chronology) -> None:
    """Of a word in the names of more than twenty subjects no other names are looked for."""
    for number in range(20):
        call(chron, f"place/p{number}", f"Tell {number}")
    about = say(chron, "place/p7")
    assert about in found(chron, "tell")
    call(chron, "place/p20", "Tell 20")
    assert about not in found(chron, "tell")


def test_a_question_of_a_hundred_names_is_answered(chron: Chronology) -> None:
    """The longest question, each word of which names twenty subjects, is no error."""
    for number in range(20):
        call(chron, f"place/p{number}", f"Tell {number}")
    assert found(chron, "tell " * 100) != set()


def test_marks_and_exchanged_letters_make_no_difference(chron: Chronology) -> None:
    """A name in Arabic finds its subject whichever of the exchangeable letters and marks are typed."""
    call(chron, "place/abu-kamal", "أبو كَمال")
    about = say(chron, "place/abu-kamal")
    assert about in found(chron, '"ابو كمال"')
