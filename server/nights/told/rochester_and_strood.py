"""The notes of the by-election in Rochester and Strood, 20 November 2014, in our own words; each is true at its time.

What people said is told as what they said. The Welsh and the German texts have not been checked by a speaker.
"""

from datetime import datetime

from server.election.clock import LONDON
from server.election.texts.particulars import NoteKind, Particulars

_LABOUR, _CONSERVATIVE, _UKIP = "PP53", "PP52", "PP85"


def _note(
    at: tuple[int, int, int], kind: NoteKind, text: str, *, cy: str, de: str, speaker: str = "", party: str = ""
) -> tuple[datetime, str, Particulars]:
    day, hour, minute = at
    texts = {"cy": cy, "de": de}
    return datetime(2014, 11, day, hour, minute, tzinfo=LONDON), text, Particulars(kind, speaker, party, texts)


NOTES = (
    _note(
        (20, 22, 0),
        "count",
        "The polls have closed in Rochester and Strood. 13 candidates stand; the electorate is 79,163.",
        cy="Mae’r gorsafoedd pleidleisio wedi cau yn Rochester and Strood. Mae 13 o ymgeiswyr yn sefyll; mae 79,163 o "
        "etholwyr.",
        de="Die Wahllokale in Rochester and Strood sind geschlossen. 13 Kandidierende treten an; wahlberechtigt sind "
        "79.163 Personen.",
    ),
    _note(
        (20, 22, 20),
        "context",
        "Why there is a by-election: Mark Reckless, elected here as a Conservative in 2010, left for UKIP on 27 "
        "September and resigned to stand again.",
        cy="Pam mae is-etholiad: etholwyd Mark Reckless yma fel Ceidwadwr yn 2010, ymunodd ag UKIP ar 27 Medi ac "
        "ymddiswyddodd er mwyn sefyll eto.",
        de="Warum es eine Nachwahl gibt: Mark Reckless, hier 2010 als Konservativer gewählt, ging am 27. September zu"
        " UKIP und legte sein Mandat nieder, um erneut anzutreten.",
    ),
    _note(
        (20, 23, 15),
        "reaction",
        "Emily Thornberry has resigned from Labour’s shadow cabinet, where she was shadow attorney general. She had "
        "tweeted a picture from Rochester of a house with three England flags and a white van in front of it, which "
        "many took for snobbery. She said that she had not meant to offend anybody, and did not want to distract from "
        "Labour’s chances.",
        cy="Mae Emily Thornberry wedi ymddiswyddo o gabinet cysgodol Llafur, lle’r oedd yn dwrnai cyffredinol yr "
        "wrthblaid. Roedd wedi trydar llun o Rochester o dŷ â thair baner Lloegr a fan wen o’i flaen, ac roedd llawer "
        "yn gweld snobyddiaeth ynddo. Dywedodd nad oedd wedi bwriadu tramgwyddo neb, ac nad oedd am dynnu sylw oddi "
        "ar obeithion Llafur.",
        de="Emily Thornberry ist aus dem Schattenkabinett von Labour zurückgetreten, in dem sie für das Amt der "
        "Generalstaatsanwältin zuständig war. Sie hatte aus Rochester das Bild eines Hauses mit drei "
        "England-Fahnen und einem weißen Lieferwagen davor getwittert, was viele als Dünkel verstanden. Sie sagte,"
        " sie habe niemanden kränken und nicht von Labours Aussichten ablenken wollen.",
        speaker="Emily Thornberry",
        party=_LABOUR,
    ),
    _note(
        (20, 23, 30),
        "context",
        "UKIP has one seat in the Commons: Clacton, won six weeks ago, on 9 October.",
        cy="Mae gan UKIP un sedd yn Nhŷ’r Cyffredin: Clacton, a enillwyd chwe wythnos yn ôl, ar 9 Hydref.",
        de="UKIP hat einen Sitz im Unterhaus: Clacton, gewonnen vor sechs Wochen, am 9. Oktober.",
    ),
    _note(
        (21, 1, 16),
        "count",
        "Turnout is 50.67%: 40,113 ballot papers are verified, out of an electorate of 79,163.",
        cy="Y ganran a bleidleisiodd yw 50.67%: mae 40,113 o bapurau pleidleisio wedi’u gwirio, o 79,163 o etholwyr.",
        de="Die Wahlbeteiligung beträgt 50,67 %: 40.113 Stimmzettel sind geprüft, bei 79.163 Wahlberechtigten.",
    ),
    _note(
        (21, 4, 16),
        "context",
        "This is UKIP's second seat in the Commons, after Clacton on 9 October. Mark Reckless is the second "
        "Conservative to leave for UKIP and win the seat back for it, after Douglas Carswell there.",
        cy="Dyma ail sedd UKIP yn Nhŷ’r Cyffredin, ar ôl Clacton ar 9 Hydref. Mark Reckless yw’r ail Geidwadwr i "
        "ymuno ag UKIP ac ennill ei sedd yn ôl iddi, ar ôl Douglas Carswell yno.",
        de="Das ist UKIPs zweiter Sitz im Unterhaus, nach Clacton am 9. Oktober. Mark Reckless ist der zweite "
        "Konservative, der zu UKIP ging und den Sitz für sie zurückgewann, nach Douglas Carswell dort.",
    ),
    _note(
        (21, 4, 18),
        "speech",
        "In his speech as the winner Mark Reckless called UKIP a radical party that now speaks for the working class, "
        "and said that it stands for most working people, rather than Labour’s leader. He rejected what the "
        "Conservatives say, that a vote for UKIP in May is a vote for Labour.",
        cy="Yn ei araith fel yr enillydd galwodd Mark Reckless UKIP yn blaid radical sydd bellach yn siarad dros y "
        "dosbarth gweithiol, a dywedodd mai hi, yn hytrach nag arweinydd Llafur, sy’n cynrychioli’r rhan fwyaf o bobl "
        "sy’n gweithio. Gwrthododd yr hyn y mae’r Ceidwadwyr yn ei ddweud, sef bod pleidlais i UKIP ym mis Mai yn "
        "bleidlais i Lafur.",
        de="In seiner Rede als Sieger nannte Mark Reckless UKIP eine radikale Partei, die nun für die Arbeiterklasse "
        "spreche, und sagte, sie vertrete die meisten arbeitenden Menschen, nicht der Vorsitzende von Labour. Er "
        "wies zurück, was die Konservativen sagen: dass eine Stimme für UKIP im Mai eine Stimme für Labour sei.",
        speaker="Mark Reckless",
        party=_UKIP,
    ),
    _note(
        (21, 4, 19),
        "speech",
        "He also said that Rochester and Strood had been UKIP’s 271st most winnable seat, so that it can win "
        "anywhere. The rank is his claim: UKIP did not stand here in 2010, so none can be worked out from that "
        "result.",
        cy="Dywedodd hefyd mai Rochester and Strood oedd 271ain yn nhrefn y seddi hawsaf i UKIP eu hennill, ac felly y "
        "gall ennill yn unrhyw le. Ei honiad ef yw’r safle: ni safodd UKIP yma yn 2010, felly ni ellir cyfrifo safle "
        "o’r canlyniad hwnnw.",
        de="Er sagte auch, Rochester and Strood sei für UKIP nur der am 271.-leichtesten zu gewinnende Sitz gewesen, "
        "so dass sie überall gewinnen könne. Der Rang ist seine Behauptung: UKIP trat hier 2010 nicht an, und "
        "aus jenem Ergebnis lässt sich keiner errechnen.",
        speaker="Mark Reckless",
        party=_UKIP,
    ),
    _note(
        (21, 4, 20),
        "count",
        "The Liberal Democrats have 349 votes, 0.87%: their lowest share in any of the 21 by-elections since the "
        "general election of 2010.",
        cy="Mae gan y Democratiaid Rhyddfrydol 349 o bleidleisiau, 0.87%: eu cyfran isaf yn unrhyw un o’r 21 "
        "is-etholiad ers etholiad cyffredinol 2010.",
        de="Die Liberaldemokraten haben 349 Stimmen, 0,87 %: ihr niedrigster Anteil in den 21 Nachwahlen seit der "
        "Unterhauswahl 2010.",
    ),
    _note(
        (21, 4, 22),
        "reaction",
        "The Conservatives said that they were disappointed, but that a by-election is fought in other circumstances "
        "than a general election.",
        cy="Dywedodd y Ceidwadwyr eu bod yn siomedig, ond bod is-etholiad yn cael ei ymladd dan amgylchiadau gwahanol "
        "i rai etholiad cyffredinol.",
        de="Die Konservativen sagten, sie seien enttäuscht, doch bei einer Nachwahl seien die Umstände andere als bei "
        "einer Unterhauswahl.",
        party=_CONSERVATIVE,
    ),
    _note(
        (21, 4, 23),
        "reaction",
        "Grant Shapps, the Conservatives’ chairman, told the BBC that they would fight every day to win the seat back.",
        cy="Dywedodd Grant Shapps, cadeirydd y Ceidwadwyr, wrth y BBC y byddent yn ymladd bob dydd i ennill y sedd yn "
        "ôl.",
        de="Grant Shapps, der Vorsitzende der Parteiorganisation der Konservativen, sagte der BBC, sie würden jeden "
        "Tag kämpfen, um den Sitz zurückzugewinnen.",
        speaker="Grant Shapps",
        party=_CONSERVATIVE,
    ),
    _note(
        (21, 4, 25),
        "count",
        "The count took about six hours. The time of the declaration, about 04:15, is from the local press; the times"
        " of the stages before it are assumed, and those of the resignation, the speech and the reactions too.",
        cy="Parodd y cyfrif tua chwe awr. O’r wasg leol y daw amser y cyhoeddiad, tua 04:15; tybiaethau yw amserau’r "
        "camau o’i flaen, a rhai’r ymddiswyddiad, yr araith a’r ymatebion hefyd.",
        de="Die Auszählung dauerte etwa sechs Stunden. Die Zeit der Verkündung, etwa 04:15 Uhr, stammt aus der "
        "örtlichen Presse; die Zeiten der Schritte davor sind angenommen, ebenso die des Rücktritts, der Rede und "
        "der Reaktionen.",
    ),
)
"""The time, the English text, and what is known of each note besides it."""
