"""What the broker is answered when it posts to the notifier address."""

from enum import IntEnum


class Taken(IntEnum):
    """Whether what was posted is looked at, as an HTTP status."""

    YES = 200
    NO = 400
    BUSY = 429
