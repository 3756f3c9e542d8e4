"""The application object, the options that commands share, and what a command learns of them. Prints only help."""

import inspect
import os
from collections.abc import Callable, Mapping
from functools import wraps
from inspect import Parameter
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer
from attrs import evolve, field, frozen
from typer.core import TyperGroup

import chronology
from chronology.commands.screen.output import Format, Notes

DEFAULT_PATH: Final = "chronology.db"
_FOLLOWS: Final = ".remote"

Shared = tuple[Parameter, ...]
"""Options that several commands take, in the order of their help: parameters of a function, as typer reads them."""


@frozen(kw_only=True)
class Invocation:
    """What was given with a command besides its own arguments. One is made for each run of the program.

    Attributes:
        path: of the store; `--db`, else CHRONOLOGY_DB, else the default.
        format: in which rows are printed.
        pager: whether what is printed for people may go through their pager.
        filters: what was given for each filter, by the name of its keyword; those that were left out are absent.
        notes: what the command has to say, once it is sure not to be refused.
        context: what typer knows of the command line.
    """

    path: Path
    format: Format = Format.TABLE
    pager: bool = True
    filters: Mapping[str, Any] = field(factory=dict)
    notes: Notes = field(factory=Notes)
    context: typer.Context


def shared_option(name: str, taken: Any = bool, **how: Any) -> Parameter:
    """Return an option that commands share.

    Args:
        name: of the parameter; the flag is the same with hyphens.
        taken: its type.
        how: further arguments of `typer.Option`.
    """
    flag = typer.Option(f"--{name.replace('_', '-')}", **how)
    default, kind = (False, bool) if taken is bool else (None, taken | None)
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, flag])


_DB_HELP: Final = f"The store.  [env: CHRONOLOGY_DB; default: {DEFAULT_PATH}]"

STORE: Final[Shared] = (shared_option("db", str, metavar="PATH", help=_DB_HELP),)
"""Of a command that opens a store: `--db` may also come after its name."""

READING: Final[Shared] = (
    shared_option(Format.JSON, help="Print JSON."),
    shared_option(Format.NL, help="Print JSON lines: one object a line."),
    shared_option(Format.CSV, help="Print CSV, with JSON in cells that are not text."),
    shared_option(
        Format.SPREADSHEET, help="Print CSV in which no cell is a formula or a date: altered, so not evidence."
    ),
    *STORE,
)
"""Of a command that prints rows: as a table for people, or in a form for programs."""

PAGED: Final[Shared] = (
    shared_option("no_pager", help="Print without a pager.  [pager: PAGER, else less]"),
    *READING,
)
"""Of a command that may print a lot, for people through a pager."""


def command(
    shared: Shared = (), *, name: str | None = None, of: typer.Typer | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add a function to the application as a command; one whose first parameter is an Invocation is given it.

    Args:
        shared: the options that it takes besides its own.
        name: what people type; the function's name if not given.
        of: the group that it belongs to.
    """

    def add(function: Callable[..., None]) -> Callable[..., None]:
        text, examples = _help_of(function)
        (of or app).command(name, help=text, epilog=examples)(_telling(function, shared))
        return function

    return add


def group(name: str, shared: Shared = ()) -> Callable[[Callable[..., None]], typer.Typer]:
    """Add a group of commands. Where none of them is named, its function answers, or shows the group's help."""

    def add(function: Callable[..., None]) -> typer.Typer:
        commands = typer.Typer(cls=Group, invoke_without_command=True, rich_markup_mode=None, context_settings=_CONTEXT)
        text, examples = _help_of(function)
        commands.callback(help=text, epilog=examples)(_telling(function, shared))
        app.add_typer(commands, name=name)
        return commands

    return add


def _help_of(function: Callable[..., None]) -> tuple[str, str | None]:
    r"""Return a command's help, and its examples, which follow on `\b` in a docstring and stand where help ends."""
    text, mark, examples = (inspect.getdoc(function) or "").partition("\b\n")
    return text.rstrip(), f"{mark}Example:\n{examples}" if mark else None


def _telling(function: Callable[..., None], shared: Shared) -> Callable[..., None]:
    """Return a function for typer: it takes the shared options too, and hands them on as one thing."""
    own = list(inspect.signature(function, eval_str=True).parameters.values())
    told = own[:1] if own and own[0].annotation is Invocation else []
    own = own[len(told) :]

    @wraps(function)
    def run(context: typer.Context, **given: Any) -> None:
        call = _invocation(context, {option.name: given.pop(option.name) for option in shared})
        context.obj = call
        if context.invoked_subcommand is None:
            function(*([call] if told else []), **given)
            call.notes.say()

    first = Parameter("context", Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    taken = [first, *own, *shared]
    # typer asks for both.
    run.__signature__ = inspect.Signature(taken)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in taken}
    return run


_FORMATS: Final = tuple(form for form in Format if form is not Format.TABLE)


def _invocation(context: typer.Context, given: Mapping[str, Any]) -> Invocation:
    """Return what was given so far: with the program, with a group of commands, and with the command itself."""
    before: Invocation = context.obj
    wanted = before.format
    for name in (form for form in _FORMATS if given.get(form)):
        if wanted not in (Format.TABLE, name) and not (wanted.is_csv and name.is_csv):
            raise typer.BadParameter(f"--{name} and --{wanted} exclude each other", ctx=context)
        # If both flavours of CSV are asked for, in either order, the harmless one is meant.
        wanted = wanted if wanted is Format.SPREADSHEET else name
    known = {"db", "no_pager", *_FORMATS}
    return evolve(
        before,
        path=Path(given["db"]) if given.get("db") else before.path,
        format=wanted,
        pager=before.pager and not given.get("no_pager"),
        # An option that is there restricts, even if its value is empty: that is refused, not passed over.
        filters={name: value for name, value in given.items() if name not in known and value not in (None, [], ())},
        context=context,
    )


class Group(TyperGroup):
    """Commands under one name; help lists them under the headings that `rich_help_panel` gives them."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands into a help page, each under its heading, with all summaries in one column."""
        commands = [(name, self.commands[name]) for name in self.list_commands(ctx) if not self.commands[name].hidden]
        width = max((len(name) for name, _ in commands), default=0)
        sections: dict[str, list[tuple[str, str]]] = {}
        for name, listed in commands:
            summary = listed.get_short_help_str(formatter.width - width - 6)
            heading = getattr(listed, "rich_help_panel", None) or "Commands"
            sections.setdefault(heading, []).append((name.ljust(width), summary))
        for heading, rows in sections.items():
            with formatter.section(heading):
                formatter.write_dl(rows)


_CONTEXT: Final = {"help_option_names": ["-h", "--help"]}

app: Final = typer.Typer(
    name="chronology",
    cls=Group,
    invoke_without_command=True,
    add_completion=False,
    # Help is plain text that can be quoted, and users see no tracebacks.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=_CONTEXT,
)


def show_help(context: typer.Context) -> NoReturn:
    """Show help to somebody who named no command, and end as where a command line is wrong."""
    typer.echo(context.get_help(), err=True)
    raise typer.Exit(2)


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"chronology {chronology.__version__}")
        raise typer.Exit


def _application(
    context: typer.Context,
    db: Annotated[str | None, typer.Option(metavar="PATH", help=_DB_HELP)] = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Keep a contested chronology: what held on that date, who says so, who disagrees.

    \b
    chronology demo
    chronology state operation/al-jazeera-storm --at 2018-03-01
    """
    path = db or os.environ.get("CHRONOLOGY_DB") or DEFAULT_PATH
    context.obj = Invocation(path=Path(path), context=context)
    if context.invoked_subcommand is None:
        show_help(context)


_TEXT, _EXAMPLES = _help_of(_application)
app.callback(help=_TEXT, epilog=_EXAMPLES)(_application)

Subject = Annotated[
    str | None, typer.Argument(metavar="[SUBJECT]", show_default=False, help="The subject: kind/slug, or a name.")
]

Attribute = Annotated[
    str | None, typer.Argument(metavar="[ATTRIBUTE]", show_default=False, help="The attribute, as in status.")
]

Kind = Annotated[str | None, typer.Option(metavar="K", help="Only subjects of this kind.")]

At = Annotated[str | None, typer.Option(metavar="DATE", help="The date asked about: its close. Default: now.")]

Since = Annotated[str | None, typer.Option(metavar="DATE", help="Only what may touch this date or a later one.")]

Until = Annotated[str | None, typer.Option(metavar="DATE", help="Only what may touch this date or an earlier one.")]

RecordedBy = Annotated[
    str | None,
    typer.Option(metavar="NAME", envvar="CHRONOLOGY_RECORDED_BY", help="Who records this: the analyst's name."),
]

DryRun = Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")]

EventName = Annotated[
    str, typer.Argument(metavar="ID", show_default=False, help="The event's id, its beginning, or its position.")
]

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def open_for_writing(path: Path) -> "chronology.Chronology":
    """Open a store for writing; one that follows a shared log writes there first.

    Raises:
        ChronologyError: it cannot be opened, or the file that names its shared log is damaged.
    """
    if not path.with_name(f"{path.name}{_FOLLOWS}").exists():
        return chronology.Chronology.open(path)
    # Imported here: most stores follow no shared log, and their commands should not wait for it.
    from chronology.remote.following import Follower

    return Follower.follow(path)
