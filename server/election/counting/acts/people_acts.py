"""What people did with their own part in a night, in the past tense: private like every act. No rules."""

from server.election.counting.acts.act import Act


class SignedOut(Act, frozen=True, tag="signed-out.1"):
    """The person with the invitation ``invited`` signed out one phone, whose ``session`` ends."""

    invited: str
    session: str


class HandedOver(Act, frozen=True, tag="handed-over.1"):
    """The person with the invitation ``invited`` handed the shift over to somebody, by name, and signed out the phone
    with this ``session``. Whoever takes over signs in with an invitation of their own."""

    invited: str
    session: str
    to: str


class PhoneGiven(Act, frozen=True, tag="phone-given.1"):
    """The telephone number of the person with the invitation ``invited``; "" takes it away."""

    invited: str
    phone: str


class CallAsked(Act, frozen=True, tag="call-asked.1"):
    """The person with the invitation ``invited`` asked the desk to be called; or, where another invitation asks, the
    desk asked that person to call."""

    invited: str


class CallAnswered(Act, frozen=True, tag="call-answered.1"):
    """The person with the invitation ``invited`` and the desk have spoken: nobody has to call any more."""

    invited: str


PersonAct = SignedOut | HandedOver | PhoneGiven | CallAsked | CallAnswered
