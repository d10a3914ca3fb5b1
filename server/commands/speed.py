"""The option ``--speed`` of a replay, which ``run`` and ``replay`` share."""

import argparse


def add_speed(parser: argparse.ArgumentParser) -> None:
    """Add ``--speed`` to a command: times real time, None for max, 0 where it is not given."""
    parser.add_argument(
        "--speed",
        type=_speed,
        default=0.0,
        metavar="X",
        help="times real time, or max; sets a replay that was paused or stopped playing",
    )


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    speed = float(text.removesuffix("x"))
    if speed <= 0:
        raise argparse.ArgumentTypeError("the speed must be above 0, or max")
    return speed
