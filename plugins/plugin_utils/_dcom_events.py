# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What DCOM's events say: which string means what, and what an event that is no denial means.

Sources: the manifest of Microsoft-Windows-DistributedCOM (strings of Windows 7 to 11), Microsoft's event pages for Windows Server 2003
(10016 with seven strings), KB 290398 (10002 with three), KB 5004442 (10036 to 10038).
"""

from __future__ import annotations

_CALLER = "domain user sid"
_FROM = _CALLER + " address"
_CONTAINER = " container container_sid"

# Event -> number of strings -> what they are. The number alone tells the layout: the words in them are of the host's language.
LAYOUTS: dict[int, dict[int, str]] = {
    10000: {3: "command error clsid"},
    10001: {5: "command error clsid domain user"},
    10002: {3: "clsid user domain", 4: "clsid user domain sid"},
    10003: {3: "clsid user domain", 4: "clsid user domain sid"},
    10004: {4: "error domain user clsid"},
    10005: {4: "error service arguments clsid"},
    10006: {3: "error computer clsid"},
    10009: {1: "computer"},
    10010: {1: "clsid"},
    10014: {1: "clsid"},
    10015: {
        8: "locality right clsid appid " + _FROM,
        10: "locality right clsid appid " + _FROM + _CONTAINER,
    },
    10016: {
        7: "scope locality right clsid " + _CALLER,  # Windows XP and Server 2003
        9: "scope locality right clsid appid " + _FROM,  # Windows Vista to 7, Server 2008 and 2008 R2
        11: "scope locality right clsid appid " + _FROM + _CONTAINER,
    },
    10017: {
        8: "scope locality image appid " + _FROM,
        10: "scope locality image appid " + _FROM + _CONTAINER,
    },
    10018: {7: "locality image appid " + _FROM, 9: "locality image appid " + _FROM + _CONTAINER},
    10019: {7: "locality image appid " + _FROM, 9: "locality image appid " + _FROM + _CONTAINER},
    10020: {2: "scope list"},
    10021: {1: "appid"},
    10022: {2: "list image", 3: "list image appid"},
    10023: {1: "image", 2: "image appid"},
    10024: {1: "list"},
    10026: {3: "seconds value key"},
    10027: {6: "locality right " + _FROM, 8: "locality right " + _FROM + _CONTAINER},
    10028: {3: "computer pid image", 4: "computer pid image clsid"},
    10029: {2: "clsid service"},
    10036: {4: _FROM},
    10037: {5: "image pid clsid computer level"},
    10038: {5: "image pid clsid computer level"},
}

# Event -> (what refused: the list of the application, the limit of the machine, or the server itself; which kind of permission).
DENIALS: dict[int, tuple[str, str]] = {
    10002: ("list", "launch"),
    10003: ("list", "launch"),
    10015: ("limit", "launch"),
    10016: ("list", "launch"),
    10017: ("list", "access"),
    10018: ("program", "access"),
    10019: ("limit", "access"),
    10027: ("limit", "launch"),
}
SCOPES = {10002: "application", 10003: "machine_default"}
SCOPE_WORDS = {"application-specific": "application", "machine-default": "machine_default"}

# CLSID and AppID of which Windows' own components are denied by design. The first four: Microsoft, "Event ID 10016 is logged in
# Windows" (KB 4022522), https://learn.microsoft.com/troubleshoot/windows-client/application-management/event-10016-logged-when-accessing-dcom
# The fifth is the runtime broker of the first under its name since Windows 10 1903, with a class of its own.
# Whom they are denied to is not compared: the article's older text does not either, and each user of a host has a container of its own.
BY_DESIGN = {
    ("{D63B10C5-BB46-4990-A94F-E40B9D520160}", "{9CA88EE3-ACB7-47C8-AFC4-AB702511C276}"),
    ("{260EB9DE-5CBE-4BFF-A99A-3710AF55BF1E}", "{260EB9DE-5CBE-4BFF-A99A-3710AF55BF1E}"),
    ("{C2F03A33-21F5-47FA-B4BB-156362A2F239}", "{316CDED5-E4AE-4B15-9113-7055D84DCC97}"),
    ("{6B3B8D23-FA8D-40B9-8DBD-B950333E2C52}", "{4839DDB7-58C2-48F5-8283-E1D1807D0D7D}"),
    ("{2593F8B9-4EAF-457C-B68A-50F6B8EA6B54}", "{15C20B67-12E7-4BB6-92BB-7AFF07997402}"),
}

_REPAIR = (
    "COM refuses every request that the list would decide. Write it anew with wincom.dcom.appid and set, or go back to the machine default "
    "with default: true"
)
_HARDENING = (
    "DCOM hardening (KB 5004442) asks for packet integrity or more. No permission changes that: update the client, or let it ask for "
    "RPC_C_AUTHN_LEVEL_PKT_INTEGRITY"
)

# Events that are no denial by a list: what happened, with {fields} of the event, and what to do.
OTHERS: dict[int, tuple[str, str]] = {
    10000: (
        "the server {server} could not be started by {command} (error {error})",
        "See whether the program is there and whether the account that starts it may run it",
    ),
    10001: (
        "the server {server} could not be started by {command} as {caller} (error {error})",
        "See whether the program is there and whether that account may run it",
    ),
    10004: (
        "the identity {caller} of the server {server} could not be logged on (error {error})",
        "Give wincom.dcom.appid the password again (run_as, run_as_password): it also grants the right to log on as a batch job",
    ),
    10005: (
        "the service {service} of the server {server} could not be started (error {error}, arguments {arguments})",
        "Look at the service itself: whether it is disabled, and whether its account can log on. RunAs has no say here",
    ),
    10006: (
        "the computer {computer} answered with error {error} for the server {server}",
        "Look for the denial in the log of that computer",
    ),
    10009: (
        "the computer {computer} could not be reached",
        "Look at its name, the network and the firewall (port 135 and those of RPC); no permission is at fault",
    ),
    10010: (
        "the server {server} started, but did not register in time",
        "The server hangs or ends at its start, or runs as someone else than RunAs says. A permission is rarely at fault",
    ),
    10014: (
        "remote activation of COM+ was refused for the server {server}",
        "COM+ network access is off on this host; it is a feature of Windows, not a permission",
    ),
    10020: (
        "a machine-wide list of permissions is invalid ({scope}, {list})",
        "COM refuses every request that the list would decide. Repair the value under HKLM\\SOFTWARE\\Microsoft\\Ole, or remove it",
    ),
    10021: ("the launch permission of {application} is invalid", _REPAIR),
    10022: ("an access permission ({list}) that {image} read from the registry is invalid", _REPAIR),
    10023: (
        "the access permission that {image} gave to CoInitializeSecurity is invalid",
        "Only the maker of the program can repair it: the registry is not asked",
    ),
    10024: (
        "the limit that Group Policy sets ({list}) is no valid SDDL",
        "COM refuses every request that the limit would decide. Correct the policy",
    ),
    10026: (
        "DCOM has begun to leave out events that repeat, for {seconds} seconds each",
        "Counts are lower bounds, and a denial that is no longer logged may go on",
    ),
    10028: (
        "the computer {computer}, called by {image}, could not be reached",
        "Look at its name, the network and the firewall (port 135 and those of RPC); no permission is at fault",
    ),
    10029: (
        "the service {service} of the server {server}: it took too long to stop (on Server 2008 R2: DCOM started it)",
        "Nothing is to be done where it happens once",
    ),
    10036: ("the call of {caller} from {address} had an authentication level that is too low", _HARDENING),
    10037: ("the program {image} asked {computer} for {server} with authentication level {level}, which it sets itself and which is too low", _HARDENING),
    10038: ("the program {image} asked {computer} for {server} with the default authentication level {level}, which is too low", _HARDENING),
}
