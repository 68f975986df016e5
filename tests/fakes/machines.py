"""How long state machines run: briefly with every test run, long with `make machines`."""

import os

from hypothesis import HealthCheck, settings

EXAMPLES, STEPS = 200, 50


def machine_settings(*, examples: int = EXAMPLES, steps: int = STEPS) -> settings:
    """Settings of a machine; the environment may ask every machine for more."""
    return settings(
        max_examples=int(os.environ.get("MACHINE_EXAMPLES", examples)),
        stateful_step_count=int(os.environ.get("MACHINE_STEPS", steps)),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
