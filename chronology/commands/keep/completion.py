"""The command that lets a shell complete commands, options and the names that a store holds."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from attrs import evolve

from chronology.commands import HOMES
from chronology.commands.application import Invocation, command
from chronology.commands.screen import output
from chronology.projections.filters import FILTERS
from chronology.questions.prefixes import Named
from chronology.store.reader import Reader

_ASK: Final = "words"
"""What the scripts give in place of a shell, before the words that were typed."""

# Quotation and end of words are the shell's business: nothing else than this needs none.
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./=-]+")

_BASH: Final = """\
# Completion of chronology in bash: eval "$(chronology completion bash)" in ~/.bashrc
_chronology() {
    local IFS=$'\\n'
    COMPREPLY=($("${COMP_WORDS[0]}" completion words -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[/=] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
complete -o default -F _chronology chronology
"""

_ZSH: Final = """\
#compdef chronology
# Completion of chronology in zsh: eval "$(chronology completion zsh)" in ~/.zshrc, after compinit
_chronology() {
    local -a found whole begun
    found=("${(@f)$("${words[1]}" completion words -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    begun=("${(@M)found:#*[/=]}")
    whole=("${(@)found:#*[/=]}")
    whole=("${(@)whole:#}")
    if (( ${#whole} + ${#begun} )); then
        (( ${#begun} )) && compadd -S '' -- "${begun[@]}"
        (( ${#whole} )) && compadd -- "${whole[@]}"
    else
        _files
    fi
}
compdef _chronology chronology
"""

_FISH: Final = """\
# Completion of chronology in fish: chronology completion fish > ~/.config/fish/completions/chronology.fish
function __chronology_words
    set -l typed (commandline -opc)
    set -l found ($typed[1] completion words -- $typed[2..-1] (commandline -ct) 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c chronology -f -a '(__chronology_words)'
"""

SCRIPTS: Final = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}
"""The script of each shell. It calls this program, as it was called, with the words up to the cursor."""

_BY_OPTION: Final = {
    **{one.option: Named(one.names) for one in FILTERS.values() if one.names},
    "--said-by": Named.PARTY,
    "--type": Named.TYPE,
    "--kind": Named.KIND,
    "--subject": Named.SUBJECT,
    "--attribute": Named.ATTRIBUTE,
    "--disputes": Named.EVENT,
    "--replaces": Named.EVENT,
}
"""What the value of an option names."""

_BY_METAVAR: Final = {
    "SUBJECT": Named.SUBJECT,
    "KEPT": Named.SUBJECT,
    "OTHER": Named.SUBJECT,
    "ATTRIBUTE": Named.ATTRIBUTE,
    "TYPE": Named.TYPE,
    "ID": Named.EVENT,
    "POSITION": Named.EVENT,
}
"""What an argument names, by a word that stands for it in help."""

_MOST: Final = 100


@command()
def completion(
    call: Invocation,
    shell: Annotated[str, typer.Argument(metavar="bash|zsh|fish", show_default=False, help="Your shell.")],
    typed: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WORDS...]", show_default=False, help="Used by the scripts: the words typed so far."),
    ] = None,
) -> None:
    """Print a script that lets your shell complete commands.

    It completes commands and options, what the store holds (subjects, attributes, sources, types and events), and
    what a type of event takes: its keys, and their values where these are listed or name a subject.

    \b
    chronology completion bash
    (bash: eval "$(chronology completion bash)" in ~/.bashrc; zsh: the same with zsh in ~/.zshrc, after compinit)
    (fish: chronology completion fish > ~/.config/fish/completions/chronology.fish)
    """
    if shell == _ASK:
        # Whatever goes wrong, a person who presses a key wants no message in the middle of the line.
        with suppress(Exception):
            for candidate in _candidates(call, typed or [""]):
                output.put(candidate)
    elif shell in SCRIPTS:
        print(SCRIPTS[shell], end="")
    else:
        raise typer.BadParameter(f"{shell!r} is not one of {', '.join(SCRIPTS)}")


def _candidates(call: Invocation, typed: Sequence[str]) -> list[str]:
    """Return what the last word may become, which nothing has to be quoted of."""
    # bash takes the sign in --source=x for a word of its own.
    words, last = [word for word in typed[:-1] if word != "="], "" if typed[-1] == "=" else typed[-1]
    signed = "=" in typed[-2:] and bool(words)
    command: Any = call.context.parent.command if call.context.parent else None
    waiting, place, seen = None, 0, dict[str, str]()
    for word in words:
        if waiting is not None:
            seen[waiting.opts[0]], waiting = word, None
        elif word.startswith("-"):
            waiting = _taking_value(command, word)
        elif word in getattr(command, "commands", {}):
            command, place = command.commands[word], 0
        else:
            seen[f"argument {place}"], place = word, place + 1
    if seen.get("--db"):
        call = evolve(call, path=Path(seen["--db"]).expanduser())
    if getattr(command, "name", "") == "append" and waiting is None and place > 1 and not last.startswith("-"):
        key = words[-1] if signed else None
        with Reader.open(call.path) as chron:
            found = list(_pairs(chron, seen, last, key=key))
    else:
        found = list(_possible(call, command, waiting, place, seen, last))
    return [name for name in dict.fromkeys(found) if name.startswith(last) and _PLAIN.fullmatch(name)][:_MOST]


def _pairs(chron: Reader, seen: Mapping[str, str], last: str, *, key: str | None) -> Iterator[str]:
    """Yield keys of a type's payload, each with its sign, or the values that one of them may have.

    Args:
        chron: the store.
        seen: the type and the subject, then the pairs that stand there already.
        last: what was typed of the key, of the value, or of both with the sign between them.
        key: stands before the sign, where the shell takes that for a word of its own.
    """
    event_type = chron.vocabulary.newest(seen["argument 0"])
    properties: Mapping[str, Any] = event_type.schema.get("properties", {})
    before, sign, value = (key, "", last) if key is not None else last.partition("=")
    if key is None and not sign:
        told = {word.partition("=")[0].rstrip(":") for word in seen.values()}
        yield from (f"{name}=" for name in properties if name not in told)
        return
    rules = properties.get(before)
    rules = rules if isinstance(rules, dict) else {}
    values = [text for text in (*rules.get("enum", ()), rules.get("const")) if isinstance(text, str)]
    if rules.get("format") == "subject":
        values += chron.names.completions(Named.SUBJECT, value, limit=_MOST)
    elif before == "attribute":
        values += chron.names.completions(Named.ATTRIBUTE, value, subject=seen.get("argument 1"), limit=_MOST)
    yield from values if key is not None else (f"{before}={text}" for text in values)


def _taking_value(command: Any, word: str) -> Any:
    """Return the option of a command that waits for its value, None for a flag and what is not an option."""
    options = (parameter for parameter in command.params if word in parameter.opts)
    return next((option for option in options if not getattr(option, "is_flag", False)), None)


def _possible(
    call: Invocation, command: Any, waiting: Any, place: int, seen: dict[str, str], last: str
) -> Iterator[str]:
    if waiting is not None:
        what = next((_BY_OPTION[name] for name in waiting.opts if name in _BY_OPTION), None)
    elif last.startswith("-"):
        yield from sorted(name for parameter in command.params for name in parameter.opts if name.startswith("--"))
        yield "--help"
        return
    elif hasattr(command, "commands"):
        # Of the program itself, only the commands that were typed are loaded.
        program = call.context.parent
        yield from HOMES if program and command is program.command else command.commands
        return
    else:
        arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
        if not arguments:
            return
        argument = arguments[min(place, len(arguments) - 1)]
        if place >= len(arguments) and argument.nargs != -1:
            return
        metavar = argument.metavar or ""
        if command.name == "completion":
            yield from SCRIPTS
            return
        if command.name == "export" and place == 0:
            from chronology.exporters import registry

            yield from registry.names()
            return
        what = next((_BY_METAVAR[word] for word in re.findall("[A-Z]+", metavar) if word in _BY_METAVAR), None)
    if what is not None:
        subject = next((word for word in seen.values() if "/" in word), None)
        with Reader.open(call.path) as chron:
            yield from chron.names.completions(what, last, subject=subject, limit=_MOST)
