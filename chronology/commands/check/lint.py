"""The command that lists what is suspicious. Exit code 3 where something is."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from itertools import groupby
from operator import attrgetter
from typing import Annotated, Final

import attrs
import typer

from chronology.commands.application import PAGED, Invocation, command
from chronology.commands.screen import output
from chronology.commands.screen.output import FAULT, Format, progress_bar
from chronology.commands.screen.table import Row, Shape
from chronology.errors import UnknownNameError
from chronology.events.json_values import Json
from chronology.questions.lint import RULES, Finding
from chronology.store.reader import Reader

COLUMNS: Final = tuple(field.name for field in attrs.fields(Finding))
SHAPE: Final = Shape(
    headings=("  event", "subject", "finding"),
    stack=("  {event}  {subject}", "      {finding}"),
)
"""Of what is found, under the name of each rule."""
RULES_SHAPE: Final = Shape(headings=("rule", "finds"), stack=("{rule}", "    {finds}"))


@command(PAGED)
def lint(
    call: Invocation,
    chosen: Annotated[
        list[str] | None, typer.Option("--rule", metavar="R", help="Only what this rule finds; may be repeated.")
    ] = None,
    left_out: Annotated[
        list[str] | None, typer.Option("--except", metavar="R", help="Leave this rule out; may be repeated.")
    ] = None,
    rules: Annotated[bool, typer.Option("--rules", help="List the rules, and stop.")] = False,
) -> None:
    """List what is suspicious: dates, names, grades, repetitions.

    Nothing that it finds need be wrong, and nothing is changed. Events that were withdrawn do not count. Exit code 3
    if anything is found.

    \b
    chronology lint --rules
    chronology lint --rule sentinel-date --rule far-future
    chronology lint --except ungraded --except unconfirmed --nl
    """
    wanted = call.format
    if rules:
        _list_rules(wanted)
        return
    for name in left_out or ():
        if name not in RULES:
            raise UnknownNameError("rule", name, RULES, hint="`chronology lint --rules` lists them")
    names = [name for name in chosen or RULES if name not in (left_out or ())]
    with Reader.open(call.path) as chron:
        if wanted is Format.TABLE:
            with progress_bar("looking") as progress:
                found = list(chron.lint(names, progress=progress))
            count = len(found)
            _show(call, found)
        else:
            count = _stream(chron, names, wanted)
    if count:
        raise typer.Exit(FAULT)
    output.say("nothing suspicious was found")


def _stream(chron: Reader, names: Sequence[str], wanted: Format) -> int:
    """Print findings as they come, and return how many there are."""
    count = 0

    def counted(found: Iterable[Finding]) -> Iterator[dict[str, Json]]:
        nonlocal count
        for count, finding in enumerate(found, start=1):  # noqa: B007
            yield attrs.asdict(finding)

    # A bar and a stream on one terminal would overwrite each other.
    with nullcontext() if sys.stdout.isatty() else progress_bar("looking") as progress:
        output.show_records(counted(chron.lint(names, progress=progress)), wanted, columns=COLUMNS)
    return count


def _show(call: Invocation, found: Iterable[Finding]) -> None:
    if rows := list(_rows(found)):
        with output.paged(wanted=call.pager):
            output.show_table(rows, shape=SHAPE)


def _rows(found: Iterable[Finding]) -> Iterator[Row]:
    """Yield each rule with the number of its findings, and under it a row for each."""
    order = list(RULES)
    by_rule = groupby(sorted(found, key=lambda finding: order.index(finding.rule)), key=attrgetter("rule"))
    for rule, members in by_rule:
        findings = list(members)
        yield f"{rule} ({len(findings):,}): {RULES[rule].sentence}"
        yield from ((f"  #{f.position}", f.subject, f.message) for f in findings)


def _list_rules(wanted: Format) -> None:
    if wanted is Format.TABLE:
        output.show_table([(name, rule.sentence) for name, rule in RULES.items()], shape=RULES_SHAPE)
    else:
        records = ({"rule": name, "finds": rule.sentence} for name, rule in RULES.items())
        output.show_records(records, wanted, columns=("rule", "finds"))
