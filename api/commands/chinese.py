"""The command line in Chinese: ``--help``, and what is wrong with a line that was typed.

Typer says both in English only. Its commands stay as they are; what they print is written anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import typer

from api.commands.help_words import COMMANDS, OPTIONS

_WIDTH = 70
_PIECE = re.compile(r"(?:[!-~]+|.)[，。；：、）］”…]*\s*")
_LEAD = 26
_KINDS = {"int": "整数", "float": "数字", "Path": "文件", "str": "文字"}
_METAVARS = {"TOLERANCE_M": "<米>", "WORD=ROLE": "<名称=职务>"}
_NO_COMMAND = "No such command"


def run_in_chinese(app: typer.Typer) -> None:
    """Run the command; a line that cannot be understood ends with exit code 2."""
    import sys

    command: Any = typer.main.get_command(app)
    _speak(command, "")
    try:
        status = command.main(prog_name="wangge", standalone_mode=False)
    except Exception as problem:
        said = said_of(problem)
        if said is None:
            raise
        print(said, file=sys.stderr)
        sys.exit(getattr(problem, "exit_code", 1))
    sys.exit(status if isinstance(status, int) else 0)


def _speak(command: Any, path: str) -> None:
    """Let a command and all below it show their help in Chinese."""
    command.get_help = lambda _context, command=command, path=path: help_of(command, path)
    for name, below in getattr(command, "commands", {}).items():
        _speak(below, f"{path} {name}".strip())


def help_of(command: Any, path: str) -> str:
    """Return what a command is for, its arguments, options and the commands below it."""
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option"]
    below = {n: c for n, c in getattr(command, "commands", {}).items() if not c.hidden}
    words = [
        "wangge",
        *path.split(),
        "[选项]",
        *("命令 [参数]…" if below else "",),
        *(_argument(p) for p in arguments),
    ]
    parts = [f"用法：{' '.join(filter(None, words))}", _indented(_for(command, path))]
    parts += _section("参数：", [(_argument(p), _told(p)) for p in arguments])
    shown = [(_option(p), _told(p)) for p in options]
    parts += _section("选项：", [*shown, ("--help", OPTIONS["Show this message and exit."])])
    named = [(n, _for(c, f"{path} {n}".strip()).partition("\n")[0]) for n, c in below.items()]
    parts += _section("命令：", named)
    return "\n\n".join(parts)


def _for(command: Any, path: str) -> str:
    """Return what a command is for; in English where nobody has said it in Chinese yet."""
    return COMMANDS.get(path) or str(command.help or "")


def _indented(text: str) -> str:
    lines = [line for given in text.split("\n") for line in _wrapped(given)]
    return "\n".join(f"  {line}".rstrip() for line in lines)


def _section(title: str, rows: list[tuple[str, str]]) -> list[str]:
    if not rows:
        return []
    lines = [title]
    for name, told in rows:
        lead = f"  {name}"
        if _wide(lead) > _LEAD - 2:
            lines.append(lead)
            lead = ""
        for line in _wrapped(told):
            lines.append(f"{lead}{' ' * (_LEAD - _wide(lead))}{line}".rstrip())
            lead = ""
    return ["\n".join(lines)]


def _wrapped(text: str) -> Iterator[str]:
    """Yield the lines of a text: words of Latin letters stay whole, no line begins with a stop."""
    line = ""
    for piece in _PIECE.findall(text):
        if line and _wide(line + piece.rstrip()) > _WIDTH:
            yield line.rstrip()
            line = ""
        line += piece if line else piece.lstrip()
    yield line.rstrip()


def _wide(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return len(text) + sum(ord(c) > 0x2E7F for c in text)


def _argument(param: Any) -> str:
    name = param.name.rstrip("_").upper() + ("…" if param.nargs == -1 else "")
    return name if param.required else f"[{name}]"


def _option(param: Any) -> str:
    names = ", ".join(param.opts) + "".join(f" / {o}" for o in param.secondary_opts)
    return names if param.is_flag else f"{names} {_kind(param)}"


def _kind(param: Any) -> str:
    if param.metavar:
        return _METAVARS.get(param.metavar, str(param.metavar))
    label = str(param.display_type(None))
    return f"<{next((zh for kind, zh in _KINDS.items() if kind in label), '文字')}>"


def _told(param: Any) -> str:
    text = getattr(param, "help", "") or ""
    said = next((zh for en, zh in OPTIONS.items() if text == en), None)
    if said is None:
        said = next((zh for en, zh in OPTIONS.items() if text.startswith(f"{en} (")), text)
    extra = ["必填"] if param.required else []
    default = param.default
    plain = isinstance(default, str | int | float) and not isinstance(default, bool)
    if plain and default != "" and not param.required:
        extra.append(f"默认 {default}")
    return said + (f"［{'；'.join(extra)}］" if extra else "")


# --- a line that cannot be understood ------------------------------------------------------------


def said_of(problem: Exception) -> str | None:
    """Return what is wrong with a command line, None for an error that is none of it."""
    kind = type(problem).__name__
    if kind == "Abort":
        return "wangge: 已中止"
    if kind == "NoArgsIsHelpError":
        return help_of(_command_of(problem), _path_of(problem))
    if not hasattr(problem, "format_message"):
        return None
    path = " ".join(filter(None, ("wangge", _path_of(problem))))
    return f"wangge: {_sentence(kind, problem)}\n用法见 {path} --help"


def _command_of(problem: Any) -> Any:
    return problem.ctx.command


def _path_of(problem: Any) -> str:
    context = getattr(problem, "ctx", None)
    path: str = context.command_path if context is not None else "wangge"
    return path.partition(" ")[2]


def _sentence(kind: str, problem: Any) -> str:
    message = str(problem.message or "")
    if kind == "NoSuchOption":
        return f"没有选项 {problem.option_name}"
    if kind == "MissingParameter":
        return f"缺少{_named(problem.param)}"
    if any("㐀" <= c <= "鿿" for c in message):
        return message
    if kind == "BadParameter":
        param = getattr(problem, "param", None)
        return (
            f"{_named(param)}的值不可用：应为{_kind(param).strip('<>')}" if param else "参数不可用"
        )
    if message.startswith(_NO_COMMAND):
        return f"没有命令 {message.partition(_NO_COMMAND)[2].strip(' .').split('. ')[0]}"
    if "extra argument" in message:
        return f"多余的参数 {message.partition('(')[2].rpartition(')')[0].strip('s) (')}"
    if kind == "BadOptionUsage":
        return f"选项 {problem.option_name} 的用法不对：是否缺少值，或多给了值？"
    return "缺少命令" if "Missing command" in message else "命令行无法理解"


def _named(param: Any) -> str:
    if param is None:
        return "参数"
    return (
        f"选项 {param.opts[0]}" if param.param_type_name == "option" else f"参数 {_argument(param)}"
    )
