"""Hands over to the command line."""

import sys

<<<<<<< 517a70c401526a5602aaf6386f7965c5a506719b
=======
if sys.version_info < (3, 11):  # noqa: UP036  # whoever runs an older one is told so here
    sys.stderr.write(
        f"error: this is Python {sys.version.split()[0]}, and 3.11 or newer is needed: `make setup "
        "PYTHON=python3.11`, then .venv/bin/python main.py\n"
    )
    sys.exit(2)

>>>>>>> 9d5eaa6880ced1b29cb8bfaea84f8c8aafa23d18
try:
    from trading_bot.cli import main
except ModuleNotFoundError as error:
    if str(error.name).startswith("trading_bot"):
        raise
    sys.stderr.write(
        f"error: {sys.executable} has no package {error.name}: `make setup` installs all of them into .venv; "
<<<<<<< 517a70c401526a5602aaf6386f7965c5a506719b
        "then .venv/bin/python main.py …\n"
=======
        "then .venv/bin/python main.py\n"
>>>>>>> 9d5eaa6880ced1b29cb8bfaea84f8c8aafa23d18
    )
    sys.exit(2)

if __name__ == "__main__":
    sys.exit(main())
