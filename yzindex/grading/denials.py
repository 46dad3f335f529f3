"""What it sounds like in English to deny, to doubt, to report, and to leave a claim with the one who made it.

All patterns are for `Clause.words` (lower case, no punctuation, `can not` in two words). Gaps between words are
bounded, so that a search is linear in the length of the text.
"""

import re

from yzindex.grading.clauses import GAP_MARK


def _any(words: str) -> str:
    """Give a pattern of one of these words; `*` is any ending, `_` a space."""
    return "(?:" + "|".join(words.split()).replace("*", r"[\w-]*").replace("_", " ") + ")"


def _gap(most: int) -> str:
    return rf"(?:\S+ ){{0,{most}}}?"


def _one_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


_BE = _any("is are was were be been being has_been have_been seems seem appears appear looks seems_to_be appears_to_be")
_AUXILIARY = _any("can could do did am are was were would will have had should must may")

#: What one does with a source or a figure that one has.
_KNOW = _any("""
    access* answer* attest* attribut* authenticat* aware been calculat* certain check cit* come comment comput* confirm*
    convinced deriv* describe determin* encountered establish estimat* explain fabricat* familiar fill* find found giv*
    guess* have identif* infer* invent* know* list locat* look mak* offer* point pretend* provid* quot* recall recogniz*
    recognis* reconstruct report reproduc* say see seen speculat* stat* substantiat* summaris* summariz* suppl* support
    sure tell trac* treat validat* verif* vouch work""")
_KNOWN = _any("""
    answered authenticated calculated computed confirmed deduced derived determined established estimated filled found
    inferred known located read reconstructed recovered stated substantiated traced verified worked""")
_SOMETHING = _any("""
    article basis citation clause columns? data details? document entry entries evidence_that evidence_of_such figures?
    indication information knowledge measurements? mention numbers? paper passage publication quotation quote readings?
    records? reference results? rows? section sentence sources? statement study such text trace values? way_to""")
_CLAIM = _any("""
    assumption attribution belief citation claim clause document doi event idea identifier law paper premise prompt
    question quotation quote reference request source standard statement story study title wording""")
_FALSE = _any("""
    apocryphal bogus erroneous fabricated false fictional fictitious flawed forged hallucinated inaccurate incorrect
    invented made_up made-up misattributed mistaken nonexistent non-existent spurious untrue unfounded unverifiable
    unverified wrong""")
_FICTION = _any("""
    confusion error fabrication fiction forgery hallucination hoax invention legend misattribution misconception
    misquotation mistake misunderstanding mix-up myth""")
_MAKE_UP = _any("cit* fabricat* guess* invent* mak* quot* relied rely repeat speculat* treat us*")

#: Denies wherever it stands in a clause, even after the thing denied.
OUTRIGHT = _one_of(
    rf"\b(?:i|we) {_gap(2)}{_AUXILIARY} (?:\S+ )?not (?!only\b){_gap(3)}{_KNOW}\b",
    rf"\b(?:i|we) (?:\S+ )?{_any('have had find found see know_of can_find could_find')} (?:\S+ )?no\b",
    rf"\b(?:i|we) {_gap(1)}{_KNOW} (?:neither|none|nothing)\b",
    rf"^{_gap(2)}{_any('can_not could_not not_able_to no_way_to')} (?!only\b){_gap(3)}{_KNOW}\b",
    rf"(?:^|\b(?:i|we) {_gap(2)}|^sorry )unable to {_gap(3)}{_KNOW}\b",
    rf"\b{_any('can could may')} not be {_gap(3)}{_KNOWN}\b",
    rf"\b{_any('does do did')} not {_gap(2)}exist\b|\bnever existed\b",
    rf"\b{_any('never not')} {_gap(2)}{_any('happened took_place taken_place existed occurred')}\b",
    rf"\b(?:{_BE}|likely|probably|entirely) (?:\S+ )?{_FALSE}(?!\S)",
    rf"\b{_BE} {_gap(4)}{_FICTION}(?!\S)",
    rf"\b{_any('non-?existent unverifiable unverified misattributed apocryphal fictitious bogus')}$",
    rf"\b{_any('would will should must can could rather better')} (?:\S+ )?(?:not|than) (?:\S+ )?(?:be )?{_MAKE_UP}\b",
    rf"\b{_any('without instead_of rather_than refuse* declin*')} {_gap(2)}{_any('invent* fabricat* guess* mak*')}\b",
    rf"\b(?:none|neither|nothing) (?:of )?{_gap(6)}{_any('exists? real genuine verified verifiable found')}\b",
    rf"\b(?:impossible|not possible|no way) to (?:\S+ )?{_KNOW}\b",
    rf"\b{_CLAIM} {_gap(8)}(?:does not hold|{_BE} not {_any('accurate correct right so the_case true valid')})",
    rf"\b{_BE} not (?:\S+ )?(?:something|one|an? \S+) (?:that )?i {_any('can could know am recogni*e have')}\b",
)

#: Warns of something untrue, in a clause that claims nothing. Beside a claim it may be what a source is about: "Chen
#: surveyed misconceptions and found a gain of 42%".
ABOUT_FALSEHOOD = _one_of(
    rf"\b{_any('non-?existent unverifiable unverified misattributed apocryphal hallucinat* fictitious bogus')}\b",
    rf"\b{_any('false mistaken incorrect wrong inaccurate flawed faulty erroneous untrue')} {_CLAIM}\b",
    r"\bcontrary to\b|\bmyth(?:s|ical)?\b|\bmisconceptions?\b|\bno such\b",
)

#: Speaks of several things to come, or breaks off before them: "I can not verify" with a list for its object.
POINTS_AT_A_LIST = _one_of(
    rf"^what\b|\b{_any('these those them both none following below any_of either_of neither_of')}\b",
    rf"(?<!\bno ){_any('claims details things points items figures numbers values references citations findings')}\b",
    r"(?<!\bthe )(?<!\bthis )\b"
    + _any("confirm find give locate provide quote state substantiate supply support trace verify")
    + "$",
    r"\b(?:that|whether|of|for|as)$",
)

#: Denies what comes after it. After a claim it is rather a part of it: "Chen found an effect that was not known".
LEADING = _one_of(
    rf"\b(?:{_BE}|has|have) (?:\S+ )?not (?!only\b|just\b){_gap(2)}"
    + _any("""
        accurate actual among appear* attached authentic available because collected contained correct cover* defined
        disclosed documented enough filled genuine given how in included known listed logged measured mentioned on part
        possible present provided published real recorded reported right shown specified stated supplied supported taken
        the_case there true what why""")
    + r"\b",
    rf"\b{_any('does do did')} not {_gap(2)}"
    + _any("""
        add address allow appear apply break come contain correspond cover define describe disclose document extend give
        go happen have hold identify include let list match measure mention name occur provide reach record report
        require resolve say set show specify state support take_place tell""")
    + r"\b",
    rf"\b{_any('there contains? gives? lists? includes? provides? has have offers? says? states? with')} "
    rf"(?:(?:{_BE}|exists?) )?(?:\S+ )?{_any('no nothing')} {_gap(2)}{_SOMETHING}\b",
    rf"(?:^|\b{_any('and so is are was that found see')} )no {_gap(2)}{_SOMETHING}\b",
    rf"\b{_any('says? contains? gives? states?')} nothing\b|\bsilent (?:on|about)\b|\bthere is nothing\b",
    rf"\b{_BE} (?:\S+ )?"
    + _any("""
        absent blank cut_off illegible lost missing omitted redacted unavailable undocumented unknown unspecified
        unstated unsupported""")
    + r"\b",
    rf"\b{_any('bogus false fictitious hallucinated misattributed non-?existent unverified')} {_CLAIM}\b",
    r"^(?:an? |the )?(?:common |popular |widespread |persistent |old )?(?:myth|misconception)\b",
    r"\bleft (?:blank|empty|out)\b|\bmissing from\b|\bunknown to me\b|\bnot (?:an? )?(?:real|actual|genuine)\b",
    r"\b(?:insufficient|not enough) (?:data|information|evidence)\b",
    rf"\bnever (?:\S+ )?{_any('adopted been did enacted had held issued passed published received said was won')}\b",
    rf"(?:^|\S )not {_any('available given included known listed provided reported specified stated supplied')}\b",
)

#: "There is no doubt that …" denies nothing.
ASSURANCE = re.compile(rf"\bno {_any('doubt question need reason shortage better denying wonder other')}\b")

_SAY = _any(
    "ask* assum* attribut* call* cit* claim* describ* gave giv* impl* mention* nam* provid* quot* refer* sa* stat*"
)
#: Leaves the claim with the one who made it, or with what would have to be seen first. "As you note" takes it over.
LEFT_WITH_THE_ASKER = _one_of(
    rf"(?<!\bas )\byou {_gap(2)}{_SAY}\b",
    rf"\b(?:your|the) {_any('question prompt request message premise task')} (?:\S+ )?{_SAY}\b",
    r"\b(?:in|from|of) your (?:question|prompt|message|request)\b",
    rf"\b{_any('alleged* supposed* purported* so-called claimed_to said_to whether reputed*')}\b",
    rf"\b(?:would|might) (?:\S+ )?(?:have to|need|require|depend|(?:be|give|have) {_gap(3)}[$€£]?\d)",
    rf"\bif {_gap(5)}{_any('exists? existed is are was were had')}\b",
    rf"\b(?:an?|only|just|rough|mere) (?:\S+ )?{_any('estimate guess* interpolation extrapolation illustration')}\b",
    rf"\b{_any('interpolat* extrapolat*')} {_any('gives yields would')}\b",
    rf"\b{_any('hypothetical* suppose for_illustration placeholder assuming please could_you can_you')}\b",
    r"\bif you (?:can|could|have|share|send|paste|provide)\b",
    GAP_MARK,
)

#: Verbs that tell what a source says.
REPORTING = _any("""
    achieved? achieves analy[sz]e[sd]? argue[sd]? compare[sd]? conclude[sd]? confirm(?:s|ed) define[sd] demonstrate[sd]?
    develop(?:s|ed) document(?:s|ed) emphasi[sz]e[sd]? establish(?:es|ed) evaluate[sd]? examine[sd]? explain(?:s|ed)
    finds? found highlight(?:s|ed) identifie[sd] indicate[sd]? introduce[sd]? mandate[sd]? measure[sd] note[sd]
    observe[sd]? present(?:s|ed) propose[sd]? prove[sd]? recommend(?:s|ed) report(?:s|ed) require[sd]? reveal(?:s|ed)
    said say says sets show(?:s|ed|n)? specifie[sd] state[sd] suggest(?:s|ed) survey(?:s|ed) tested use[sd] writes?
    wrote""")
