"""Whether the system keeps this machine's clock in step: the kernel's own word, whoever disciplines it.

chrony, ntpd and systemd-timesyncd all tell the kernel; no service has to be asked, and none may be there.
"""

import ctypes
import sys
from dataclasses import dataclass

_UNSYNCHRONISED = 0x0040
_FAILED = -1
_US_PER_MS = 1_000
_LONG, _INT = ctypes.c_long, ctypes.c_int


class _Timex(ctypes.Structure):
    """`struct timex` of adjtimex(2), of 64-bit Linux."""

    _fields_ = (
        ("modes", ctypes.c_uint), ("offset", _LONG), ("freq", _LONG), ("maxerror", _LONG),
        ("esterror", _LONG), ("status", _INT), ("constant", _LONG), ("precision", _LONG),
        ("tolerance", _LONG), ("time", _LONG * 2), ("tick", _LONG), ("ppsfreq", _LONG), ("jitter", _LONG),
        ("shift", _INT), ("stabil", _LONG), ("jitcnt", _LONG), ("calcnt", _LONG), ("errcnt", _LONG),
        ("stbcnt", _LONG), ("tai", _INT), ("reserved", _INT * 11),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class KernelClock:
    """What the kernel says."""

    is_synchronised: bool
    error_ms_max: float
    """Bound of the error, which grows while nobody corrects the clock."""


def kernel_clock() -> KernelClock | None:
    """Read it; None where the system does not tell."""
    if not sys.platform.startswith("linux"):
        return None
    read = _Timex()  # modes 0: nothing is set
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.byref(read))
    except (OSError, AttributeError):
        return None
    if state == _FAILED:
        return None
    return KernelClock(not read.status & _UNSYNCHRONISED, read.maxerror / _US_PER_MS)
