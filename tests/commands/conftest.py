"""The commands' tests open the night that the count's tests have."""

from tests.count.conftest import desk, hall

__all__ = ["desk", "hall"]
