"""Secrets that systemd hands to a service: files in a folder that only the service can read, one a secret.

https://systemd.io/CREDENTIALS/; a file bears the name of its setting, in small letters: upstox_api_secret.
"""

from collections.abc import Mapping
from pathlib import Path

from trading_bot.settings.fields import Key, Leaf
from trading_bot.settings.names import is_ours, key_of
from trading_bot.settings.problems import Problem
from trading_bot.settings.secret_files import read_secret
from trading_bot.settings.sources import Layer, NamedText, layer_of, unknown_names

FOLDER_NAME = "CREDENTIALS_DIRECTORY"
SYSTEMD = "systemd credential"


def credentials_layer(environment: Mapping[str, str], leaves: Mapping[Key, Leaf]) -> Layer:
    """The secrets in the folder that the environment names; files of other programs are left alone."""
    folder = environment.get(FOLDER_NAME, "")
    if not folder:
        return Layer()
    try:
        files = sorted(path for path in Path(folder).iterdir() if path.is_file())
    except OSError as error:
        return Layer(problems=(_unreadable_folder(folder, error),))
    pairs: list[NamedText] = []
    problems: list[Problem] = []
    for path in files:
        key = key_of(path.name, leaves)
        if key is None:
            unknown = [NamedText(path.name, "", SYSTEMD)] if is_ours(path.name) else []
            problems += unknown_names(unknown, leaves)
            continue
        trouble = "" if leaves[key].is_secret else "is no secret: it belongs into .env or config/local.toml"
        found = read_secret(path)
        if trouble or found.trouble:
            problems.append(_unusable(path.name, trouble or found.trouble))
        else:
            pairs.append(NamedText(path.name, found.secret, SYSTEMD))
    layer = layer_of(pairs, leaves)
    return Layer(layer.entries, layer.problems + tuple(problems))


def _unreadable_folder(folder: str, error: OSError) -> Problem:
    return Problem(
        where="environment",
        key=FOLDER_NAME,
        value=folder,
        reason=f"cannot be read: {error.strerror}",
        fix="systemd sets it for the service's own user; elsewhere, unset it",
    )


def _unusable(name: str, reason: str) -> Problem:
    fix = f"put the secret alone into the file that LoadCredential={name} names, or take that line out"
    return Problem(where=SYSTEMD, key=name, reason=reason, fix=fix)
