"""Hands over to the command line."""

import sys

try:
    from trading_bot.cli import main
except ModuleNotFoundError as error:
    if str(error.name).startswith("trading_bot"):
        raise
    sys.stderr.write(
        f"error: {sys.executable} has no package {error.name}: `make setup` installs all of them into .venv; "
        "then .venv/bin/python main.py …\n"
    )
    sys.exit(2)

if __name__ == "__main__":
    sys.exit(main())
