# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whole hosts and event logs whose every value is anything, by a seed: what reads them must tell of each, and never fail."""

from __future__ import annotations

import random
import re
import runpy
import tempfile
from pathlib import Path

import playbook
import registry
import scene
from scene import class_guid, guid

ROOT = Path(__file__).resolve().parents[2]
DESCRIPTORS = ROOT / "tests" / "data" / "descriptors.json"
VALUES = (
    "", "LaunchPermission", "AccessPermission", "AuthenticationLevel", "RunAs", "LocalService", "ServiceParameters", "DllSurrogate", "RemoteServerName",
    "ActivateAtStorage", "AppIDFlags", "Endpoints", "SRPTrustLevel", "PreferredServerBitness", "ROTFlags", "LoadUserSettings",
)
MACHINE = (
    "DefaultLaunchPermission", "DefaultAccessPermission", "MachineLaunchRestriction", "MachineAccessRestriction", "EnableDCOM", "LegacyAuthenticationLevel",
    "LegacyImpersonationLevel", "LegacySecureReferences", "CallFailureLoggingLevel", "ActivationFailureLoggingLevel",
)
TEXTS = (
    "*", "?", "[", "MD[M]", "S-1-5", "S-1-5-21-1-2-3-99999999999", "S-1-0xFFFFFFFFFFFF-1", "s-1-5-18", "Interactive User", "NT AUTHORITY\\LOCAL SERVICE",
    "NT AUTHORITY\\LocalService", "LocalSystem", ".\\joe", "\\", "a\\b\\c", "{{ x }}", "{% x %}", "#{", "%SystemRoot%\\x.exe", "%NO%", "'", '"', '"C:\\a b.exe" /x',
    "$(x)", "`x", "$env:x", "\r\n", "\t", " ", "", "null", "true", "0", "\x00", "\x07\x1b[0m", "\u202e", "\ufffe", "\U0001f600", "Ⅷ", "ß", "İ", "<b>", "=1+1",
    "default", "system", "none", "N/A", "RPCSS", "rpcss", "{00000000-0000-0000-0000-000000000000}", "ncacn_ip_tcp,0,5000", "x" * 3000,
)
TYPES = (registry.NONE, registry.SZ, registry.SZ, registry.EXPAND_SZ, registry.BINARY, registry.BINARY, registry.DWORD, registry.DWORD, registry.MULTI_SZ,
         registry.QWORD, 5, 6, 8, 12, 0x7FFFFFFF)
REFUSED = re.compile(r"appids, entry (\d+) \(([^\n]*)")


class Anything:
    """Values of any type by a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.descriptors = [bytes.fromhex(text) for text in re.findall(r'"hex": *"([0-9a-fA-F]*)"', DESCRIPTORS.read_text(encoding="utf-8"))]

    def text(self) -> str:
        if self.random.random() < 0.7:
            return self.random.choice(TEXTS)
        return "".join(chr(self.random.choice((0x41, 0xD83D, 0xDE00, 0, 0x2028, 0x5C, 0x2A, self.random.randrange(0x10000)))) for _ in range(self.random.randrange(12)))

    def raw_text(self) -> bytes:
        raw = self.text().encode("utf-16-le", "surrogatepass") + self.random.choice((b"\0\0", b"\0\0", b"\0\0", b"", b"\0", b"\0\0\0\0"))
        return raw[:self.random.randrange(len(raw) + 1)] if self.random.random() < 0.1 else raw

    def data(self) -> bytes:
        kind = self.random.randrange(4)
        if kind == 0:
            return self.random.randbytes(self.random.randrange(40))
        if kind == 1:
            return self.random.choice((b"", b"\0", b"\1\0\0\0", self.random.randbytes(4)))
        data = bytearray(self.random.choice(self.descriptors))
        for _ in range(self.random.randrange(4) if data else 0):
            data[self.random.randrange(len(data))] = self.random.randrange(256)
        return bytes(data)

    def value(self) -> tuple[int, bytes]:
        kind = self.random.choice(TYPES)
        if kind in (registry.SZ, registry.EXPAND_SZ, registry.MULTI_SZ):
            return kind, self.raw_text() + (b"\0\0" if kind == registry.MULTI_SZ else b"")
        if kind in (registry.DWORD, registry.QWORD) and self.random.random() < 0.9:
            return kind, self.random.choice((0, 1, 2, 6, 0x80000000, 0xFFFFFFFF)).to_bytes(4 if kind == registry.DWORD else 8, "little")
        return kind, self.data()

    def appid(self, number: int):
        """The registry entries of an AppID, of a class in either view, and of a mapping."""
        yield scene.APPIDS + "\\" + guid(number), None, registry.NONE, b""
        for name in self.random.sample(VALUES, self.random.randrange(1, 7)):
            yield (scene.APPIDS + "\\" + guid(number), name, *self.value())
        key = self.random.choice((scene.CLASSES, scene.CLASSES_32)) + "\\" + class_guid(number)
        yield (key, "AppID", *(scene.typed(guid(number)) if self.random.random() < 0.7 else self.value()))
        yield (key + "\\LocalServer32", "", *self.value())
        yield (key, "", *self.value())
        yield (f"{scene.APPIDS}\\hostile{number}.exe", "AppID", *(scene.typed(guid(number)) if self.random.random() < 0.7 else self.value()))

    def machine(self):
        for name in self.random.sample(MACHINE, 3):
            yield (scene.OLE, name, *self.value())
        yield (scene.POLICIES, self.random.choice(MACHINE[2:4]), *self.value())

    def event(self) -> dict:
        number = self.random.choice((10000, 10001, 10003, 10004, 10005, 10010, 10015, 10016, 10017, 10018, 10021, 10027, 10028, 10029, 10036, 10037, 10038))
        known = (guid(1), class_guid(1), "S-1-5-18", "IIS APPPOOL", "Shop", "Local", "Launch", "LocalHost (Using LRPC)", "Unavailable", "application-specific")
        strings = [self.random.choice(known) if self.random.random() < 0.6 else re.sub("[\0-\x1f\ud800-\udfff\ufffe\uffff]", "", self.text())
                   for _ in range(self.random.randrange(14))]
        return {"event_id": number, "strings": strings, "time": f"2026-03-01T12:00:{self.random.randrange(60):02}"}


def host_faults(host, seed: int, count: int) -> list[str]:
    """Makes AppIDs on a lab host, reads all, and declares back what was read. What is wrong, as texts."""
    anything = Anything(seed)
    host.import_registry([entry for number in range(count) for entry in anything.appid(number)] + list(anything.machine()))
    before = scene.tree(host)
    tasks = [{"wincom.dcom.appid_info": {}, "ignore_errors": True}, {"wincom.dcom.machine_info": {}}]
    read, machine = playbook.play([host], tasks)[host.name]
    if read.status != "ok" or machine.status != "ok":
        return [f"seed {seed}: reading failed: {read.get('msg')} {machine.get('msg')}"]
    found = {one["id"]: one for one in read["appids"]}
    faults = [f"seed {seed}: {guid(number)} is not told" for number in range(count) if guid(number) not in found]
    entries = [{**found[guid(number)]["settings"], "allow_lockout": True} for number in range(count) if guid(number) in found]
    faults += _declare_back(host, seed, entries, found)
    return faults + ([f"seed {seed}: the registry was changed"] if scene.tree(host) != before else [])


def _declare_back(host, seed: int, entries: list[dict], found: dict) -> list[str]:
    def tell(entry, what):
        return f"seed {seed}: {entry['id']} {what}, its findings {[one['id'] for one in found[entry['id']]['findings']]}: {entry}"

    faults: list[str] = []
    result = _declare(host, entries)
    while result.status == "failed":        # the controller refuses one at a time, the host all
        refused = {int(number) - 1: text for number, text in REFUSED.findall(result["msg"])}
        if not refused:
            return [*faults, f"seed {seed}: declared back: {result['msg']}"]
        faults += [tell(entries[at], f"is refused without a finding ({text})") for at, text in sorted(refused.items())
                   if not _explained(found[entries[at]["id"]], [option for option in entries[at] if option in text])]
        entries = [entry for at, entry in enumerate(entries) if at not in refused]
        result = _declare(host, entries)
    changed = [(entry, told["previous"]) for entry, told in zip(entries, result["appids"]) if told["changed"]]
    return faults + [tell(entry, f"is changed by what was read ({previous})") for entry, previous in changed
                     if not _explained(found[entry["id"]], previous)]


def _explained(appid: dict, options) -> bool:
    """Whether a finding is about one of these settings, or says that the AppID could not be read whole."""
    return any(one["setting"] in options or one["id"] == "unreadable" for one in appid["findings"])


def _declare(host, entries: list[dict]):
    """Predicts a baseline of entries that are written down as adopt does it: texts in the playbook itself would be templates."""
    to_unsafe_yaml = runpy.run_path(str(ROOT / "plugins" / "filter" / "to_unsafe_yaml.py"))["to_unsafe_yaml"]
    with tempfile.NamedTemporaryFile("w", suffix=".yml", encoding="utf-8") as file:
        file.write(to_unsafe_yaml({"adopted": entries}))
        file.flush()
        task = {"wincom.dcom.baseline": {"appids": "{{ adopted }}"}}
        return playbook.play([host], [task], check=True, vars_files=[file.name])[host.name][0]


def denial_faults(host, seed: int, count: int) -> list[str]:
    """Fills the event log of a lab host, and reads it. What is wrong, as texts."""
    anything = Anything(seed)
    host.write_events([anything.event() for _ in range(count)])
    read = playbook.play([host], [{"wincom.dcom.denial_info": {"events": True}}])[host.name][0]
    if read.status != "ok":
        return [f"seed {seed}: reading events failed: {read.get('msg')}"]
    return [] if read["denials"] or read["events"] else [f"seed {seed}: no event is told"]
