"""Tests of the diagram: what others wrote cannot be read as Mermaid."""

import re

from hypothesis import given
from strategies import texts

from chronology import Chronology
from chronology.exporters.mermaid import escape
from chronology.exporters.wording import visible
from tests.exporters.exported import HOSTILE, export, said, sample

__all__ = ["sample"]


def decoded(text: str) -> str:
    """Return a text as Mermaid shows it."""
    return re.sub(r"#(\d+);", lambda code: chr(int(code[1])), text)


def test_a_diagram_reads_well(chron: Chronology) -> None:
    """Sections are years, dates are words."""
    chron.describe("operation/storm", names=["Al Jazeera Storm"])
    chron.append(said("operation.launched", "operation/storm", "2017-09-09"))
    chron.append(said("operation.stalled", "operation/storm", "2018-01/2018-04~"))
    chron.append(said("operation.resumed", "operation/storm", "/2018-05"))
    assert (
        decoded(export("mermaid", chron, subject="operation/storm").decode())
        == """\
timeline
    title Al Jazeera Storm
    section Beginning unknown
        from an unknown day to May 2018 : Operation resumed: Al Jazeera Storm
    section 2017
        9 September 2017 : Operation launched: Al Jazeera Storm
    section 2018
        January 2018 to about April 2018 : Operation stalled: Al Jazeera Storm
"""
    )


@given(texts)
def test_an_escaped_text_holds_no_syntax(text: str) -> None:
    """Letters, digits, harmless punctuation and codes; decoded, it is the text again."""
    found = escape(text)
    assert re.fullmatch(r"(?:[^\W_]|[ ,.()'“”’–-]|#\d+;)*", found)
    assert decoded(found) == visible(" ".join(text.split()))


def test_a_line_is_a_time_and_an_event(sample: Chronology) -> None:
    """Nothing that somebody wrote adds a line, a section or a colon."""
    lines = export("mermaid", sample).decode().splitlines()
    assert lines[0] == "timeline"
    assert all(re.fullmatch(r" {4}(?:title|section) [^:]+| {8}[^:]+ : [^:]+", line) for line in lines[1:])


def test_a_long_headline_is_cut(chron: Chronology) -> None:
    """It would leave no room for others."""
    chron.append(said("fact.asserted", "operation/x", "2018", attribute="status", value=HOSTILE * 3))
    (line,) = [line for line in export("mermaid", chron).decode().splitlines() if " : " in line]
    assert len(decoded(line.split(" : ")[1])) == 160
