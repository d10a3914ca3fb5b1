"""Whose command an event carries out: a role in public, a name on the private side."""

from msgspec.structs import replace

from server.election.commands import AnyCommand
from server.election.counting.acts import Asked
from server.election.counting.desk import Desk
from server.election.events import Event
from server.election.texts.words import AUTHORS


def in_public(desk: Desk, asked: Asked) -> AnyCommand:
    """What somebody asked for, by their role: their name stays on the private side."""
    person = desk.people.get(asked.invitation)
    return replace(asked.command, by=person.role if person else "desk")


def named_author(desk: Desk, event: Event) -> str:
    """The same as it is told in a sentence."""
    name = author(desk, event)
    return AUTHORS.get(name, name)


def author(desk: Desk, event: Event) -> str:
    """The name of the person whose command an event carries out; their role where no act of theirs is known."""
    asked = desk.asked.get(event.command_id)
    return asked.by if asked else event.by
