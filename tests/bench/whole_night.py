"""What a viewer of a whole night receives: the real channel at the night's own pace, every frame and beat counted."""

from datetime import timedelta

from msgspec import Struct

from server.live.channel import Channel
from server.live.hub import BEAT_SECONDS, BEATS_OF_SILENCE
from server.nights import archive
from server.pages.render import NIGHT, PageRenderer

_SEGMENT = 1448  # bytes of payload in a packet
_HEADERS = 2 * 66  # Ethernet, IP and TCP around a packet, and around its acknowledgement


class WholeNight(Struct, frozen=True):
    """``bytes`` of websocket frames, ``on_the_wire`` with the headers of their packets and acknowledgements."""

    night: str
    page: str
    compression: str
    frames: int
    beats: int
    bytes: int
    on_the_wire: int


class _Counter:
    def __init__(self, deflate: bool) -> None:
        self.deflate = deflate
        self.paused = False
        self.sizes: list[int] = []

    def write(self, frame: bytes) -> None:
        self.sizes.append(len(frame))


def measure(night: str = "parl.2019-12-12") -> list[WholeNight]:
    """A past night, each declaration a frame of its own, as they come at real pace."""
    past = archive.load(night)
    most_watched = max(past.definition.contests, key=lambda contest: len(contest.candidates)).ballot
    found: list[WholeNight] = []
    for page, topic in (("the night's page", NIGHT), ("one contest's page", most_watched)):
        for compression in ("deflate", "none"):
            channel, viewer = Channel(PageRenderer()), _Counter(compression == "deflate")
            channel.advance(past.events[:1])
            channel.join(viewer, topic, 1)
            beat = past.definition.polls_close
            for event in past.events[1:]:
                while beat + timedelta(seconds=BEAT_SECONDS) <= event.at:
                    beat += timedelta(seconds=BEAT_SECONDS)
                    list(channel.beat(BEATS_OF_SILENCE))
                channel.advance([event])
            sizes = viewer.sizes
            beats = sum(size == 2 for size in sizes)
            packets = sum(-(-size // _SEGMENT) for size in sizes)
            wire = sum(sizes) + packets * _HEADERS
            found.append(WholeNight(night, page, compression, len(sizes) - beats, beats, sum(sizes), wire))
    return found


def show(found: list[WholeNight]) -> None:
    """Print it."""
    print(f"a whole night, {found[0].night}, at real pace: bytes to one viewer | with headers and acknowledgements")
    for one in found:
        print(
            f"  {one.page:<20} {one.compression:<8} {one.frames:>4} frames, {one.beats:>4} beats"
            f" {one.bytes:>10,} | {one.on_the_wire:>10,}"
        )


if __name__ == "__main__":
    show(measure())
