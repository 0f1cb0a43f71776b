"""completion: what lets a shell complete commands, options and their values."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import Final

from commands.exit_status import NOTHING_MALICIOUS
from commands.output import write

HELP: Final = "print what lets bash or zsh complete commands, options and their values"
EXAMPLE: Final = "python project.py completion bash"
_ZSH: Final = "autoload -U +X bashcompinit && bashcompinit\n"
_SCRIPT: Final = """\
_detector_completion() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}
  local command=${{COMP_WORDS[1]}} words=
  case "$command $before" in
{values}
  esac
  if [[ -z $words && ($COMP_CWORD == 1 || $word == -*) ]]; then
    if [[ $COMP_CWORD == 1 ]]; then command=; fi
    case "$command" in
{options}
    esac
  fi
  COMPREPLY=()
  if [[ -n $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$word"))
  else
    while IFS= read -r words; do
      COMPREPLY+=("$words")
    done < <(compgen -f -- "$word")
  fi
}}
complete -o filenames -o default -F _detector_completion project.py
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the shell."""
    parser.add_argument(
        "shell",
        choices=("bash", "zsh"),
        help='in its startup file: eval "$(./project.py completion bash)"; completes ./project.py',
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the script and return the exit status."""
    text = script(arguments.parser)
    write(f"{_ZSH}{text}" if arguments.shell == "zsh" else text)
    return NOTHING_MALICIOUS


def script(parser: argparse.ArgumentParser) -> str:
    """Return a completion for bash of the commands below a parser."""
    commands = commands_of(parser)
    values, options = [], [_case("", " ".join([*commands, *_flags(parser)]), 6)]
    for name, command in commands.items():
        options.append(_case(name, " ".join(_flags(command)), 6))
        values += [_case(f"{name} {flag}", known, 4) for flag, known in _values(name, command)]
    return _SCRIPT.format(values="\n".join(values), options="\n".join(options))


def commands_of(parser: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser]:
    """Return the parsers of the commands, or of the actions of one."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _flags(parser: argparse.ArgumentParser) -> list[str]:
    """Return the options of a command and of its actions."""
    inner = (flag for each in commands_of(parser).values() for flag in _flags(each))
    own = (flag for action in parser._actions for flag in action.option_strings)
    return sorted({*own, *inner})


def _values(name: str, parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    """Yield what can follow an option, or the command itself."""
    for action in parser._actions:
        if action.choices is None:
            continue
        for flag in action.option_strings or [name]:
            yield flag, " ".join(map(str, action.choices))


def _case(pattern: str, words: str, indent: int) -> str:
    return f'{" " * indent}"{pattern}") words="{words}" ;;'
