"""The token of an invitation: signed, so that the link can be printed again and nobody can make one. No HTTP here."""

import msgspec
from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from server.count.visit.signed import Signer
from server.election.counting.acts import Role
from server.election.counting.desk import Person
from server.election.limits import LONGEST_TOKEN
from server.election.texts.said import Said, say

RUN = "run/"
"""How the command ids of the desk's invitations begin that admins have by running the place; then the admin's own."""
NOT_GOOD = say("This invitation is not good any more. Ask the desk for a new one.")
REPLACED = say("This link is not good any more, because a new one was made. Ask the desk for it.")
_SALT = "count.invitation.2"
_DAYS = 14
_TOO_OLD = say("This invitation is older than %(days)s days. Ask the desk for a new one.", days=_DAYS)
_NOT_VALID = say("This is not a valid invitation. Was the whole link copied? Then ask the desk for a new one.")
_OF_AN_ADMIN: dict[str, Said] = {
    NOT_GOOD: say("This invitation is not good any more. Ask another admin for a new one."),
    REPLACED: say("This link is not good any more, because a new one was made. Ask another admin for it."),
    _TOO_OLD: say("This invitation is older than %(days)s days. Ask another admin for a new one.", days=_DAYS),
    _NOT_VALID: say("This is not a valid invitation. Was the whole link copied? Then ask another admin for a new one."),
}


class NotInvited(Exception):
    """Raised for a token that opens nothing; its ``sentence`` tells whoever holds the token why."""

    def __init__(self, sentence: Said) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def area_of(role: Role) -> str:
    """The first part of the addresses that are for people of this role: count, desk or admin."""
    return role if role in ("desk", "admin") else "count"


def told_to(path: str, sentence: str) -> str:
    """A sentence about an invitation, as it is told below this address: admins are helped by another admin, by no
    desk."""
    if not path.startswith("/admin"):
        return sentence
    return _OF_AN_ADMIN.get(sentence, sentence)


def admin_of(person: Person) -> str:
    """The invitation of the admin who came to a night's desk as this person, by running the place; "" for others."""
    return person.command.removeprefix(RUN).partition("/")[0] if person.command.startswith(RUN) else ""


class Invitations:
    """Makes tokens and reads them; processes that share a ``secret_key`` can read each other's."""

    def __init__(self, secret_key: str) -> None:
        self._serializer = URLSafeTimedSerializer(secret_key, salt=_SALT, signer=Signer)

    def make(self, night: str, invitation: str, link: str = "") -> str:
        """A token for an invitation of a night, valid for 14 days. It is also a program's Bearer token. ``link`` is the
        person's, without which the token opens nothing once the desk has made a new link."""
        return self._serializer.dumps([night, invitation, link] if link else [night, invitation])

    def read(self, token: str) -> tuple[str, str, str]:
        """The night and the invitation that a token is for, and which of its links it is of, "" for the first.

        NotInvited if we did not sign the token, or signed it more than 14 days ago.
        """
        try:
            if len(token) > LONGEST_TOKEN:
                raise BadData("too long")
            content: object = self._serializer.loads(token, max_age=_DAYS * 24 * 3600)
        except SignatureExpired:
            raise NotInvited(_TOO_OLD) from None
        except BadData:
            raise NotInvited(_NOT_VALID) from None
        night, invitation, *links = msgspec.convert(content, list[str])
        return night, invitation, "".join(links)
