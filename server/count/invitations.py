"""Invitations: who may enter which result, in a signed token; nothing is stored for it. No HTTP here."""

import secrets

import msgspec
from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer
from msgspec import Struct

_SALT = "count.invitation.1"
_DAYS = 14


class NotInvited(Exception):
    """A token that opens nothing; the message says why, to whoever holds it."""


class Invitation(Struct, frozen=True):
    """One named person for one contest. ``id`` is random, no secret: it tells invitations apart."""

    id: str
    night: str
    ballot: str
    name: str


class Invitations:
    """Makes tokens and reads them; all processes that share ``secret_key`` understand each other's."""

    def __init__(self, secret_key: str) -> None:
        self._serializer = URLSafeTimedSerializer(secret_key, salt=_SALT)

    def make(self, night: str, ballot: str, name: str) -> str:
        """A token for a new invitation, good for 14 days: in a link, or as a program's Bearer token."""
        return self._serializer.dumps([secrets.token_urlsafe(9), night, ballot, name])

    def read(self, token: str) -> Invitation:
        """The invitation in a token; NotInvited if it is not one of ours, or too old."""
        try:
            content: object = self._serializer.loads(token, max_age=_DAYS * 24 * 3600)
        except SignatureExpired:
            raise NotInvited(f"This invitation is older than {_DAYS} days. Ask the desk for a new one.") from None
        except BadData:
            raise NotInvited(
                "This is not a valid invitation. Was the whole link copied? Then ask the desk for a new one."
            ) from None
        return Invitation(*msgspec.convert(content, tuple[str, str, str, str]))
