# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The options of an AppID: what needs no host is checked, and short forms are written out."""

from __future__ import annotations

import re
import typing as t

from . import _flags, _permission, _words
from ._action import GUID, is_true
from ._input import BadInput
from ._names import mistake
from ._principals import SID_OF, SYSTEM

PERMISSIONS = ("launch_permission", "access_permission", "configuration_permission")
RUN_AS = ("launching_user", "interactive_user", "local_service", "network_service", "system")
# Identities that run_as has a keyword for; RunAs may hold other names of theirs than the documented ones.
KEYWORD_OF = {SYSTEM: "system", "S-1-5-19": "local_service", "S-1-5-20": "network_service"}
# What dcomcnfg, the registry and the service manager call them beside that, in small letters with single blanks.
CALLED = {
    "interactive": "interactive_user", "interactive user": "interactive_user", "launching user": "launching_user", "system": "system",
    "system account (services only)": "system", "localsystem": "system", "local system": "system", "localservice": "local_service",
    "local service": "local_service", "networkservice": "network_service", "network service": "network_service",
}  # fmt: skip
WITH_ABSENT = ("id", "state", "missing", "force", "override_key_protection", "lock_timeout")
WITH_RUNS_AS = ("runs_as", "run_as_password", "update_password", "verify_password", "grant_logon_as_batch", "lock_timeout")
ENDPOINT = re.compile(r"ncacn_ip_tcp,0,(\d{1,5})")


def normalise(args: dict[str, t.Any]) -> dict[str, t.Any]:
    """The arguments of appid, or of an entry of baseline, as the modules take them; raises BadInput."""
    _words.normalise(args)
    for option in PERMISSIONS:
        if args.get(option) is not None:
            args[option] = _permission.normalise(option, args[option], is_true)
    if args.get("flags") is not None:
        args["flags"] = _flags.normalise(args["flags"], is_true)
    for option in ("classes", "endpoints"):  # Ansible would split a text at its commas
        if args.get(option) is not None and not isinstance(args[option], list):
            args[option] = [args[option]]
    _check_absent(args)
    _check_id(args)
    _check_runs_as(args)
    _check_classes(args.get("classes"))
    _check_endpoints(args.get("endpoints"))
    _check_texts(args)
    _check_run_as(args)
    _check_executables(args.get("executables"))
    return args


def _check_absent(args: dict[str, t.Any]) -> None:
    others = sorted(option for option, value in args.items() if option not in WITH_ABSENT and value is not None)
    if args.get("state") == "absent" and others:
        raise BadInput(f"state: absent removes the AppID with all its settings, so it goes with {', '.join(WITH_ABSENT)} only, found {', '.join(others)}")


def _check_id(args: dict[str, t.Any]) -> None:
    if (args.get("id") is None) is (args.get("runs_as") is None):
        raise BadInput("give id, which leads to one AppID, or runs_as, which means every AppID that runs as that user")
    if args.get("id") is None:
        return
    args["id"] = str(args["id"])
    if not args["id"].strip():
        raise BadInput("id is empty; give the GUID of the AppID, or anything that leads to it")
    if args.get("register_with") and not GUID.fullmatch(args["id"]):
        raise BadInput(f"register_with needs a GUID as id (the AppID or a CLSID), not {args['id']!r}: only a GUID is known before registration")


def _check_runs_as(args: dict[str, t.Any]) -> None:
    """runs_as declares that its AppIDs run as that user, with the new password."""
    if args.get("runs_as") is None:
        return
    user = str(args["runs_as"])
    others = sorted(option for option, value in args.items() if option not in WITH_RUNS_AS and value is not None)
    if others:
        raise BadInput(f"runs_as goes with {', '.join(WITH_RUNS_AS[1:])} only, found {', '.join(others)}")
    if user.casefold() in RUN_AS or _keyword(user):
        raise BadInput(f"runs_as is the name of a user, whose password changes; {user} has none")
    if mistake(user):
        raise BadInput(f"runs_as: {mistake(user)}")
    if not args.get("run_as_password"):
        raise BadInput("runs_as gives all AppIDs of that user a new password; run_as_password is missing")
    args["run_as"] = user


def _check_classes(classes: list[t.Any] | None) -> None:
    for clsid in classes or ():
        if not GUID.fullmatch(str(clsid)) or not str(clsid).startswith("{"):
            raise BadInput(f"classes: {clsid!r} is no CLSID; write it as {{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}}")


def _check_endpoints(endpoints: list[t.Any] | None) -> None:
    if endpoints == []:
        raise BadInput("endpoints is empty; default takes the value away")
    if "default" in (endpoints or ()) and endpoints != ["default"]:
        raise BadInput("endpoints: default stands alone, for it means that none are stored")
    for endpoint in endpoints or ():
        if endpoint != "default" and not is_endpoint(str(endpoint)):
            raise BadInput(f"endpoints: {endpoint!r} is no endpoint; write ncacn_ip_tcp,0,PORT with a port from 1024 to 65535")


def is_endpoint(text: str) -> bool:
    """Whether a text is an endpoint that appid declares: a TCP port of its own."""
    port = ENDPOINT.fullmatch(text)
    return port is not None and 1024 <= int(port.group(1)) <= 65535


def _check_texts(args: dict[str, t.Any]) -> None:
    if args.get("dll_surrogate") is not None and not str(args["dll_surrogate"]).strip():
        raise BadInput("dll_surrogate is empty; system is the surrogate of Windows, default takes the value away")


def _check_run_as(args: dict[str, t.Any]) -> None:
    run_as = args.get("run_as")
    is_user = run_as is not None and str(run_as).casefold() not in RUN_AS
    if args.get("run_as_password") is not None:
        if not is_user:
            raise BadInput("run_as_password needs run_as with the name of a user" + (f"; {run_as} has no password" if run_as else ""))
        if not str(args["run_as_password"]):
            raise BadInput("run_as_password is empty; COM can't log on a user without a password")
    if is_user:
        _check_user(str(run_as))


def _check_user(run_as: str) -> None:
    if _keyword(run_as):
        raise BadInput(f"run_as: {run_as!r} is the identity whose keyword is {_keyword(run_as)}; write run_as: {_keyword(run_as)}")
    if _plain(run_as) == "this user":
        raise BadInput(f"run_as: {run_as!r} is what dcomcnfg calls any user; write the name of the one that is meant, such as CONTOSO\\svc-shop")
    if mistake(run_as):
        raise BadInput(f"run_as: {mistake(run_as)}")
    if run_as.endswith("$"):
        raise BadInput(f"run_as: {run_as!r} is a managed or computer account, which has no password that COM could keep; run the server as a service instead")
    if run_as.upper().startswith(("NT SERVICE\\", "IIS APPPOOL\\")):
        raise BadInput(f"run_as: {run_as!r} is a virtual account, which COM can't log on; it is fine as a principal in a permission")
    if run_as.casefold() in SID_OF:
        raise BadInput(f"run_as: {run_as!r} is not the account of a user; keywords are {', '.join(RUN_AS)}")


def _keyword(name: str) -> str | None:
    """The keyword of an identity that is called otherwise, None for any other name."""
    sid = SID_OF.get(name.strip().casefold(), name.strip().upper())
    return KEYWORD_OF.get(sid) or CALLED.get(_plain(name))


def _plain(name: str) -> str:
    """'The interactive user.' as 'interactive user'."""
    text = re.sub(r"[ _-]+", " ", name.casefold().replace("nt authority\\", "")).strip(" .")
    return text.removeprefix("the ").removesuffix(" account")


def _check_executables(executables: t.Any) -> None:
    if not isinstance(executables, dict):
        return  # the module's specification says what is wrong
    add, remove = (_lower(executables.get(form)) for form in ("add", "remove"))
    if add & remove:
        raise BadInput(f"executables: add and remove both name {', '.join(sorted(add & remove))}")
    for form, names in executables.items():
        for name in names if isinstance(names, list) else [names]:
            if name is not None and (not str(name).strip() or set(str(name)) & set('\\/:*?"<>|')):
                raise BadInput(f"executables: {form}: {name!r} is not a file name; give the name alone, such as mdm.exe")


def _lower(names: t.Any) -> set[str]:
    return {str(name).lower() for name in (names if isinstance(names, list) else [names]) if name is not None}
