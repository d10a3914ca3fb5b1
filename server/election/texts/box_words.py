"""What the forms of boxes and tables say against what was typed. No rules."""

from server.election.texts.check_codes import Finding
from server.election.texts.said import _, say

SENTENCES = {
    "expected-missing": _("Enter the ballot papers expected: the ballot paper account of the box says how many."),
    "counted-missing": _("Enter the ballot papers counted; 0 if the box is empty."),
    "below-nought": _("Ballot papers cannot be fewer than 0."),
    "box-more": _("%(papers)s are %(differ)s more than the %(expected)s expected. Say why."),
    "box-fewer": _("%(papers)s are %(differ)s fewer than the %(expected)s expected. Say why."),
    "above-electorate": _("With this box there are %(papers)s ballot papers, more than the %(electorate)s electors."),
    "too-long": _("%(length)s characters are too many: say it in %(most)s."),
    "boxes-open": _("Not accounted for: %(boxes)s."),
    "papers-not-boxes": _("The boxes hold %(papers)s ballot papers: that number is announced, and no other."),
    "box-unknown": _("There is no such box: look at the list as it is now."),
    "box-named": _("%(box)s is listed already. Give each box a name of its own."),
    "boxes-none": _("Name the boxes, one on each line."),
    "boxes-many": _("There are at most %(most)s boxes in a contest."),
    "box-name-long": _("A box has a name of at most %(most)s characters."),
    "box-elsewhere": _("Other figures of this box were sent meanwhile: look at them before you send yours."),
    "box-same-person": _("%(person)s entered these figures: a different person must check them."),
    "box-nothing-to-check": _("The figures of this box have changed since this page was opened: look again."),
    "box-waits": _("The declaration waits to go out: set it aside first."),
    "given-missing": _("Enter the papers that this table was given."),
    "table-votes-missing": _("Enter the votes for %(candidate)s; 0 if there are none."),
    "table-bundles-missing": _("Enter the bundles of %(candidate)s; 0 if there are none."),
    "table-loose-missing": _("Enter the loose papers of %(candidate)s; 0 if there are none."),
    "table-head-missing": _("Enter the papers rejected; 0 if there are none."),
    "table-more": _("Votes and rejected papers are %(counted)s: %(differ)s more than the %(given)s given."),
    "table-fewer": _("Votes and rejected papers are %(counted)s: %(differ)s fewer than the %(given)s given."),
    "table-bundles": _("A bundle has %(size)s papers, so at most one fewer is loose: %(loose)s cannot be."),
    "table-unknown": _("There is no such table: look at the list as it is now."),
    "table-named": _("%(table)s is there already. Give each table a name of its own."),
    "table-name-long": _("A table has a name of at most %(most)s characters."),
    "table-paper": _("The ballot paper has been put right since this page was opened: look again."),
    "tables-many": _("There are at most %(most)s tables in a contest."),
    "tables-one-round": _("Tables are for contests that are counted in one round."),
    "bundles-several": _("A paper has several votes here, and no bundle is of one candidate: leave this empty."),
    "table-valid-missing": _("Enter the valid ballot papers of this table."),
    "table-in-part-missing": _("Enter the papers rejected in part; 0 if there are none."),
    "table-more-valid": _("Valid and rejected papers are %(counted)s: %(differ)s more than the %(given)s given."),
    "table-fewer-valid": _("Valid and rejected papers are %(counted)s: %(differ)s fewer than the %(given)s given."),
    "bundle-unfit": _("A bundle has from 2 to %(most)s papers."),
    "tables-open": _("Not keyed: %(tables)s."),
    "tables-open-other": _("Not keyed by the other person yet: %(tables)s."),
    "tables-differ": _("Keyed differently by two people: %(tables)s. Both look at the paper again."),
    "tables-more": _("The tables were given %(given)s papers: %(differ)s more than the %(papers)s verified."),
    "tables-fewer": _("The tables were given %(given)s papers: %(differ)s fewer than the %(papers)s verified."),
    "tables-sum": _("Whether this contest is counted by tables has changed since this page was opened: look again."),
    "tables-moved-on": _("A table was keyed again since this page was opened: look again."),
    "reason-missing": _("Give the reason: it is on record."),
    "agents-who": _("Say who was shown the figures."),
    "recount-who": _("Say who asks for the recount."),
    "recount-why": _("Say why it is granted, or refused."),
    "note-elsewhere": _("%(by)s noted at %(time)s: “%(note)s”. Keep what both of you noted, and send it."),
    "not-confirmed": _("The store of results did not answer: send it again, it counts only once."),
}
"""Name of a sentence → it in English."""


def found_in_box(code: str, field: str, name: str, **values: int | str) -> Finding:
    """A finding with one of these sentences; ``code`` is a key of CHECKS or of a refusal."""
    return Finding(code, field, say(SENTENCES[name], **values))
