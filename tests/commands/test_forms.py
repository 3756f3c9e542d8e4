"""Forms: what is written into one is read again, and what is not a form is told line by line."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chronology.commands.record import editor
from chronology.errors import InvalidEventError
from chronology.vocabulary import builtin
from chronology.vocabulary.registry import Vocabulary

VOCABULARY = Vocabulary()
for _schema in builtin.schemas():
    VOCABULARY = VOCABULARY.with_type(_schema, trusted=True)

# Of the texts of events: no control characters but newline and tab; spaces around a line, and a shared indent, go.
LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(str.strip)
TEXTS = st.lists(LINES, min_size=1, max_size=4).map("\n".join).map(str.strip).filter(bool)


@given(
    event_type=st.sampled_from(list(VOCABULARY)),
    fields=st.dictionaries(st.sampled_from(sorted(editor.FIELDS)), TEXTS),
    data=st.data(),
)
def test_a_form_is_read_as_it_was_filled_in(event_type: object, fields: dict[str, str], data: st.DataObject) -> None:
    """Whatever texts stand in it: colons, number signs, quotation marks, several lines."""
    keys = sorted(event_type.schema.get("properties", {}))  # type: ignore[attr-defined]
    texts = data.draw(st.dictionaries(st.sampled_from(keys), TEXTS)) if keys else {}
    filled = fields | {f"data.{key}": text for key, text in texts.items()}
    form = editor.parse(editor.render(event_type, filled))  # type: ignore[arg-type]
    assert (dict(form.fields), dict(form.data)) == (fields, texts)


@pytest.mark.parametrize("event_type", list(VOCABULARY), ids=lambda event_type: event_type.name)
def test_an_empty_form_of_every_type_says_nothing(event_type: object) -> None:
    """Remarks are no text; every key of the payload has its field and a remark above it."""
    text = editor.render(event_type, {})  # type: ignore[arg-type]
    assert editor.parse(text) == editor.Form(fields={}, data={})
    for key in event_type.schema.get("properties", {}):  # type: ignore[attr-defined]
        above, _, _ = text.partition(f"\ndata.{key}:")
        assert above.splitlines()[-1].startswith("# ")
    assert max(map(len, text.splitlines())) < 300


@given(text=st.text() | st.text(alphabet="ab:# \n\tdata.onsource", max_size=60))
def test_any_text_is_a_form_or_is_told_with_its_lines(text: str) -> None:
    """Never a traceback; each fault names a line that exists."""
    try:
        form = editor.parse(text)
    except InvalidEventError as exc:
        for fault in exc.faults:
            number = int(fault.removeprefix("line ").partition(":")[0])
            assert 1 <= number <= text.count("\n") + 1
    else:
        assert set(form.fields) <= set(editor.FIELDS)
        assert all(value.strip() for value in (*form.fields.values(), *form.data.values()))


@given(text=TEXTS, indent=st.sampled_from([" ", "    ", "\t"]))
def test_any_indent_continues_a_text(text: str, indent: str) -> None:
    """People indent as they like; lines below each other keep their shape."""
    assume("\n" in text)
    form = editor.parse("quote:\n" + "\n".join(f"{indent}{line}" for line in text.split("\n")) + "\nnote: x\n")
    assert form.fields == {"quote": text, "note": "x"}


def test_every_fault_is_told() -> None:
    """With its line, and with what may have been meant."""
    with pytest.raises(InvalidEventError) as refusal:
        editor.parse("  lost\nsorce: x\nsubject: a\nsubject: b\nnonsense\nreason: snow\ndata.: x\n")
    assert refusal.value.faults == (
        "line 1: is indented, and continues no text",
        "line 2: a form has no field 'sorce' (did you mean source?)",
        "line 4: subject appears twice",
        "line 5: is not `name: text`",
        "line 6: a form has no field 'reason' (a key of the payload is written data.KEY)",
        "line 7: a form has no field 'data.' (a key of the payload is written data.KEY)",
    )


def test_remarks_inside_a_text_are_text_only_if_indented() -> None:
    """A number sign at the beginning of a line is a remark, also between the lines of a text."""
    form = editor.parse("quote: one\n# remark\n  # two\n\n  three\n\nnote: # four\r\n")
    assert form.fields == {"quote": "one\n# two\n\nthree", "note": "# four"}


def test_a_payload_is_read_as_its_type_takes_it() -> None:
    """Numbers and lists are read, texts stay texts, and every text that is neither is told."""
    schema = {
        "$id": "urn:chronology:x.happened:1",
        "type": "object",
        "title": "X",
        "description": "X",
        "properties": {
            "n": {"type": "integer"},
            "list": {"type": "array", "items": {"type": "string"}},
            "text": {"type": "string"},
            "yes": {"type": "boolean"},
        },
    }
    event_type = Vocabulary().with_type(schema, trusted=True).newest("x.happened")  # type: ignore[arg-type]
    texts = {"n": "5", "list": "a b\nc", "text": "5", "yes": "true", "other": "5"}
    assert editor.payload(event_type, texts) == {"n": 5, "list": ["a b", "c"], "text": "5", "yes": True, "other": "5"}
    assert editor.payload(event_type, {"list": '["a"]'}) == {"list": ["a"]}
    with pytest.raises(InvalidEventError) as refusal:
        editor.payload(event_type, {"n": "five", "yes": "yes"})
    assert [fault.partition(":")[0] for fault in refusal.value.faults] == ["data.n", "data.yes"]
