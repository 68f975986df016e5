import pytest

from tests.fakes.dashboard import DashboardBench


@pytest.fixture
def bench() -> DashboardBench:
    return DashboardBench()
