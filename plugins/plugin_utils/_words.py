# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Words as the modules spell them. Ansible takes a choice in any case and leaves it as given, so the host would find it different on every run."""

from __future__ import annotations

import typing as t

from ._action import is_true
from ._input import BadInput

# Options that take one of a few words.
CHOICES = (
    "state", "missing", "update_password", "run_as_for_service", "authentication_level", "preferred_server_bitness",
    "default_authentication_level", "default_impersonation_level", "call_failure_logging", "activation_failure_logging",
    "invalid_descriptor_logging", "raise_activation_authentication",
)  # fmt: skip
# A boolean, or default.
SWITCHES = ("activate_at_storage", "enable_dcom", "secure_references", "require_integrity_activation", "com_plus_remote_access")
# Any text or list of texts, in which these words stand for something else.
TEXTS = {
    **dict.fromkeys(("display_name", "service", "service_parameters", "remote_server_name", "endpoints", "rpc_ports"), ("default",)),
    "dll_surrogate": ("default", "system"),
}


def normalise(args: dict[str, t.Any]) -> None:
    """Spells the words among the arguments of appid or machine as the modules do, in place; what is no word is left to them to judge."""
    for option, value in args.items():
        if option in SWITCHES and value is not None:
            args[option] = _switch(value)
        elif option in CHOICES and isinstance(value, str):
            args[option] = value.lower()
        elif option in TEXTS:
            args[option] = [_text(option, one) for one in value] if isinstance(value, list) else _text(option, value)


def _switch(value: t.Any) -> t.Any:
    try:
        return "true" if is_true(value) else "false"
    except BadInput:
        return value.lower() if isinstance(value, str) else value


def _text(option: str, value: t.Any) -> t.Any:
    return value.lower() if isinstance(value, str) and value.lower() in TEXTS[option] else value


def texts(value: t.Any) -> list[str]:
    """A list as the module's specification takes it: a text is one, with commas between its parts."""
    found = value if isinstance(value, list) else value.split(",") if isinstance(value, str) else []
    return [str(one).strip() for one in found]
