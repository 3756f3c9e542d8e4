"""`append --edit` with an editor that follows a script: what is appended, what is refused, what becomes of the text."""

import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command_line import GATE, GAZETTE, done, refused, run, untouched

Editor = Callable[..., Path]


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder in which forms are made, away from the store."""
    path = tmp_path_factory.mktemp("forms")
    monkeypatch.setattr(tempfile, "tempdir", str(path))
    return path


@pytest.fixture
def editor(
    store: Path, folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Editor:
    """Give what installs an editor that fills fields in, or leaves another text; it copies what it saw."""
    place = tmp_path_factory.mktemp("editor")
    seen, script = place / "seen.txt", place / "an editor.py"

    def install(*, text: str | None = None, code: int = 0, **fields: str) -> Path:
        script.write_text(
            "import re, sys\n"
            "path = sys.argv[-1]\n"
            "before = open(path, encoding='utf-8').read()\n"
            f"open({str(seen)!r}, 'w', encoding='utf-8').write(before)\n"
            f"after = {text!r} if {text is not None} else before\n"
            f"for name, value in {fields!r}.items():\n"
            "    name = name.replace('__', '.')\n"
            "    after = re.sub(rf'^{re.escape(name)}:.*$', lambda _: f'{name}: {value}', after, flags=re.M)\n"
            "open(path, 'w', encoding='utf-8').write(after)\n"
            f"sys.exit({code})\n"
        )
        monkeypatch.setenv("VISUAL", f"'{sys.executable}' '{script}'")
        return seen

    return install


def kept(folder: Path) -> list[Path]:
    """Return the forms that are left."""
    return sorted(folder.iterdir())


def test_a_form_that_is_filled_in_is_appended(editor: Editor, folder: Path) -> None:
    """The event says what the form says, and the form is gone."""
    editor(
        on="2024-03", source=GAZETTE, data__reason="snow: much # of it", said_by="person/mayor", quote='a\n  "b"\n  c'
    )
    event = done("append", "--edit", "crossing.closed", GATE, "--json", "--recorded-by", "Jane").json
    assert (event["valid"], event["source"], event["said_by"]) == ("2024-03", GAZETTE, ["person/mayor"])
    assert (event["data"], event["quote"]) == ({"reason": "snow: much # of it"}, 'a\n"b"\nc')
    assert (event["subject"], event["recorded_by"], event["stance"]) == (GATE, "Jane", "affirms")
    assert kept(folder) == []


def test_what_is_given_stands_in_the_form(editor: Editor) -> None:
    """Options and pairs are filled in, and every key of the payload has a remark."""
    seen = editor(grade="B2")
    event = done(
        "append", "--edit", "crossing.closed", GATE, "reason=snow", "--on", "2024", "--source", GAZETTE, "--denies",
        "--said-by", "person/a", "--said-by", "person/b", "--note", "one\ntwo", "--disputes", "39", "--json",
    ).json  # fmt: skip
    form = seen.read_text()
    for line in ("type: crossing.closed", f"subject: {GATE}", "data.reason: snow", "stance: denies", "    person/b"):
        assert line in form.splitlines()
    assert re.search(r"^# Who closed it .*\ndata\.by:$", form, re.MULTILINE)
    assert (event["grade"], event["stance"], event["said_by"]) == ("B2", "denies", ["person/a", "person/b"])
    assert (event["note"], len(event["disputes"])) == ("one\ntwo", 1)


@pytest.mark.parametrize("text", [None, "", "# only remarks\n\n"])
def test_a_form_that_says_nothing_appends_nothing(editor: Editor, store: Path, folder: Path, text: str | None) -> None:
    """Unchanged or emptied: nothing is written, and no form is left."""
    editor(text=text)
    with untouched(store):
        refused(run("append", "--edit", "crossing.closed", GATE), "nothing was filled in")
    assert kept(folder) == []


def test_a_refused_form_is_kept_and_goes_on(editor: Editor, store: Path, folder: Path) -> None:
    """Every fault is told, the path too; --from opens the same text again, and leaves that file."""
    editor(on="2024-0x", grade="ZZ", source=GAZETTE)
    with untouched(store):
        ended = run("append", "--edit", "crossing.closed", GATE)
    (path,) = kept(folder)
    refused(ended, "valid: date '2024-0x'", "grade: 'ZZ'", f"chronology append --edit --from {path}")
    seen = editor(on="2024-03", grade="B2")
    ended = done("append", "--edit", "--from", str(path))
    assert "appended #" in ended.out
    assert f"the form is still in {path}" in ended.err
    assert "grade: ZZ" in seen.read_text()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense\nsorce: x\n", ["line 1: is no", "line 2: a form has no field 'sorce'"]),
        ("subject: crossing/x\n", ["type: is missing"]),
        ("type: crossing.shut\n", ["unknown event type 'crossing.shut'", "crossing"]),
        ("type: crossing.closed\nsubject: crossing/x\nstance: maybe\n", ["stance", "source: is missing", "valid"]),
        ("type: crossing.closed\ndisputes: nobody\n", ["nobody"]),
    ],
)
def test_what_is_no_event_is_refused_and_kept(
    editor: Editor, store: Path, folder: Path, text: str, words: list[str]
) -> None:
    """The text stays as it was typed."""
    editor(text=text)
    with untouched(store):
        refused(run("append", "--edit", "crossing.closed", GATE), *words, "your text is in")
    (path,) = kept(folder)
    assert path.read_text() == text


def test_a_dry_run_keeps_the_form(editor: Editor, store: Path, folder: Path) -> None:
    """Nothing is written, and nothing that was typed is lost."""
    editor(on="2024-03", source=GAZETTE)
    with untouched(store):
        ended = done("append", "--edit", "crossing.closed", GATE, "--dry-run")
    (path,) = kept(folder)
    assert "would append 1" in ended.out
    assert f"the form is still in {path}" in ended.err


def test_an_editor_that_fails_appends_nothing(
    editor: Editor, store: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it had written is kept; where it wrote nothing, nothing is left."""
    editor(on="2024-03", source=GAZETTE, code=1)
    with untouched(store):
        refused(run("append", "--edit", "crossing.closed", GATE), "ended with 1", "your text is in")
        assert len(kept(folder)) == 1
        monkeypatch.setenv("VISUAL", "/no/such/editor")
        refused(run("append", "--edit", "crossing.closed", GATE), "cannot be run", "set EDITOR")
        monkeypatch.setenv("VISUAL", "'unclosed")
        refused(run("append", "--edit", "crossing.closed", GATE), "cannot be run")
    assert len(kept(folder)) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("append",),
        ("append", "crossing.closed", "--from", "x"),
        ("append", "--edit"),
        ("append", "--edit", "--from", "x", "--on", "2018"),
        ("append", "-", "--edit"),
    ],
)
def test_what_makes_no_sense_together_is_refused(editor: Editor, store: Path, arguments: tuple[str, ...]) -> None:
    """Before an editor is opened."""
    seen = editor(on="2024")
    with untouched(store):
        refused(run(*arguments), code=2)
    assert not seen.exists()
