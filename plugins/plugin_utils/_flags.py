# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""AppIDFlags: names and numbers. Source: APPIDREGFLAGS_* of the Windows SDK, and Microsoft, "AppIDFlags"."""

from __future__ import annotations

import typing as t

from ._input import BadInput

FLAGS = {
    "activate_iuserver_indesktop": 0x1,
    "secure_server_process_sd_and_bind": 0x2,
    "issue_activation_rpc_at_identify": 0x4,
    "iuserver_unmodified_logon_token": 0x8,
    "iuserver_self_sid_in_launch_permission": 0x10,
    "iuserver_activate_in_client_session_only": 0x20,
    "aaa_no_implicit_activate_as_iu": 0x800,
}


def normalise(value: dict[str, t.Any], is_true: t.Callable[[t.Any], bool]) -> dict[str, t.Any]:
    """The option as the module takes it, with numbers for names; raises BadInput."""
    if value.get("default") is not None and not is_true(value["default"]):
        raise BadInput("flags: default can only be true; to keep the flags, leave the option out")
    numbers = {form: found if form == "default" or found is None else [_number(flag) for flag in _list(found)] for form, found in value.items()}
    both = set(numbers.get("add") or ()) & set(numbers.get("remove") or ())
    if both:
        raise BadInput(f"flags: add and remove both name {', '.join(str(name) for number in sorted(both) for name in names(number & 0xFFFFFFFF))}")
    return numbers


def _list(value: t.Any) -> list[t.Any]:
    return value if isinstance(value, list) else [value]


def _number(flag: t.Any) -> int:
    if isinstance(flag, str) and flag.lower() in FLAGS:
        return FLAGS[flag.lower()]
    try:
        number = flag if isinstance(flag, int) else int(str(flag), 0)
    except ValueError:
        raise BadInput(f"flags: {flag!r} is neither a number nor one of {', '.join(FLAGS)}") from None
    if not 0 < number < 1 << 32 or number & number - 1:
        raise BadInput(f"flags: {flag!r} is not a single bit")
    return number if number < 1 << 31 else number - (1 << 32)  # the module's integers are signed


def names(number: int) -> list[str | int]:
    """The flags in a number, by name where they have one."""
    of = {bit: name for name, bit in FLAGS.items()}
    return [of.get(1 << bit, 1 << bit) for bit in range(32) if number >> bit & 1]
