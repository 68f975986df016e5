"""What the figures were measured on."""

import os
import platform
from pathlib import Path

from trading_bot import native


def machine() -> str:
    """Processor, cores and interpreter in one line."""
    model = platform.processor() or platform.machine()
    description = Path("/proc/cpuinfo")
    if description.exists():
        lines = description.read_text(encoding="ascii", errors="replace").splitlines()
        model = next(
            (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model
        )
    speed = "compiled" if native.is_used() else "interpreted"
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, hot path {speed}"
