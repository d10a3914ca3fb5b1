"""A site of feeds, and a program that reads it."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from tests.feeds.site import Site


@pytest.fixture
def site() -> Site:
    """A site with nothing on air."""
    return Site()


@pytest.fixture
def client(site: Site) -> Iterator[TestClient]:
    """A program that reads that site."""
    with site.client() as client:
        yield client
