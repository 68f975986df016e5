"""Hands over to the command line."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  # whoever runs an older one is told so here
    sys.stderr.write(
        f"error: this is Python {sys.version.split()[0]}, and 3.11 or newer is needed: `make setup "
        "PYTHON=python3.11`, then .venv/bin/python main.py\n"
    )
    sys.exit(2)

try:
    from trading_bot.cli import main
except ModuleNotFoundError as error:
    if str(error.name).startswith("trading_bot"):
        raise
    sys.stderr.write(
        f"error: {sys.executable} has no package {error.name}: `make setup` installs all of them into .venv; "
        "then .venv/bin/python main.py\n"
    )
    sys.exit(2)

if __name__ == "__main__":
    sys.exit(main())
