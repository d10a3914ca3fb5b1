"""A by-election in Clacton that has not been held, with thirty-four candidates that do not exist."""

DAY = "2026-12-10"
NIGHT = f"parl.clacton.by.{DAY}"
GENERAL = "E14001174/parl.2024-07-04"
"""The seat, compared with the general election."""
_SURNAMES = """
ABBOTT ADEYEMI AKERS BAINES BINNS BRADWELL CARTWRIGHT COLE D'ARCY DUNMOW EAST FINCH FRINTON GOSLING HOLLAND JAYWICK
KIRBY LAMB McINTYRE MISTLEY NAZE OAKLEY O'BRIEN PETERS QUINN RAMSEY SAINT-OSYTH SMITH SMITH THORPE UPTON WALTON WEELEY
YOUNG
"""
_FIRST = ("Ann", "Bea", "Jo", "Siân", "Tom Paul", "Olu", "Zoë Jane", "Al")
_PARTIES = (
    "Independent",
    "Labour",
    "Reform UK",
    "Conservative",
    "Liberal Democrats",
    "Green Party",
    "Official Monster Raving Loony Party",
    "Social Democratic Party",
    "Heritage Party",
    "UK Independence Party",
)
LINES = tuple(
    f"{surname}, {_FIRST[place % len(_FIRST)]}, {_PARTIES[place] if place < len(_PARTIES) else 'Independent'}"
    for place, surname in enumerate(_SURNAMES.split())
)
LIST = "\n".join(LINES)
"""The list as somebody pastes it."""
DEMOCRACY_CLUB = (
    "person_id,person_name,election_id,ballot_paper_id,election_date,election_current,party_name,party_id,post_label,"
    "cancelled_poll,seats_contested\n"
    + "".join(
        f"{number},{name},parl.{DAY},{NIGHT},{DAY},True,{party},{id},Clacton,False,1\n"
        for number, (name, party, id) in enumerate(
            (
                ("Nigel Farage", "Reform UK", "PP7931"),
                ("Jane Smith", "Labour Party", "PP53"),
                ("Tom O'Brien", "Independent", "ynmp-party:2"),
                ("Ann Abbott", "Labour and Co-operative Party", "joint-party:53-119"),
            ),
            100,
        )
    )
    + f"200,Somebody Else,local.tendring.{DAY},local.tendring.naze.{DAY},{DAY},True,Labour Party,PP53,Naze,False,1\n"
)
"""An export of their site, without options."""
