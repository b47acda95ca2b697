# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: permissions, input
"""SDDL: all of a text is read or it is refused, with where and what; blanks between its parts go."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from ansible_collections.wincom.dcom.plugins.plugin_utils._action import is_true
from ansible_collections.wincom.dcom.plugins.plugin_utils._input import BadInput
from ansible_collections.wincom.dcom.plugins.plugin_utils._permission import normalise
from ansible_collections.wincom.dcom.plugins.plugin_utils._sddl import clean

REAL = next((path for path in (parent / "shared" / "data" / "sddl.json" for parent in Path(__file__).resolve().parents) if path.exists()), None)
GUID = "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2"
ENTRY = "(A;;CCDCLC;;;SY)"
DACL, SACL = "the access list (D:)", "the system list (S:)"


def refused(text):
    with pytest.raises(BadInput) as caught:
        clean(text)
    return str(caught.value)


def cond(condition):
    return f"D:(XA;;CC;;;WD;{condition})"


AS_THEY_ARE = [
    "O:BAG:BAD:(A;;CCDCLC;;;PS)(A;;CCDC;;;SY)(D;;0x15;;;AN)",
    "D:",
    "D:S:",
    "D:NO_ACCESS_CONTROL",
    "D:PARAI(A;OICINPIOID;KA;;;BA)S:P(ML;;NRNWNX;;;LW)",
    "O:S-1-5-21-1-2-4294967295-512G:S-1-5-80-0D:P" + ENTRY,
    "D:(A;;GA;;;S-1-15-2-1)(A;;;;;BO)",
    "D:(A;;CC;;;S-1-0xFFFFFFFFFFFF-1)(A;;CC;;;S-1-5)",
    f"D:(OA;CI;RPWP;{GUID};;ED)(OD;;CR;;{GUID};BA)(OA;CIIO;RP;{GUID};{GUID};RU)",
    f"D:S:(AU;SAFA;WDWO;;;WD)(OU;CISA;WP;{GUID};;WD)(SP;;;;;S-1-17-1)(TL;;0x1;;;S-1-19-512-4096)",
    'D:(XA;;0x1f;;;AU;(@User.Title == "a (b) ; c" && (@User.Division=="x" || !(Member_of {SID(BA), SID(S-1-5-21-1-2-3-4)}))))',
    cond("(Member_of SID(BA))"),
    cond("(Not_Device_Member_of_Any{SID(WD)})"),
    cond("(@Resource.Project Any_of @User.Project)"),
    cond('(@Device.colour Not_Contains {"orange", "blue", 3, -0x10, #01#2})'),
    cond("(exists Secrecy && Not_Exists @User.x)"),
    cond("(!(!( a >= 017)))"),
    cond("(@User.ad://ext/x:88d2%0020 != 1)"),
    cond("(OctetStringType==#1#2#3##)"),
    f'D:(ZA;;CR;{GUID};;WD;(a))S:(RA;CI;;;;WD;("Project Secrecy",TS,0x0,"A;)", "B"))(RA;;;;;S-1-1-0;("n",TU,0,1,2))(RA;;;;;WD;("s",TD,0x2,SID(BA)))',
    cond('(@User.Title == "two\nlines")'),
]


@pytest.mark.parametrize("text", AS_THEY_ARE)
def test_what_is_right_stays_as_it_is(text):
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # blanks, as a folded text of YAML has them
        (" O:BA  G:BA\n D: PAI\t(A;;CCDCLC;;;SY) \n (A; ; CCDC ;;; BA ) S: \n(ML;;NX;;;LW)\n", "O:BAG:BAD:PAI(A;;CCDCLC;;;SY)(A;;CCDC;;;BA)S:(ML;;NX;;;LW)"),
        ("D:(A;;CC;;; S-1-5-18 )", "D:(A;;CC;;;S-1-5-18)"),
        ('D: (XA;;CC;;;WD; (@User.a == "b  c") )', 'D:(XA;;CC;;;WD;(@User.a == "b  c"))'),
        # order
        ("S:D:PG:BAO:SY", "O:SYG:BAD:PS:"),
        # case
        ("O:baG:syD:pai(a;oici;ccDC;;;wd)(A;;0X1F;;;s-1-5-18)S:(ml;;nx;;;lw)", "O:BAG:SYD:PAI(A;OICI;CCDC;;;WD)(A;;0x1f;;;S-1-5-18)S:(ML;;NX;;;LW)"),
        # numbers
        ("D:(A;;31;;;SY)(A;;037;;;BA)(A;;0;;;WD)(A;;4294967295;;;IU)", "D:(A;;0x1f;;;SY)(A;;0x1f;;;BA)(A;;0x0;;;WD)(A;;0xffffffff;;;IU)"),
        # letters that belong to a SID or to what follows
        ("O:S-1-5-0x20D:", "O:S-1-5-0x20D:"),
        ("O:SOG:LOD:", None),
    ],
)
def test_what_means_the_same(text, expected):
    if expected:
        assert clean(text) == expected
        assert clean(expected) == expected
    else:
        assert "LO is no SID" in refused(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Z:" + ENTRY, "'Z:(A;;CCDCLC;;;SY)' is none of the parts O:, G:, D: and S:"),
        ("d:" + ENTRY, "'d:(A;;CCDCLC;;;SY)' is none of the parts O:, G:, D: and S:, in capitals"),
        ("text", "'text' is none of the parts O:, G:, D: and S:"),
        ("O:BAG:BA", "there is no access list, write D: and its entries, such as D:(A;;CCDCLC;;;SY)"),
        ("S:(ML;;NX;;;LW)", "there is no access list, only a system list (S:), which says what is audited and which label holds; write D: "),
        ("D:D:", f"{DACL} is there twice"),
        ("O:BAD:O:SY", "the owner (O:) is there twice"),
        ("D:P:S:", f"{DACL}: ':S:' is no beginning of its entries and its flags P, AR, AI"),
        ("D:PX" + ENTRY, f"{DACL}: 'X(A;;CCDCLC;;;SY)' is no beginning of its entries and its flags P, AR, AI"),
        (f"D:{ENTRY} garbage {ENTRY}", f"{DACL}: 'garbage (A;;CCDCLC;;;SY)' is no beginning of the next entry behind entry 1"),
        (f"D:{ENTRY}){ENTRY}", f"{DACL}: ')(A;;CCDCLC;;;SY)' is no beginning of the next entry behind entry 1"),
        (f"D:{ENTRY},{ENTRY}", f"{DACL}: ',(A;;CCDCLC;;;SY)' is no beginning"),
        (f"D:{ENTRY}[", f"{DACL}: '[' is no beginning"),
        ("O:", "the owner (O:): nothing is no SID"),
        ("O:XXD:", "the owner (O:): XX is no SID and none of Windows' accounts of two letters, and SDDL takes no other names"),
        ("O:S-1D:", "the owner (O:): S-1 is no SID"),
        ("O:Administrators", "the owner (O:): Administrators is no SID"),
        ("O:BAG:(A)", "the group (G:): nothing is no SID"),
        ("O:S-1-5-99999999999D:", "the owner (O:): 99999999999 is no number of a SID, which are below 4294967296"),
        ("O:S-0x1-5-18D:", "the owner (O:): S-0x1-5-18 is no SID"),
        ("D:(A;;", f"{DACL}, entry 1 has 3 of the 6 fields type;flags;rights;object;inherited object;account before its end"),
        ("D:(A;;CC;;)", f"{DACL}, entry 1 has 5 of the 6 fields type;flags;rights;object;inherited object;account before ')'"),
        (f"D:({ENTRY})", f"{DACL}, entry 1 has 1 of the 6 fields"),
        (f"D:{ENTRY}(A;;CC;;;SY", f"{DACL}, entry 2 has no closing bracket before its end"),
        ("D:(A;;CC;;;SY;)", f"{DACL}, entry 1: an entry of type A has 6 fields, without ')'"),
        ("D:(A;;CC;;;SY;(a))", f"{DACL}, entry 1: an entry of type A has 6 fields, without '(a))'"),
        ("D:(B;;CC;;;SY)", f"{DACL}, entry 1: 'B' is no type of an entry there; types are A, D, OA, OD, XA, XD, ZA"),
        ("D:(AU;SA;CC;;;SY)", f"{DACL}, entry 1: 'AU' is no type of an entry there; it belongs in {SACL}; types are A, D, "),
        ("D:S:(A;;CC;;;SY)", f"{SACL}, entry 1: 'A' is no type of an entry there; it belongs in {DACL}; types are AU, "),
        ("D:(A;XX;CC;;;SY)", f"{DACL}, entry 1: flags: 'XX' of 'XX' is not known"),
        ("D:(A;;CROOO;;;SY)", f"{DACL}, entry 1: rights: 'OO' of 'CROOO' is not known"),
        ("D:(A;;CC DC;;;SY)", f"{DACL}, entry 1: rights: ' D' of 'CC DC' is not known, for there is a blank in it"),
        ("D:(A;;0x100000000;;;SY)", f"{DACL}, entry 1: rights: '0x100000000' is no number of 32 bits; write 0x1f, 037 or 31"),
        ("D:(A;;-1;;;SY)", f"{DACL}, entry 1: rights: '-1' is no number of 32 bits"),
        ("D:(A;;08;;;SY)", f"{DACL}, entry 1: rights: '08' is no number of 32 bits"),
        ("D:(A;;0x1f CC;;;SY)", f"{DACL}, entry 1: rights: '0x1f CC' is no number of 32 bits"),
        (f"D:(OA;;CR;{{{GUID}}};;SY)", f"{DACL}, entry 1: '{{1131f6aa-9c07-11d1-f79f...' is no GUID; write xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx, without braces"),
        (f"D:(A;;CR;{GUID};;SY)", f"{DACL}, entry 1: an entry of type A names no object; one of OA, OD, OU, OL, ZA does"),
        ("D:(A;;CC;;;QQ)", f"{DACL}, entry 1: account: QQ is no SID and none of Windows' accounts of two letters"),
        ("D:(A;;CC;;;CONTOSO\\joe)", f"{DACL}, entry 1: account: CONTOSO\\joe is no SID"),
        ("D:(A;;CC;;;S-1-5-21-1-2-3-99999999999)", f"{DACL}, entry 1: account: 99999999999 is no number of a SID"),
        ("D:(A;;CC;;;S-1-5-21-0x100000000)", f"{DACL}, entry 1: account: 0x100000000 is no number of a SID"),
        ("D:(A;;CC;;;S-1-5-2 1)", f"{DACL}, entry 1: account: S-1-5-2 1 is no SID"),
        (cond("a == 1"), f"{DACL}, entry 1: its condition lacks '(' before 'a == 1)'"),
        (cond("(a == 1"), f"{DACL}, entry 1 has no closing bracket before its end"),
        (cond("(a == 1)(b)"), f"{DACL}, entry 1 has no closing bracket before '(b))'"),
        (cond("(a = 1)"), f"{DACL}, entry 1: its condition lacks ')' before '= 1))'"),
        (cond("(a == 1 && )"), f"{DACL}, entry 1: its condition lacks an attribute, Exists or Member_of before '))'"),
        (cond('(a == "x)'), f"{DACL}, entry 1: its condition lacks '{{' before '\"x))'"),
        (cond("(a == {1, })"), f"{DACL}, entry 1: its condition lacks a value before '}}))'"),
        (cond("(Member_of {BA})"), f"{DACL}, entry 1: its condition lacks SID(...) before 'BA}}))'"),
        (cond("(Member_of {SID(QQ)})"), f"{DACL}, entry 1: its condition names an account that is none: QQ is no SID"),
        (cond("(Member_of {SID(S-1-5-99999999999)})"), f"{DACL}, entry 1: its condition names an account that is none: 99999999999 is no number"),
        (cond("(exists 1)"), f"{DACL}, entry 1: its condition lacks the name of an attribute before '1))'"),
        (cond("(" * 200 + "a" + ")" * 200), f"{DACL}, entry 1: its condition has more than 64 brackets within each other"),
        ("D:S:(RA;;;;;WD)", f"{SACL}, entry 1: a resource attribute ends with its data"),
        ('D:S:(RA;;;;;WD;(n,TS,0,"x"))', f"{SACL}, entry 1: its resource attribute lacks its name in quotes before 'n,TS,0,\"x\"))'"),
        ('D:S:(RA;;;;;WD;("n",TZ,0,"x"))', f"{SACL}, entry 1: its resource attribute lacks its type (one of TI, TU, TS, TD, TX, TB)"),
        ('D:S:(RA;;;;;WD;("n",TS,x))', f"{SACL}, entry 1: its resource attribute lacks its flags, a number before 'x))'"),
        ('D:S:(RA;;;;;WD;("n",TS,0,))', f"{SACL}, entry 1: its resource attribute lacks a value before '))'"),
    ],
)  # fmt: skip
def test_what_is_refused_says_where_and_what(text, words):
    assert refused(text).startswith(words.replace("}}", "}") if "its condition" in words else words)


@pytest.mark.parametrize("text", [one for one in AS_THEY_ARE if len(one) > 12])
def test_no_character_is_passed_over(text):
    """With a character more anywhere outside a condition, a text is refused, or the character is in what comes out."""
    for at in [place.start() for place in re.finditer(r"[;()]", text.split(";(")[0])]:
        for extra in "]!/":
            try:
                assert extra in clean(text[:at] + extra + text[at:])
            except BadInput:
                pass


@pytest.mark.skipif(not REAL, reason="the descriptors of public reports are not beside this checkout")
def test_real_texts():
    texts = [one["sddl"] for one in json.loads(REAL.read_text(encoding="utf-8"))]
    whole = [text for text in texts if re.fullmatch(r"(O:\S+)?D:[^<> ]+", text)]
    assert len(whole) >= 10
    for text in whole:
        found = clean(text)
        assert found.count("(") == text.count("(") and clean(found) == found


def test_what_travels_is_the_clean_text():
    assert normalise("launch_permission", {"sddl": "O:BA G:BA D:(a;;31;;;sy)\n(A;;0x1f;;;BA) "}, is_true) == {"sddl": "O:BAG:BAD:(A;;0x1f;;;SY)(A;;0x1f;;;BA)"}


def test_the_option_is_named():
    with pytest.raises(BadInput, match=r"^access_limit: sddl: 'text' is none of the parts O:, G:, D: and S:$"):
        normalise("access_limit", {"sddl": "text"}, is_true)
