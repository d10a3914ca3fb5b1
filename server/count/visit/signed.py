"""What we sign for others to bring back, invitations and sessions, and how old it is. No HTTP here."""

from typing import Any

from itsdangerous import SignatureExpired, TimestampSigner

from server.stream.clock import now


class Signer(TimestampSigner):
    """Signs with Redis's time, so that it does not matter which machine signed and which one reads."""

    def get_timestamp(self) -> int:
        """This moment, in seconds since 1970."""
        return int(now().timestamp())

    def unsign(self, signed_value: str | bytes, max_age: int | None = None, return_timestamp: bool = False) -> Any:
        """What was signed; BadSignature if it was not signed by us, SignatureExpired after ``max_age`` seconds.

        The library calls a signature of the next second expired too; two processes are not that exact.
        """
        value, signed = super().unsign(signed_value, return_timestamp=True)
        if max_age is not None and self.get_timestamp() - signed.timestamp() > max_age:
            raise SignatureExpired(f"Older than {max_age} seconds.", payload=value, date_signed=signed)
        return (value, signed) if return_timestamp else value
