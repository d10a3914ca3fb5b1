"""What the query of an address says, and what is remembered of it."""

import tracemalloc

from starlette.requests import HTTPConnection

from server.html.address import asked


def test_long_queries_of_strangers_are_not_remembered() -> None:
    def ask(number: int) -> str:
        query = f"contest={number}" + "".join(f"&a{one}" for one in range(1000))
        return asked(HTTPConnection({"type": "http", "query_string": query.encode()}), "contest")

    ask(0)
    tracemalloc.start()
    assert [ask(number) for number in range(300)] == [str(number) for number in range(300)]
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held < 1_000_000
