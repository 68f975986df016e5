"""The documented files: config/default.toml, .env.example and what `init` writes, all made from the tree.

The defaults live in the sections alone. `python -m trading_bot.settings.templates` writes both files anew; a
test keeps them equal to the tree.
"""

import textwrap
from collections.abc import Iterator
from datetime import time
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

from trading_bot.settings.fields import Key, Kind, Leaf, leaves, section_description
from trading_bot.settings.names import SHORT_NAMES, nested_name
from trading_bot.settings.tree import Settings

_WIDTH = 108
_FILLED_IN = ("credentials",)
_DEFAULT_HEADING = """\
# Every setting with its default. Copy what you change into config/local.toml (`python main.py init` makes
# one), which wins over this file; .env wins over both, and the environment over everything.
# Ratios are fractions of one: 0.01 is 1%. Times are Indian time. Secrets belong into .env only.
"""
_LOCAL_HEADING = """\
# Your settings. Remove the `# ` before a table and the keys that you change; everything else keeps its
# default. .env and the environment win over this file. `python main.py config show` tells what is in effect.
"""
_ENV_HEADING = """\
# Secrets and overrides. Copy to .env (`python main.py init` does), fill in what you need, keep it at mode
# 600. An empty value counts as absent. The environment wins over this file, this file over config/*.toml.
# A secret may lie in a file of its own, mode 600: UPSTOX_API_SECRET_FILE=/path. systemd hands it to a service
# as the credential upstox_api_secret, which wins over this file as well.
"""
_ENV_REST = """\
# Every other key of config/default.toml has a long name as well, for example:
# {example}
"""


def default_toml() -> str:
    """The text of config/default.toml."""
    return _toml(_DEFAULT_HEADING, comment_out=False)


def local_toml() -> str:
    """The text of a fresh config/local.toml: everything commented out."""
    return _toml(_LOCAL_HEADING, comment_out=True)


def env_example() -> str:
    """The text of .env.example and of a fresh .env: empty secrets, overrides commented out."""
    known = leaves(Settings)
    parts = [_ENV_HEADING]
    for name, key in SHORT_NAMES.items():
        leaf = known[key]
        line = f"{name}=" if leaf.key[:1] == _FILLED_IN else f"# {name}={_env_value(leaf)}"
        parts.append("\n".join([*_comment(_explained(leaf)), line]) + "\n")
    parts += ["\n".join(_long_secret_lines(known))] if _long_secret_lines(known) else []
    example = f"{nested_name(('risk', 'limits', 'max_consecutive_losses'))}=3"
    return "\n".join([*parts, _ENV_REST.format(example=example)])


def _long_secret_lines(known: dict[Key, Leaf]) -> list[str]:
    secrets = [leaf for leaf in known.values() if leaf.is_secret and leaf.key not in SHORT_NAMES.values()]
    return [line for leaf in secrets for line in (*_comment(leaf.description), f"{nested_name(leaf.key)}=")]


def _toml(heading: str, *, comment_out: bool) -> str:
    mark = "# " if comment_out else ""
    parts = [heading]
    shown = [leaf for leaf in leaves(Settings).values() if not leaf.is_secret]
    shown.sort(key=lambda leaf: len(leaf.key) > 1)  # what stands in no table has to stand before all of them
    for section, members in groupby(shown, key=lambda leaf: leaf.key[:-1]):
        lines = _table_heading(section, mark) if section else []
        for leaf in members:
            lines += [*_comment(_explained(leaf)), _assignment(leaf, mark)]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _table_heading(section: Key, mark: str) -> list[str]:
    return [*_comment(section_description(Settings, section)), f"{mark}[{'.'.join(section)}]"]


def _assignment(leaf: Leaf, mark: str) -> str:
    if leaf.default is None:
        return f"# {leaf.key[-1]} ="
    return f"{mark}{leaf.key[-1]} = {_toml_value(leaf.default)}"


def _explained(leaf: Leaf) -> str:
    if not leaf.limits or leaf.is_secret:
        return leaf.description
    return f"{leaf.description} ({', '.join(leaf.limits)})".lstrip()


def _comment(text: str) -> Iterator[str]:
    return (f"# {line}" for line in textwrap.wrap(text, _WIDTH))


def _toml_value(value: Any) -> str:
    if value == {}:
        return "{}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    if isinstance(value, (tuple, list, frozenset)):
        return "[" + ", ".join(_toml_value(item) for item in value) + "]"
    return f'"{value:%H:%M}"' if isinstance(value, time) else f'"{value}"'


def _env_value(leaf: Leaf) -> str:
    if leaf.default is None:
        return ""
    if leaf.kind is Kind.LIST:
        return ",".join(map(str, leaf.default))
    return _toml_value(leaf.default).strip('"')


def write_files(folder: Path) -> None:
    """Write config/default.toml and .env.example anew."""
    (folder / "config").mkdir(exist_ok=True)
    (folder / "config" / "default.toml").write_text(default_toml(), encoding="utf-8")
    (folder / ".env.example").write_text(env_example(), encoding="utf-8")


if __name__ == "__main__":
    write_files(Path.cwd())
