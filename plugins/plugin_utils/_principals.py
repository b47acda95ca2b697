# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The well-known and BUILTIN principals, by name and by SID.

Their names are translated here and not on the host: "Administrators" must mean the same on a host whose language is German.
Source: Microsoft, "Security identifiers" (well-known SIDs) and [MS-DTYP] 2.4.2.4.
"""

from __future__ import annotations

import re
import typing as t

# Those that rules of COM are about.
ADMINISTRATORS, ANONYMOUS, EVERYONE, GUESTS, SYSTEM = "S-1-5-32-544", "S-1-5-7", "S-1-1-0", "S-1-5-32-546", "S-1-5-18"
LOCAL_ACCOUNT, LOCAL_ADMINISTRATOR, ALL_SERVICES = "S-1-5-113", "S-1-5-114", "S-1-5-80-0"
ALL_PACKAGES, ALL_RESTRICTED_PACKAGES = "S-1-15-2-1", "S-1-15-2-2"

NT_AUTHORITY = {
    "S-1-5-1": "DIALUP",
    "S-1-5-2": "NETWORK",
    "S-1-5-3": "BATCH",
    "S-1-5-4": "INTERACTIVE",
    "S-1-5-6": "SERVICE",
    "S-1-5-7": "ANONYMOUS LOGON",
    "S-1-5-9": "ENTERPRISE DOMAIN CONTROLLERS",
    "S-1-5-10": "SELF",
    "S-1-5-11": "Authenticated Users",
    "S-1-5-12": "RESTRICTED",
    "S-1-5-13": "TERMINAL SERVER USER",
    "S-1-5-14": "REMOTE INTERACTIVE LOGON",
    "S-1-5-15": "This Organization",
    "S-1-5-17": "IUSR",
    "S-1-5-18": "SYSTEM",
    "S-1-5-19": "LOCAL SERVICE",
    "S-1-5-20": "NETWORK SERVICE",
    "S-1-5-113": "Local account",
    "S-1-5-114": "Local account and member of Administrators group",
}
BUILTIN = {
    "S-1-5-32-544": "Administrators",
    "S-1-5-32-545": "Users",
    "S-1-5-32-546": "Guests",
    "S-1-5-32-547": "Power Users",
    "S-1-5-32-548": "Account Operators",
    "S-1-5-32-549": "Server Operators",
    "S-1-5-32-550": "Print Operators",
    "S-1-5-32-551": "Backup Operators",
    "S-1-5-32-552": "Replicator",
    "S-1-5-32-554": "Pre-Windows 2000 Compatible Access",
    "S-1-5-32-555": "Remote Desktop Users",
    "S-1-5-32-556": "Network Configuration Operators",
    "S-1-5-32-558": "Performance Monitor Users",
    "S-1-5-32-559": "Performance Log Users",
    "S-1-5-32-562": "Distributed COM Users",
    "S-1-5-32-568": "IIS_IUSRS",
    "S-1-5-32-569": "Cryptographic Operators",
    "S-1-5-32-573": "Event Log Readers",
    "S-1-5-32-574": "Certificate Service DCOM Access",
    "S-1-5-32-578": "Hyper-V Administrators",
    "S-1-5-32-580": "Remote Management Users",
}
BARE = {
    "S-1-1-0": "Everyone",
    "S-1-2-0": "LOCAL",
    # Windows prints these with an authority that it does not take back.
    "S-1-15-2-1": "ALL APPLICATION PACKAGES",
    "S-1-15-2-2": "ALL RESTRICTED APPLICATION PACKAGES",
}

NT_SERVICE = {"S-1-5-80-0": "ALL SERVICES"}

NAME_OF: dict[str, str] = {
    **{sid: "NT AUTHORITY\\" + name for sid, name in NT_AUTHORITY.items()},
    **{sid: "BUILTIN\\" + name for sid, name in BUILTIN.items()},
    **{sid: "NT SERVICE\\" + name for sid, name in NT_SERVICE.items()},
    **BARE,
}
SID_OF: dict[str, str] = {
    **{name.casefold(): sid for sid, name in NAME_OF.items()},
    **{name.rpartition("\\")[2].casefold(): sid for sid, name in NAME_OF.items()},
    "application package authority\\all application packages": "S-1-15-2-1",
    "application package authority\\all restricted application packages": "S-1-15-2-2",
}

_SID = re.compile(r"(?<!\()\bS-1-\d+(?:-\d+)+")  # one in parentheses has its name before it


def to_sid(principal: str) -> str:
    """The SID of a well-known principal; any other text as it is, for the host to look up."""
    return SID_OF.get(principal.strip().casefold(), principal)


def to_name(sid: str, names: t.Mapping[str, str]) -> str:
    """The name to print for a SID: from the table, else what the host calls it (names), else the SID."""
    return NAME_OF.get(sid) or names.get(sid) or sid


def with_sid(sid: str, names: t.Mapping[str, str]) -> str:
    """'name (SID)', or the SID alone where nobody has a name for it."""
    name = to_name(sid, names)
    return sid if name == sid else f"{name} ({sid})"


def name_sids(text: str, names: t.Mapping[str, str]) -> str:
    """A message of the host with its SIDs made readable."""
    return _SID.sub(lambda match: with_sid(match.group(0), names), text)
