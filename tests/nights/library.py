"""Small CSV files of the House of Commons Library's shape, made by hand for the importer's tests."""

from pathlib import Path

CONTESTS = """\
ONS ID,Constituency name,Region name,Country name,Declaration time,Member first name,Member surname,Result,\
Electorate,Valid votes,Invalid votes,Majority
E14000001,Upper Of Lower,East of England ,England,13/12/2019 02:30,Ann,Abel,Con hold,1000,600,[x],200
E14000002,"Brook, Ford and Hill",London,England,13/12/2019 00:15,Cy,de Witt,Lab gain from Con,900,500,9,100
"""

CANDIDATES = """\
ONS ID,Constituency name,Party name,Party abbreviation,Electoral Commission party ID,\
Electoral Commission adjunct party ID,Candidate first name,Candidate surname,Sitting MP,Votes
E14000001,Upper Of Lower,Labour,Lab,PP53,,Ben,Órga,No,200
E14000001,Upper Of Lower,Conservative,Con,PP52,,Ann,Abel,Yes,400
E14000002,"Brook, Ford and Hill",Labour and Co-operative,Lab,PP53,PP119,Cy,de Witt,No,300
E14000002,"Brook, Ford and Hill",Independent,Ind,,,Zoë,De'Ath,No,0
E14000002,"Brook, Ford and Hill",Conservative,Con,PP52,,Howling 'Laud',O'Hope,No,200
E14000002,"Brook, Ford and Hill",Best Foot,Foot,,,LÃ©onie,O Bye,No,0
"""


def files(folder: Path, contests: str = CONTESTS, candidates: str = CANDIDATES) -> tuple[Path, Path]:
    """The two files written to a folder."""
    pair = folder / "contests.csv", folder / "candidates.csv"
    for path, text in zip(pair, (contests, candidates), strict=True):
        path.write_text(text, encoding="utf-8", newline="")
    return pair
