"""Every alert of the engine's, provoked once: what has to happen for a person to be told."""

from tests.fakes.provoked_alerts import operation, orders, positions
from tests.fakes.provoked_alerts.registry import PROVOKED, provoked

__all__ = ["PROVOKED", "operation", "orders", "positions", "provoked"]
