"""The files of photographs of result sheets, by their hash. Which of them are shown only a night's events say."""

from server.stream.events import EventStream
from server.stream.reading import photos_key


class Photos:
    """The photographs in one Redis. Every method raises StreamUnavailable if Redis does not answer.

    What replaces or erases a night's streams deletes its photographs in the same step.
    """

    def __init__(self, stream: EventStream) -> None:
        self._call = stream.client.call

    async def put(self, night: str, sha256: str, data: bytes) -> None:
        """Keep a photograph; the same one again changes nothing. The receipt of its event is given once both are
        on disk."""
        await self._call("HSET", photos_key(night), sha256, data)

    async def get(self, night: str, sha256: str) -> bytes | None:
        """A photograph; None if it is not here."""
        return await self._call("HGET", photos_key(night), sha256)

    async def drop(self, night: str, sha256: str) -> None:
        """Delete a photograph."""
        await self._call("HDEL", photos_key(night), sha256)
