"""Words of the rules that stand in sentences about a count: its stages, the roles of people, why there is no poll."""

from server.election.texts.said import Said, say

STAGES = {
    "boxes in": say("boxes in"),
    "verified": say("verified"),
    "counting": say("counting"),
    "provisional": say("provisional"),
    "recount": say("recount"),
    "": say("nothing"),
}
"""Stage, "" before the first → it in a sentence."""
BEGUN = {
    "boxes in": say("Boxes in"),
    "verified": say("Verified"),
    "counting": say("Counting"),
    "provisional": say("Provisional"),
    "recount": say("Recount"),
    "uncontested": say("Uncontested"),
    "postponed": say("Postponed"),
    "countermanded": say("Countermanded"),
    "want of an official mark": say("Want of an official mark"),
    "voting for more candidates than one": say("Voting for more candidates than one"),
    "voting for more candidates than the voter was entitled to": say(
        "Voting for more candidates than the voter was entitled to"
    ),
    "writing or mark by which the voter could be identified": say(
        "Writing or mark by which the voter could be identified"
    ),
    "being unmarked or void for uncertainty": say("Being unmarked or void for uncertainty"),
}
"""A stage, why there is no poll, or a head of rejected papers → it with a capital letter."""
ROLES: dict[str, Said] = {
    "officer": say("officer"),
    "second officer": say("second officer"),
    "returning officer": say("returning officer"),
    "desk": say("desk"),
    "admin": say("admin"),
}
AUTHORS = ROLES | {"the command line": say("the command line"), "the desk": say("the desk")}
"""Who did something and has no name → it in a sentence."""
NO_POLL = {
    "uncontested": say("uncontested"),
    "postponed": say("postponed"),
    "countermanded": say("countermanded"),
}
