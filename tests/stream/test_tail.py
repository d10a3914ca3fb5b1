"""How far an append-only file is whole, and what is cut off its end."""

import pytest

from server.stream.tail import goes_on, whole


def command(*arguments: bytes) -> bytes:
    """A command as the server writes it into its file."""
    return b"*%d\r\n" % len(arguments) + b"".join(b"$%d\r\n%b\r\n" % (len(one), one) for one in arguments)


FIRST, SECOND = b"#TS:1700000000\r\n", b"#TS:1700000007\r\n"
SELECT = command(b"SELECT", b"0")
ADD = command(b"XADD", b"{a}:events", b"1-0", b"event", b'{"note":"*3 $4 #TS:1\r\n$2\r\n"}')
FILE = FIRST + SELECT + ADD + SECOND + ADD


def test_a_whole_file_is_whole_to_its_end() -> None:
    assert whole(FILE) == (len(FILE), 1700000007, len(FILE))
    assert whole(SELECT) == (len(SELECT), None, len(SELECT))
    assert whole(b"") == (0, None, 0)


def test_a_file_cut_anywhere_is_whole_to_its_last_whole_command_and_to_that_commands_second() -> None:
    before = len(FIRST + SELECT + ADD)
    stamped = before + len(SECOND)
    for size in range(before, len(FILE)):
        end = stamped if size >= stamped else before
        assert whole(FILE[:size]) == (end, 1700000007 if size >= stamped else 1700000000, end)
        assert not goes_on(FILE[:size], end)


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\0" * 100,
        b"\r\n",
        b"*1\r\n$-1\r\n",
        b"*0\r\n",
        b"\xff*2\r\n$3\r\n",
        b"*1\r\n$3\r\n\0\0\0\r\n",
        b"*999999999\r\n$1\r\n",
        b"*1\r\n$9999999999\r\nx",
    ],
)
def test_what_is_no_command_is_where_the_damage_begins(rubbish: bytes) -> None:
    assert whole(FILE + rubbish) == (len(FILE), 1700000007, len(FILE))
    assert not goes_on(FILE + rubbish, len(FILE))


def test_a_transaction_without_its_end_is_not_whole() -> None:
    begun = FILE + command(b"MULTI") + ADD
    assert whole(begun) == (len(FILE), 1700000007, len(begun))
    ended = begun + command(b"EXEC")
    assert whole(ended) == (len(ended), 1700000007, len(ended))


def test_whole_commands_after_damage_are_noticed() -> None:
    damaged = FILE + b"\0" * 50 + ADD
    assert goes_on(damaged, whole(damaged).damage)
    flipped = FILE.replace(b"$6\r\nSELECT", b"$7\r\nSELECT")
    assert whole(flipped).end == len(FIRST)
    assert goes_on(flipped, whole(flipped).damage)
