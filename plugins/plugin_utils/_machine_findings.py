# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What looks wrong with the machine-wide settings."""

from __future__ import annotations

import typing as t

from . import _permission
from ._findings import Finding, finding, held, of_format, open_to_network, without_system
from ._ports import few_ports
from ._principals import ADMINISTRATORS, ANONYMOUS, EVERYONE
from ._setting import Permission, Setting

# Values that may be meant, and may not.
_ODD = {
    ("enable_dcom", "false"): ("dcom_disabled", "DCOM is off: other computers reach nothing here, and this one nothing there"),
    ("default_authentication_level", "none"): (
        "no_authentication",
        "none makes Windows ignore the access permission of every server that follows the default",
    ),
    ("require_integrity_activation", "false"): (
        "no_effect",
        "false has no effect since March 2023: a Windows with the updates of that month always requires integrity (KB5004442)",
    ),
}


def findings_of(settings: t.Iterable[Setting]) -> list[Finding]:
    """What looks wrong, setting by setting."""
    return [found for setting in settings for found in _findings(setting)]


def _findings(setting: Setting) -> t.Iterator[Finding]:
    if not isinstance(setting, Permission):
        yield from _value(setting)
    elif setting.option.endswith("_limit"):
        yield from _limit(setting)
    else:
        yield from _default(setting)


def _value(setting: Setting) -> t.Iterator[Finding]:
    option, value = setting.option, setting.old
    if setting.problem:
        yield finding("invalid_value", option, f"{option}: the stored value {setting.problem}")
    elif isinstance(value, str) and (option, value) in _ODD:
        identity, text = _ODD[option, value]
        yield finding(identity, option, f"{option}: {text}")
    if option == "rpc_ports":
        for text in few_ports(value):
            yield finding("few_rpc_ports", option, f"{option}: {text}")


def _default(setting: Setting) -> t.Iterator[Finding]:
    option, data, title = setting.option, setting.old, f"the {setting.title}"
    yield from of_format(option, title, data)
    consequence = "in every server without a permission of its own"
    yield from open_to_network(option, title, data, (EVERYONE, ANONYMOUS), consequence)
    if _permission.kind_of(option) == "access":
        yield from without_system(option, title, data)


def _limit(setting: Setting) -> t.Iterator[Finding]:
    option, data, policy = setting.option, setting.old, setting.old.get("policy")
    if policy:
        yield from of_format(option, f"the machine's own {setting.title}, which Group Policy overrides,", policy["own"])
        if policy["problem"]:
            text = f"{option}: the value of Group Policy {policy['problem']}, which is no SDDL; Windows refuses every request while it is there"
            yield finding("policy_not_sddl", option, text)
            return
        yield finding("policy_managed", option, f"{option}: Group Policy sets it, and Windows ignores the machine's own limit")
    yield from of_format(option, f"the {setting.title}", data)
    if not data["problem"]:
        yield from _limit_content(option, data)
    if data.get("blank_policy"):
        text = f"{option}: the value of Group Policy is an empty text, which is no policy; the machine's own limit holds"
        yield finding("policy_empty", option, text)


def _limit_content(option: str, data: dict[str, t.Any]) -> t.Iterator[Finding]:
    def mask(*words: str) -> int:
        return _permission.mask_of(_permission.kind_of(option), words)

    title = f"the {option.replace('_', ' ')}"
    yield from open_to_network(option, title, data, (ANONYMOUS,), "which no permission of an application takes back")
    if mask("local") & ~held(data, EVERYONE):
        yield finding("locked_out", option, f"{option}: Everyone lacks local rights, which no application of this host can give back")
    if mask("all") & ~held(data, EVERYONE, ADMINISTRATORS):
        yield finding("locked_out", option, f"{option}: Administrators lack rights, which no application of this host can give back")
