"""Settings files: TOML and `.env`, read with the line of every value."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from dotenv.parser import Binding, parse_stream

from trading_bot.settings.fields import Key, Kind, Leaf
from trading_bot.settings.names import SHORT_NAMES, closest_key
from trading_bot.settings.problems import Problem
from trading_bot.settings.secret_files import is_readable_by_all
from trading_bot.settings.sources import (
    Entry,
    Layer,
    NamedText,
    layer_of,
    lost_layer,
    resolve,
    shown,
    unknown_names,
)

_FOREIGN = "check its owner and mode: commands run as the user whose file it is"
_TABLE = re.compile(r"\s*\[\s*([\w.\s\"'-]+?)\s*\]\s*(?:#.*)?$")
_ASSIGNMENT = re.compile(r"\s*([\w.\"'-]+(?:\s*\.\s*[\w\"'-]+)*)\s*=")
_ERROR_LINE = re.compile(r"\s*\(at line (\d+), column (\d+)\)")


def toml_layer(path: Path, label: str, leaves: Mapping[Key, Leaf]) -> Layer:
    """The entries of a TOML file that must exist."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        document = tomllib.loads(text)
    except OSError as error:
        is_ours = not isinstance(error, PermissionError)
        fix = "check the path; `init` writes config/local.toml" if is_ours else _FOREIGN
        return lost_layer(Problem(where=label, key="", reason=f"cannot be read: {error.strerror}", fix=fix))
    except UnicodeDecodeError:
        return lost_layer(Problem(where=label, key="", reason="is not UTF-8 text", fix="save it as UTF-8"))
    except tomllib.TOMLDecodeError as error:
        return lost_layer(_broken_toml(label, text, error))
    lines = dict(_key_lines(text))
    entries: list[Entry] = []
    problems: list[Problem] = []
    for key, value in _flattened(document, (), leaves):
        where = f"{label}:{lines[key]}" if key in lines else label
        entry = Entry(key=key, name=".".join(key), value=value, where=where, is_text=False)
        problem = _toml_problem(entry, leaves)
        entries += [] if problem else [entry]
        problems += [problem] if problem else []
    return Layer(tuple(entries), tuple(problems))


def dotenv_layer(path: Path, label: str, leaves: Mapping[Key, Leaf]) -> Layer:
    """The entries of `.env`; a file that does not exist, or says nothing, is no layer."""
    if not path.exists():
        return Layer()
    try:
        bindings = list(parse_stream(StringIO(path.read_text(encoding="utf-8-sig"))))
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        return lost_layer(Problem(where=label, key="", reason=reason, fix=_FOREIGN))
    except UnicodeDecodeError:
        return lost_layer(Problem(where=label, key="", reason="is not UTF-8 text", fix="save it as UTF-8"))
    broken = tuple(_broken_line(label, binding) for binding in bindings if _is_broken(binding))
    pairs = [
        NamedText(binding.key, binding.value, f"{label}:{_line(binding)}")
        for binding in bindings
        if binding.key and binding.value is not None
    ]
    known = [pair for pair in pairs if resolve(pair.name, leaves) is not None]
    unknown = [pair for pair in pairs if resolve(pair.name, leaves) is None]
    layer = layer_of(known, leaves)
    exposed = _exposed(path, label, layer, leaves)
    problems = broken + exposed + layer.problems + unknown_names(unknown, leaves)
    return Layer(layer.entries, problems, layer.warnings)


def _broken_toml(label: str, text: str, error: tomllib.TOMLDecodeError) -> Problem:
    match = _ERROR_LINE.search(str(error))
    reason = "broken TOML: " + _ERROR_LINE.sub("", str(error))
    lines = text.splitlines()
    number = int(match.group(1)) if match else len(lines)
    line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    fix = 'text and times need quotes: key = "value"; numbers need a digit before the dot'
    if "overwrite" in reason or "twice" in reason:
        fix = "the key or table is there twice: keep one"
    return Problem(where=f"{label}:{number}", key=_without_value(line), reason=reason, fix=fix)


def _without_value(line: str) -> str:
    """The key of a broken line: its value might be a secret in the wrong place."""
    return line.partition("=")[0].strip()


def _key_lines(text: str) -> Iterator[tuple[Key, int]]:
    """Each key with its line. Good enough to point at: text inside multi-line strings may add false keys."""
    table: Key = ()
    for number, line in enumerate(text.splitlines(), 1):
        if match := _TABLE.match(line):
            table = _parts(match.group(1))
        elif match := _ASSIGNMENT.match(line):
            yield (*table, *_parts(match.group(1))), number


def _parts(dotted: str) -> Key:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _flattened(
    document: Mapping[str, Any], prefix: Key, leaves: Mapping[Key, Leaf]
) -> Iterator[tuple[Key, Any]]:
    for name, value in document.items():
        key = (*prefix, name)
        if isinstance(value, dict) and key not in leaves and (value or _is_section(key, leaves)):
            yield from _flattened(value, key, leaves)
        else:
            yield key, value


def _is_section(key: Key, leaves: Mapping[Key, Leaf]) -> bool:
    return any(known[: len(key)] == key for known in leaves)


def _toml_problem(entry: Entry, leaves: Mapping[Key, Leaf]) -> Problem | None:
    leaf = leaves.get(entry.key)
    if leaf is None:
        return _unknown_key(entry, leaves)
    if leaf.is_secret:
        reason = "a secret does not belong in a TOML file"
        return Problem(where=entry.where, key=entry.name, reason=reason, fix=_secret_fix(leaf))
    if _is_of_kind(entry.value, leaf.kind):
        return None
    return Problem(
        where=entry.where,
        key=entry.name,
        value=shown(entry.value, leaf),
        reason=f"wrong type: {_type_name(entry.value)} instead of {leaf.kind.value}",
        allowed=leaf.allowed,
        fix=_type_fix(entry, leaf),
    )


def _secret_fix(leaf: Leaf) -> str:
    name = next((name for name, key in SHORT_NAMES.items() if key == leaf.key), leaf.name)
    return f"remove it here and write {name}=… into .env (mode 600)"


def _unknown_key(entry: Entry, leaves: Mapping[Key, Leaf]) -> Problem:
    is_section = _is_section(entry.key, leaves)
    meant = None if is_section else closest_key(entry.key, leaves) or _closest_section(entry.key, leaves)
    return Problem(
        where=entry.where,
        key=entry.name,
        reason="is a table of settings, not a value" if is_section else "no such setting",
        fix=_meant_fix(meant, leaves)
        if meant
        else f"write [{entry.name}] and its keys below"
        if is_section
        else "remove it; `config show` lists every setting",
    )


def _meant_fix(meant: str, leaves: Mapping[Key, Leaf]) -> str:
    leaf = leaves.get(tuple(meant.split(".")))
    return _secret_fix(leaf) if leaf is not None and leaf.is_secret else f"did you mean {meant}?"


def _closest_section(key: Key, leaves: Mapping[Key, Leaf]) -> str | None:
    sections = {".".join(known[:-1]) for known in leaves}
    match = difflib.get_close_matches(".".join(key), sections, n=1, cutoff=0.6)
    return f"[{match[0]}]" if match else None


def _is_of_kind(value: Any, kind: Kind) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    answers = {
        Kind.BOOLEAN: isinstance(value, bool),
        Kind.WHOLE: is_number and isinstance(value, int),
        Kind.NUMBER: is_number,
        Kind.LIST: isinstance(value, list),
        Kind.TABLE: isinstance(value, dict),
    }
    is_other = not is_number and not isinstance(value, (bool, list, dict))
    return answers.get(kind, is_other)


def _type_name(value: Any) -> str:
    names = {
        bool: "true/false",
        str: "text",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "a table",
    }
    return names.get(type(value), "a date or time")


def _type_fix(entry: Entry, leaf: Leaf) -> str | None:
    key = leaf.key[-1]
    if isinstance(entry.value, str) and leaf.kind in (Kind.WHOLE, Kind.NUMBER):
        return f"without quotes, as in {key} = {leaf.default}"
    if leaf.kind is Kind.BOOLEAN:
        return f"{key} = true or {key} = false, without quotes"
    if leaf.kind is Kind.LIST and isinstance(entry.value, str):
        return f'{key} = ["{entry.value}"]'
    if leaf.kind is Kind.TIME:
        return f'in quotes, as in {key} = "14:45"'
    return f'in quotes, as in {key} = "{entry.value}"' if leaf.kind is Kind.TEXT else None


def _is_broken(binding: Binding) -> bool:
    return binding.error or (binding.key is not None and binding.value is None)


def _broken_line(label: str, binding: Binding) -> Problem:
    return Problem(
        where=f"{label}:{_line(binding)}",
        key=binding.key or "",
        reason="not a NAME=value line",
        fix="write NAME=value, one to a line; comments begin with #; close every quote",
    )


def _line(binding: Binding) -> int:
    original = binding.original.string
    blank_lines = original[: len(original) - len(original.lstrip())].count("\n")
    return binding.original.line + blank_lines


def _exposed(path: Path, label: str, layer: Layer, leaves: Mapping[Key, Leaf]) -> tuple[Problem, ...]:
    secrets = [entry.name for entry in layer.entries if leaves[entry.key].is_secret]
    if not secrets or not is_readable_by_all(path):
        return ()
    reason = f"every user of this machine can read it, and it holds {', '.join(secrets)}"
    return (Problem(where=label, key="", reason=reason, allowed="mode 600", fix=f"chmod 600 {label}"),)
