"""The record of a night in a file of all its tables, as ``server/feeds/tables/database.py`` writes it. No events."""

import sqlite3

OF_RECORD = b'{"table":"record",'
"""How a line of the record begins among JSON Lines; the rest is that of the line itself."""
_SQLITE = b"SQLite format 3\0"


class NoRecord(ValueError):
    """A file of tables without the record of a night; the message is a sentence."""


def record_in(data: bytes, name: str) -> bytes:
    """The record in a night's SQLite file or JSON Lines, and other bytes as they are; NoRecord where such a file has
    none. ``name`` is the file's."""
    if data.startswith(_SQLITE):
        file = sqlite3.connect(":memory:")
        try:
            file.deserialize(data)
            lines = [str(line).encode() for (line,) in file.execute("SELECT line FROM record ORDER BY seq")]
        except sqlite3.Error as error:
            raise NoRecord(f"{name} has no record of a night: {error}.") from error
        finally:
            file.close()
    elif data.startswith(b'{"table":'):
        lines = [b"{" + line[len(OF_RECORD) :] for line in data.splitlines(True) if line.startswith(OF_RECORD)]
    else:
        return data
    if not lines:
        raise NoRecord(f"{name} has tables, but no record of a night.")
    return b"".join(lines)
