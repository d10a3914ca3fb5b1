"""Signing invitations and sessions, which browsers keep and send back, and how old a signature is. No HTTP here."""

from typing import Any

from itsdangerous import SignatureExpired, TimestampSigner

from server.stream.clock import now


class Signer(TimestampSigner):
    """Signs with Redis's time: one machine may sign and another read, whatever their own clocks say."""

    def get_timestamp(self) -> int:
        """This moment by Redis's time, in whole seconds since 1970."""
        return int(now().timestamp())

    def unsign(self, signed_value: str | bytes, max_age: int | None = None, return_timestamp: bool = False) -> Any:
        """What was signed; BadSignature if we did not sign it, SignatureExpired after ``max_age`` seconds.

        itsdangerous would also refuse a signature dated in the future. Two processes may disagree by a second about
        Redis's time, so such a signature is accepted here.
        """
        value, signed = super().unsign(signed_value, return_timestamp=True)
        if max_age is not None and self.get_timestamp() - signed.timestamp() > max_age:
            raise SignatureExpired(f"Older than {max_age} seconds.", payload=value, date_signed=signed)
        return (value, signed) if return_timestamp else value
