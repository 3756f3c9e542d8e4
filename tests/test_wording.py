"""Pages, messages, help and docstrings are plain English: no phrase that a native engineer would not say.

A phrase that is found to be odd gets a line here, with what to say instead, so that it does not return.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "tests/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "chronology" / "report").glob("*/*.html")),
]
SCRIPTS = sorted((ROOT / "chronology" / "report" / "assets").glob("*.js"))
MODULES = sorted((ROOT / "chronology").rglob("*.py"))

INSTEAD = {
    r"thought away": "left out",
    r"by and by": "in batches; gradually",
    r"speaks? against": "contradicts",
    r"(go|goes|went) its own way": "diverges",
    r"(is|are) (no|that is) news": "is of no interest; is new",
    r"nobody else": "no other process; only you",
    r"begins? so": "begins with it; with this beginning",
    r"called so": "has that name",
    r"was so on": "held on",
    r"\w+\.(db|toml) made": "created storm.db",
    r"made, head": "created storm.db, head 88",
    r"told(?!:)": "reported; said; called with",
    r"likewise": "also",
    r"lets? (it )?go( of)?": "closes; releases",
    r"stands? at": "is at; is shown at",
    r"whoever": "anyone who; the person who; the caller",
    r"(?<!soon )as (it is|they are)": "unchanged; as known now",
    r"of one's own": "of your own",
    r"by (itself|themselves)": "on its own; alone; independently",
    r"be had": "be found; is not available",
    r"(and|or) the like": "and similar ones",
    r"out of account": "ignored",
    r"(come|comes|came) upon": "finds",
    r"(at most|at least|only|than|after|into|those) so many": "at most this many; at most N",
    r"(go|goes) on waiting": "stays in the outbox",
    r"waits? no more": "no longer waits",
    r"same log (again )?of it": "the same log from it",
    r"nobody knows when": "at an unknown time",
    r"says? something else than": "differs from",
    r"(stand|stands) twice": "appears twice",
    r"(never|nor) (does|do|is|are|has|have) (it|they|he|she|we|you)": "plain order of words",
}
REFUSED = re.compile("|".join(rf"(?P<_{number}>\b{phrase}\b)" for number, phrase in enumerate(INSTEAD)), re.IGNORECASE)

SQL = re.compile(r"\b(SELECT|CREATE|INSERT|UPDATE|DELETE|DROP) ")
"""Statements are no prose, and the text of a stored table never changes."""


SCRIPT_TEXT = re.compile(r"""/\*.*?\*/|//[^\n]*|"[^"`\n]* [^"`\n]*"|`[^`()\n]* [^`()\n]*`""", re.DOTALL)
"""Remarks of a script, and its texts of several words."""


def offences(text: str) -> Iterator[str]:
    """Yield each refused phrase of a text, with the sentence around it and what to say instead."""
    line = " ".join(text.split())
    for found in REFUSED.finditer(line):
        sentence = line[max(0, found.start() - 60) : found.end() + 60]
        instead = list(INSTEAD.values())[int(found.lastgroup.removeprefix("_"))] if found.lastgroup else ""
        yield f"{found[0]!r} in “{sentence}”: say {instead}"


def strings(module: Path) -> Iterator[tuple[int, str]]:
    """Yield the texts of a module with their lines: docstrings, messages, help; a value in a text is {}."""
    tree = ast.parse(module.read_text("utf-8"))
    parts = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts.update(map(id, node.values))
            yield (
                node.lineno,
                "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values),  # type: ignore[misc]
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield node.lineno, node.value


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_is_plain_english(page: Path) -> None:
    """No page has a refused phrase, not in what commands print either."""
    assert list(offences(page.read_text("utf-8"))) == []


def test_the_texts_of_the_program_are_plain_english() -> None:
    """No message, help text or docstring has a refused phrase."""
    found = [
        f"{module.relative_to(ROOT)}:{line}: {offence}"
        for module in MODULES
        for line, text in strings(module)
        if not SQL.search(text)
        for offence in offences(text)
    ]
    assert found == []


def test_the_texts_of_the_report_page_are_plain_english() -> None:
    """No text or remark of its scripts has a refused phrase."""
    found = [
        f"{script.name}: {offence}"
        for script in SCRIPTS
        for text in SCRIPT_TEXT.findall(script.read_text("utf-8"))
        for offence in offences(re.sub(r"\$\{[^}]*\}", "{}", text))
    ]
    assert found == []


@pytest.mark.parametrize(
    "text",
    ["The lock cannot\nbe had.", "chronology.db made, head 88", "Told how many.", "Never does it end.", "Whoever asks"],
)
def test_a_refused_phrase_is_found(text: str) -> None:
    """However it is broken into lines, and whatever its letter case."""
    assert list(offences(text))


def test_a_name_or_another_word_is_no_phrase() -> None:
    """Only whole words count."""
    assert list(offences("untold, wholly, as it issued, as soon as it is")) == []
