# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What tests put into the registry of a lab host, and what they read out of it: always raw bytes."""

from __future__ import annotations

import descriptor
import registry

APPIDS = "HKLM\\SOFTWARE\\Classes\\AppID"
CLASSES = "HKLM\\SOFTWARE\\Classes\\CLSID"
CLASSES_32 = "HKLM\\SOFTWARE\\Classes\\WOW6432Node\\CLSID"
OLE = "HKLM\\SOFTWARE\\Microsoft\\Ole"
HARDENING = OLE + "\\AppCompat"
COM_PLUS = "HKLM\\SOFTWARE\\Microsoft\\COM3"
RPC_PORTS = "HKLM\\SOFTWARE\\Microsoft\\Rpc\\Internet"
POLICIES = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\DCOM"

MDM_CLASS = "{0C0A3666-30C9-11D0-8F20-00805F2CD064}"
MDM = "{9209B1A6-964A-11D0-9372-00A0C9034910}"
MDM_IMAGE = "C:\\windows\\system32\\mdm.exe"
VALUE_OF = {"launch_permission": "LaunchPermission", "access_permission": "AccessPermission"}


def guid(number):
    """An AppID of a test's own."""
    return f"{{A0000000-0000-4000-8000-{number:012d}}}"


def class_guid(number):
    return f"{{C0000000-0000-4000-8000-{number:012d}}}"


def app(appid, name=None, **values):
    """The registry entries of an AppID. A value is bytes (binary), a text, a number, (type, bytes), or None for none."""
    yield APPIDS + "\\" + appid, None, registry.NONE, b""
    for value_name, value in {"": name, **values}.items():
        if value is not None:
            yield (APPIDS + "\\" + appid, value_name, *typed(value))


def typed(value):
    if isinstance(value, tuple):
        return value
    if isinstance(value, str):
        return registry.SZ, registry.text(value)
    return (registry.DWORD, registry.dword(value)) if isinstance(value, int) else (registry.BINARY, value)


def sz(words):
    """(type, bytes) as they must lie there; made here, and not by what writes the registry for tests."""
    return registry.SZ, (words + "\0").encode("utf-16-le")


def dword(number):
    return registry.DWORD, number.to_bytes(4, "little")


def multi(*words):
    return registry.MULTI_SZ, ("".join(word + "\0" for word in words) + "\0").encode("utf-16-le")


def text(key, name, value):
    return key, name, registry.SZ, registry.text(value)


def tree(host):
    """Everything under AppID, raw, the keys' names in capitals."""
    return {key.upper(): values for key, values in host.registry(APPIDS).items()}


# owner, group and access list of keys, by the real registry functions and not by the module
READ_SECURITY = """
foreach ($id in '%s' -split ',') {
    $key = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey("SOFTWARE\\Classes\\AppID\\$id",
        [Microsoft.Win32.RegistryKeyPermissionCheck]::ReadSubTree, [Security.AccessControl.RegistryRights]::ReadKey)
    $sections = [Security.AccessControl.AccessControlSections]'Owner, Group, Access'
    $acl = [Security.AccessControl.RegistrySecurity][Microsoft.Win32.RegistryAclExtensions]::GetAccessControl($key, $sections)
    "$id " + $acl.GetSecurityDescriptorSddlForm($sections)
}
"""


def key_security(host, *appids):
    """{AppID: owner, group and access list of its key, in SDDL}"""
    done = host.powershell(READ_SECURITY % ",".join(appids))
    assert done.returncode == 0, done.stderr.decode()
    return dict(line.split(" ", 1) for line in done.stdout.decode().splitlines())


def stored(host, appid, option):
    """The descriptor that an option of an AppID has in the registry, decoded here; None where there is no value."""
    value = host.registry(APPIDS + "\\" + appid)[""].get(VALUE_OF[option])
    if value is None:
        return None
    kind, raw = value
    assert kind == registry.BINARY
    return descriptor.decode(raw)


def lines(result, side):
    """The lines of a side ('before', 'after') of a result's diff."""
    return result["diff"][side].splitlines()
