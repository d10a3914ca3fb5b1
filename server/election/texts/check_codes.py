"""Every check that an entered result goes through, by code: what each means, and whether it blocks; and a finding."""

from msgspec import Struct

from server.election.texts.said import _


class Check(Struct, frozen=True):
    """One check. Figures that fail a check that ``blocks`` cannot be true; where it does not block they can be true,
    but somebody must give a reason."""

    code: str
    blocks: bool
    what: str


_ERRORS = {
    "papers-missing": "The ballot papers have not been verified.",
    "papers-negative": "The ballot papers are fewer than 0.",
    "papers-above-electorate": "There are more ballot papers than electors.",
    "number-missing": "A number that the form asks for is not there.",
    "number-unreadable": "What was typed is not surely one whole number.",
    "votes-missing": "A candidate has no number of votes.",
    "votes-not-whole": "A program sent votes that are not a whole number of at most 9 digits.",
    "votes-negative": "A candidate's votes are fewer than 0.",
    "votes-none": "No candidate has a single vote.",
    "votes-above-papers": "Votes and rejected papers are more than the ballot papers verified.",
    "votes-below-papers": "Votes and rejected papers are fewer than the ballot papers verified.",
    "votes-above-electorate": "Votes and rejected papers are more than the electors.",
    "valid-papers-missing": "The valid ballot papers are not known where a paper has several votes.",
    "valid-papers-above-papers": "Valid papers and those rejected in full are more than the ballot papers verified.",
    "valid-papers-below-papers": "Valid papers and those rejected in full are fewer than the ballot papers verified.",
    "votes-above-valid-papers": "A candidate has more votes than there are valid papers.",
    "votes-above-allowed": "There are more votes than the valid papers can have.",
    "votes-below-valid-papers": "There are fewer votes than valid papers, each of which has one at least.",
    "block-unknown": "There are block votes for a party that has no block here.",
    "block-above-valid-papers": "Papers with a block vote are more than the valid papers.",
    "split-above-papers": "Split votes are more than the papers without a block vote can have.",
    "split-below-papers": "Split votes are fewer than the papers without a block vote, each of which has one at least.",
    "in-part-above-valid-papers": "The papers rejected in part are more than the valid papers.",
    "second-missing": "A candidate who stays for the second round has no number of second preferences.",
    "second-unneeded": "There are second preferences, or a first round on its own, where the first preferences decide.",
    "second-unknown": "There are second preferences for a candidate who does not stay.",
    "second-above-papers": "There are more second preferences than papers of those who are out.",
    "method-not-counted": "The contest is counted by a method whose results cannot be entered yet.",
    "candidate-unknown": "There are votes for somebody who is not on the ballot paper.",
    "candidate-withdrew": "There are votes for a candidate who withdrew before the poll.",
    "party-candidate-died": "A party's candidate has died: the poll is countermanded.",
    "dead-first": "A candidate who has died has the most votes: nobody is returned.",
    "rejected-missing": "The rejected papers are not known.",
    "rejected-negative": "Rejected papers are fewer than 0.",
    "rejected-heads": "The four heads of rejected papers do not add up to their total.",
    "tie-without-lot": "The last place to be filled is a tie, and no lot decides it.",
    "lot-without-tie": "A lot is given where the last place to be filled is not a tie.",
    "reason-missing": "A correction, a withdrawal or a warning passed over has no reason.",
    "text-too-long": "A reason or note has more than 500 characters, or there are more reasons than checks.",
    "note-empty": "A note has no text.",
    "note-unfit": "A note names a party that the night does not, or a kind, a speaker or a language that cannot be.",
    "paper-unfit": "A ballot paper, or a night, is to be put right in a way that cannot be.",
    "boxes-open": "A ballot box or postal box that was listed is not accounted for.",
    "papers-not-boxes": "The ballot papers are not as many as the boxes hold together.",
    "box-unexplained": "A box holds more or fewer ballot papers than expected, and nobody says why.",
    "box-unfit": "A ballot box is to be listed, counted, checked or struck off in a way that cannot be.",
    "tables-open": "A count table has not keyed its sheet.",
    "tables-differ": "Two people keyed the sheet of a table, and the two are not equal.",
    "tables-not-papers": "The tables were not given all the ballot papers verified, or more than those.",
    "table-not-papers": "Votes and rejected papers of a table are not as many as the papers that it was given.",
    "table-bundles": "A table's loose papers would make another bundle, or are fewer than none.",
    "table-unfit": "A contest is to be counted by tables, or a table keyed, in a way that cannot be.",
    "note-elsewhere": "Somebody else wrote another note of the rejected papers meanwhile.",
    "shape": "What a program sent is not a declaration.",
}

_WARNINGS = {
    "turnout-out-of-range": _("The ballot papers are a turnout hardly ever seen."),
    "papers-differ-from-issued": _("The ballot papers counted are not as many as were expected."),
    "rejected-high": _("Three in a hundred or more of the ballot papers are rejected."),
    "share-far-from-baseline": _("A party's share is very far from the one it had at the last election."),
    "rows-look-swapped": _("Two candidates' votes, exchanged, would both be much nearer to the last election."),
    "ten-times-too-big": _(
        "A number looks as if it had a digit too many: a tenth of it would be like the last election."
    ),
    "votes-in-falling-order": _(
        "Votes fall from the first row to the last, as in a declaration that is read by votes."
    ),
    "slate-far-apart": _("Two candidates of one party, who mostly have the same voters, are very far apart."),
    "totals-end-in-000": _("A total is a round thousand, as estimates are and counts hardly ever."),
}

CHECKS = {code: Check(code, True, what) for code, what in _ERRORS.items()} | {
    code: Check(code, False, what) for code, what in _WARNINGS.items()
}
"""Check code → check: first the errors, which block, then the warnings, which need a reason."""


class Finding(Struct, frozen=True):
    """One thing that is wrong or doubtful in figures; ``code`` is a key of CHECKS.

    ``field`` names the field of the form that it is about: "votes", "votes.3", "rejected", "rejected.identifiable",
    "papers", "lot", "valid_papers", "in_part", "second.3"… ``sentence`` is for the person at the form.
    """

    code: str
    field: str
    sentence: str

    @property
    def blocks(self) -> bool:
        """Whether this must be put right before anything can be declared; if not, a reason is enough.

        KeyError where CHECKS has no such code.
        """
        return CHECKS[self.code].blocks
