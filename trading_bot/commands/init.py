"""`init`: the two files of one's own, never written over."""

import os
from argparse import Namespace
from pathlib import Path

from trading_bot.commands.context import Context
from trading_bot.domain.errors import SettingsError
from trading_bot.settings.load import DOTENV_FILE, LOCAL_FILE
from trading_bot.settings.templates import env_example, local_toml

_PRIVATE = 0o600
_NEXT = """\
next:
  python main.py                 replay a session against the bundled simulator; needs no account
  edit .env                      put in UPSTOX_API_KEY, UPSTOX_API_SECRET and UPSTOX_REDIRECT_URI
  python main.py login           once each trading day
  python main.py check           until no line is red
  python main.py --mode paper    live prices, simulated orders
`python main.py menu` has all of it behind single keys"""


def run_init(_arguments: Namespace, context: Context) -> int:
    """Write `.env` (mode 600) and config/local.toml where they are missing, and say what to do next."""
    folder = context.places.folder
    lines = [_made(folder, DOTENV_FILE, env_example()), _made(folder, LOCAL_FILE, local_toml())]
    context.write("\n".join([*lines, _NEXT]))
    return 0


def _made(folder: Path, name: Path, text: str) -> str:
    path = folder / name
    if path.exists():
        return f"{name} is there already and stays as it is"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    except OSError as error:
        raise SettingsError(
            f"{name} cannot be written: {error.strerror}; check owner and mode of {folder}"
        ) from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return f"{name} written"
