# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The compliance report as one page, which loads nothing and lets nothing run but its own script."""

from __future__ import annotations

import base64
import hashlib
import re
import typing as t
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from ._report import SEVERITIES, STATUSES, Report, message

SIGNS = {"compliant": "\u2713", "drifted": "\u2260", "findings": "!", "failed": "\u2717", "unreachable": "\u2298"}


class Group(t.NamedTuple):
    """The same thing on several hosts; one: as the first of them has it."""

    one: dict[str, t.Any]
    hosts: list[str]


def as_html(made: Report) -> str:
    """The page. Templates escape every text by themselves."""
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    page = environment.get_template("_report.html.j2").render(
        made=made,
        message=message(made),
        statuses=[status for status in reversed(STATUSES) if made["summary"][status]],
        signs=SIGNS,
        drift=_grouped(made, "drift", ("title", "lines", "accepted", "expired")),
        findings={
            severity: [group for group in _grouped(made, "findings", ("id", "appid", "text", "accepted", "expired")) if group.one["severity"] == severity]
            for severity in SEVERITIES
        },
        exposure=sorted(_grouped(made, "exposure", ("appid", "sid", "rights")), key=lambda group: group.one["principal"].casefold()),
        denials=_grouped(made, "denials", ("principal", "appid", "permission", "rights", "refused_by")),
    )
    return _with_policy(page)


def _grouped(made: Report, part: str, keys: tuple[str, ...]) -> list[Group]:
    """Each thing once, with the hosts that have it; what most hosts have first."""
    groups: dict[str, Group] = {}
    for host in made["hosts"]:
        for one in host[part]:  # type: ignore[literal-required]
            key = repr([one.get(name) for name in keys])
            group = groups.setdefault(key, Group(one, []))
            if host["name"] not in group.hosts:
                group.hosts.append(host["name"])
    return sorted(groups.values(), key=lambda group: (bool(group.one.get("accepted")), -len(group.hosts)))


def _with_policy(page: str) -> str:
    """The page with a content security policy that allows its own style and script, by their hashes, and nothing else."""

    def sources(tag: str) -> str:
        bodies = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        return " ".join("'sha256-" + base64.b64encode(hashlib.sha256(body.encode()).digest()).decode() + "'" for body in bodies)

    policy = f"default-src 'none'; script-src {sources('script')}; style-src {sources('style')}; base-uri 'none'; form-action 'none'"
    return page.replace("POLICY-OF-THIS-PAGE", policy, 1)
