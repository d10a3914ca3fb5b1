"""Who declares the result of a contest, by their title. No names."""

from server.election.contests import Contest, Definition
from server.election.texts.said import Said, say

RETURNING_OFFICER, ACTING = say("Returning Officer"), say("Acting Returning Officer")
OF_POLICE_AREA = say("Police Area Returning Officer")


def title_of(definition: Definition, contest: Contest) -> Said:
    """The title of who declares the result.

    At an election of the House of Commons in England and Wales that is the Acting Returning Officer (Representation of
    the People Act 1983, section 28): the Returning Officer, a sheriff or mayor, has other duties. A commissioner's is
    the Police Area Returning Officer (Police and Crime Commissioner Elections Order 2012).
    """
    if contest.ballot.startswith("pcc."):
        return OF_POLICE_AREA
    of_the_house = definition.body_of(contest) is None and contest.ballot.startswith("parl.")
    return ACTING if of_the_house and contest.nation in ("England", "Wales") else RETURNING_OFFICER
