"""Defects that can be switched on in simulations only, to see whether they are found."""

from tests.simulation.planted import closing, entering, living, reading, sending
from tests.simulation.planted.patches import BUGS, Bug

__all__ = ["BUGS", "Bug", "closing", "entering", "living", "reading", "sending"]
