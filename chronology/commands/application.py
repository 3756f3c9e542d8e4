"""The application object, the options that commands share, and the store they open."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from chronology import __version__

DEFAULT_PATH: Final = "chronology.db"


class Format(StrEnum):
    """How a reading command prints."""

    TABLE = "table"
    JSON = "json"
    NL = "nl"
    CSV = "csv"
    SPREADSHEET = "spreadsheet"

    @property
    def is_csv(self) -> bool:
        """Whether it is CSV of either flavour."""
        return self in (Format.CSV, Format.SPREADSHEET)


_FORMATS: Final = {
    Format.JSON: "Print JSON.",
    Format.NL: "Print JSON lines: one object a line.",
    Format.CSV: "Print CSV, with JSON in cells that are not text.",
    Format.SPREADSHEET: "Print CSV in which no cell is a formula or a date: altered, so not evidence.",
}


def _store_options() -> list[TyperOption]:
    text = f"The store.  [env: CHRONOLOGY_DB; default: {DEFAULT_PATH}]"
    return [
        TyperOption(param_decls=["--db"], type=str, metavar="PATH", expose_value=False, callback=_keep_path, help=text)
    ]


def _reading_options() -> list[TyperOption]:
    formats = [
        TyperOption(
            param_decls=[f"--{name}"],
            type=bool,
            is_flag=True,
            default=False,
            expose_value=False,
            callback=_keep_format(name),
            help=text,
        )
        for name, text in _FORMATS.items()
    ]
    return formats + _store_options()


def _pager_options() -> list[TyperOption]:
    text = "Print without a pager.  [pager: PAGER, else less]"
    return [
        TyperOption(
            param_decls=["--no-pager"],
            type=bool,
            is_flag=True,
            default=False,
            expose_value=False,
            callback=_keep_no_pager,
            help=text,
        )
    ]


def _with_examples_last(kwargs: dict[str, Any]) -> dict[str, Any]:
    r"""Move the examples, which end a docstring after its `\b`, to where help ends."""
    text, mark, examples = (kwargs.get("help") or "").partition("\b\n")
    return kwargs | {"help": text.rstrip(), "epilog": f"{mark}Example:\n{examples}"} if mark else kwargs


class PlainCommand(TyperCommand):
    """A command that needs no store."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Let the help end with examples."""
        super().__init__(*args, **_with_examples_last(kwargs))


class StoreCommand(TyperCommand):
    """A command that opens a store: `--db` may also come after its name."""

    def __init__(self, *args: Any, params: list[Any] | None = None, **kwargs: Any) -> None:
        """Add the shared options to the command's own."""
        super().__init__(*args, params=[*(params or []), *_store_options()], **_with_examples_last(kwargs))


class ReadingCommand(TyperCommand):
    """A command that prints rows: as a table for people, or in a form for programs."""

    def __init__(self, *args: Any, params: list[Any] | None = None, **kwargs: Any) -> None:
        """Add the shared options to the command's own."""
        super().__init__(*args, params=[*(params or []), *_reading_options()], **_with_examples_last(kwargs))


class PagedCommand(ReadingCommand):
    """A command that may print a lot, for people through a pager."""

    def __init__(self, *args: Any, params: list[Any] | None = None, **kwargs: Any) -> None:
        """Add the shared options to the command's own."""
        super().__init__(*args, params=[*(params or []), *_pager_options()], **kwargs)


class Group(TyperGroup):
    """Commands under one name; help lists them under the headings that `rich_help_panel` gives them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Let the help end with examples."""
        super().__init__(*args, **_with_examples_last(kwargs))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands into a help page, each under its heading, with all summaries in one column."""
        commands = [(name, self.commands[name]) for name in self.list_commands(ctx) if not self.commands[name].hidden]
        width = max((len(name) for name, _ in commands), default=0)
        sections: dict[str, list[tuple[str, str]]] = {}
        for name, command in commands:
            summary = command.get_short_help_str(formatter.width - width - 6)
            heading = getattr(command, "rich_help_panel", None) or "Commands"
            sections.setdefault(heading, []).append((name.ljust(width), summary))
        for heading, rows in sections.items():
            with formatter.section(heading):
                formatter.write_dl(rows)


class ReadingGroup(Group):
    """A group that prints rows if none of its commands is named."""

    def __init__(self, *args: Any, params: list[Any] | None = None, **kwargs: Any) -> None:
        """Add the shared options to the group's own."""
        super().__init__(*args, params=[*(params or []), *_pager_options(), *_reading_options()], **kwargs)


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


def group(name: str, *, cls: type[Group] = Group) -> typer.Typer:
    """Add a group of commands; a reading group asked without a command answers by itself, another shows its help."""
    reads = issubclass(cls, ReadingGroup)
    found = typer.Typer(
        cls=cls,
        invoke_without_command=reads,
        no_args_is_help=not reads,
        rich_markup_mode=None,
        context_settings=_CONTEXT,
    )
    app.add_typer(found, name=name)
    return found


def _keep_path(context: typer.Context, _: Any, value: str | None) -> None:
    if value:
        context.meta["path"] = value


def _keep_no_pager(context: typer.Context, _: Any, value: bool) -> None:
    if value:
        context.meta["no_pager"] = True


def _keep_format(name: Format) -> Any:
    def keep(context: typer.Context, _: Any, value: bool) -> None:
        if not value:
            return
        before = context.meta.get("format", name)
        if before is not name and not (before.is_csv and name.is_csv):
            raise typer.BadParameter(f"--{name} and --{before} exclude each other")
        # If both flavours of CSV are asked for, in either order, the harmless one is meant.
        context.meta["format"] = Format.SPREADSHEET if before is Format.SPREADSHEET else name

    return keep


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"chronology {__version__}")
        raise typer.Exit


@app.callback()
def _application(
    context: typer.Context,
    db: Annotated[
        str | None,
        typer.Option(metavar="PATH", help=f"The store.  [env: CHRONOLOGY_DB; default: {DEFAULT_PATH}]"),
    ] = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Keep a contested chronology: what held on that date, who says so, who disagrees.

    \b
    chronology demo
    chronology state operation/al-jazeera-storm --at 2018-03-01
    """
    if db:
        context.meta["path"] = db
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


Subject = Annotated[
    str | None, typer.Argument(metavar="[SUBJECT]", show_default=False, help="The subject: kind/slug, or a name.")
]

RecordedBy = Annotated[
    str | None,
    typer.Option(metavar="NAME", envvar="CHRONOLOGY_RECORDED_BY", help="Who records this: the analyst's name."),
]

DryRun = Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")]


def path_of(context: typer.Context) -> Path:
    """Return the file that the user named, or the default one."""
    return Path(context.meta.get("path") or os.environ.get("CHRONOLOGY_DB") or DEFAULT_PATH)


def format_of(context: typer.Context) -> Format:
    """Return how the user wants the rows printed."""
    chosen: Format = context.meta.get("format", Format.TABLE)
    return chosen


def wants_pager(context: typer.Context) -> bool:
    """Tell whether what is printed for people may go through their pager."""
    return not context.meta.get("no_pager")
