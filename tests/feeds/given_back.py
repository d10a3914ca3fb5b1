"""Every shipped night of the House as the Library's two files and back: ``python -m tests.feeds.given_back``."""

from server.nights import archive
from tests.feeds.test_tables import given_back


def main() -> None:
    """Print each night that is another one afterwards, and how many were tried."""
    nights = [one.id for one in archive.of_the_house()]
    for night in nights:
        shipped, again = given_back(night)
        if shipped != again:
            print(f"{night} is another night")
    print(f"{len(nights)} nights")


if __name__ == "__main__":
    main()
