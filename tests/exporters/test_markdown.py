"""Tests of the timeline for a report: readable, footnoted, and nothing that somebody wrote is markup."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from markdown_it import MarkdownIt
from strategies import texts

from chronology import Chronology
from chronology.exporters.markdown import escape
from chronology.exporters.wording import visible
from tests.exporters.exported import HOSTILE, export, said, sample

__all__ = ["sample"]


class _Tags(HTMLParser):
    """Collects the tags and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag, and where it leads."""
        self.tags.append(" ".join([tag, *(str(value) for _, value in attrs)]))

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.words += data


def page(markdown: str) -> _Tags:
    """Return Markdown as a browser gets it, with the extensions that most programs have, and raw HTML allowed."""
    renderer = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return _Tags(renderer.render(markdown))


def test_a_report_reads_well(chron: Chronology) -> None:
    """The whole of it, to the letter."""
    paper = "https://paper.example/1"
    chron.append(
        said(
            "source.described",
            "source/paper",
            "2018-05-14",
            title="A report",
            publisher="The Paper",
            published="2018-05-14",
            source="source/paper",
            url=paper,
        )
    )
    chron.describe("operation/storm", names=["Al Jazeera Storm"])
    chron.append(said("operation.launched", "operation/storm", "2017-09-09", by="group/sdf"))
    first = chron.append(
        said(
            "operation.stalled",
            "operation/storm",
            "2018-01/2018-04~",
            reason="moved away",
            said_by=["person/a"],
            quote="They left.",
            locator="p. 3",
        )
    )
    chron.append(said("operation.stalled", "operation/storm", "2018-02", stance="denies", disputes=[first.id]))
    where = first.position
    assert (
        export("markdown", chron, subject="operation/storm", since="2017").decode()
        == f"""\
# Al Jazeera Storm

*Events about operation/storm; since 2017.*

- **9 September 2017**: Operation launched: Al Jazeera Storm (by: sdf).[^1]
- **January 2018 to about April 2018**: Operation stalled: Al Jazeera Storm (reason: moved away).[^2]
- **February 2018**: Denied: Operation stalled: Al Jazeera Storm (disputes event {where}).[^1]

[^1]: “A report”, The Paper, 2018-05-14, <{paper}>. Grade B2. In the log: {where - 1}, {where + 1}.

[^2]: a, in “A report”, The Paper, 2018-05-14 (p. 3), <{paper}>. “They left.” Grade B2. In the log: {where}.
"""
    )


@given(texts)
def test_escaped_text_is_shown_as_it_is(text: str) -> None:
    """Whatever it holds, a reader sees its letters, and no tag comes of it."""
    found = page(f"- **x**: {escape(text)}.")
    assert " ".join(found.words.split()) == f"x: {visible(' '.join(text.split()))}.".strip()
    assert found.tags == ["ul", "li", "strong"]


def test_hostile_text_makes_no_markup(sample: Chronology) -> None:
    """Only headings, lists, emphasis and the links of footnotes are there."""
    markdown = export("markdown", sample).decode()
    found = page(markdown)
    allowed = {"h1", "ul", "li", "strong", "p", "em", "a https://paper.example/a?b=(c)"}
    assert set(found.tags) <= allowed
    assert visible(" ".join(HOSTILE.split())) in " ".join(found.words.split())
    assert "javascript:alert(1)\n" not in markdown


def test_an_address_stays_inside_its_brackets(chron: Chronology) -> None:
    """What could end it is percent-encoded; what is no address of the web is no link."""
    for number, url in enumerate(
        ["https://x.example/a>b\\c`é", "javascript:alert(1)", "https://x.example/a b", "HTTPS://y.example/"]
    ):
        source = f"source/s{number}"
        chron.append(said("source.described", source, "2018", url=url, source=source))
        chron.append(said("operation.ended", f"operation/o{number}", "2018", source=source))
    links = [tag for tag in page(export("markdown", chron).decode()).tags if tag.startswith("a ")]
    assert links == ["a https://x.example/a%3Eb%5Cc%60%C3%A9", "a HTTPS://y.example/"]


def test_every_footnote_is_used_and_every_mark_has_one(sample: Chronology) -> None:
    """Numbers from 1, in order of first use."""
    markdown = export("markdown", sample).decode()
    used = re.findall(r"\[\^(\d+)\]$", markdown, re.MULTILINE)
    defined = re.findall(r"^\[\^(\d+)\]:", markdown, re.MULTILINE)
    assert list(dict.fromkeys(used)) == defined == [str(number) for number in range(1, len(defined) + 1)]


def test_descriptions_of_sources_stand_only_in_footnotes(sample: Chronology) -> None:
    """Unless sources are asked for."""
    assert "Source described" not in export("markdown", sample).decode()
    assert "Source described" in export("markdown", sample, kind="source").decode()


@pytest.mark.parametrize("name", ["# x #", "1. x", "- x", "> x", "| a |"])
def test_a_name_is_one_heading(chron: Chronology, name: str) -> None:
    """Whatever the subject is called."""
    chron.describe("operation/x", names=[name])
    found = page(export("markdown", chron, subject="operation/x").decode())
    assert found.tags[0] == "h1"
    assert found.words.startswith(name)
