# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: permissions, defaults and limits
"""Native calls by themselves, where no module reaches what Windows may answer."""

import shutil
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "module_utils" / "_Windows.cs"
# Makes an absolute descriptor of a self-relative one, and lets the code under test make one piece of each.
SCRIPT = r"""
$ErrorActionPreference = 'Stop'
Add-Type -Path C:\_Windows.cs
Add-Type -Namespace Test -Name Native -MemberDefinition '
[DllImport("advapi32", SetLastError = true)]
public static extern bool MakeAbsoluteSD(byte[] relative, IntPtr absolute, ref int size, IntPtr dacl, ref int daclSize,
    IntPtr sacl, ref int saclSize, IntPtr owner, ref int ownerSize, IntPtr group, ref int groupSize);'
$descriptor = [Security.AccessControl.RawSecurityDescriptor]::new('O:BAG:BAD:(A;;0x1f;;;SY)(A;;0xb;;;WD)')
$bytes = [byte[]]::new($descriptor.BinaryLength)
$descriptor.GetBinaryForm($bytes, 0)
$room = 1..5 | ForEach-Object { [Runtime.InteropServices.Marshal]::AllocHGlobal(1024) }
$size = 1024, 1024, 1024, 1024, 1024
$done = [Test.Native]::MakeAbsoluteSD($bytes, $room[0], [ref]$size[0], $room[1], [ref]$size[1], $room[2], [ref]$size[2], $room[3], [ref]$size[3], $room[4], [ref]$size[4])
$com = 'ansible_collections.wincom.dcom.plugins.module_utils._Windows.Com' -as [type]
$relative = [Runtime.InteropServices.Marshal]::AllocHGlobal(1024)
[Runtime.InteropServices.Marshal]::Copy($bytes, 0, $relative, $bytes.Length)
foreach ($pointer in $room[0], $relative) {
    $found = [Security.AccessControl.RawSecurityDescriptor]::new($com::SelfRelative($pointer), 0)
    $control = [Runtime.InteropServices.Marshal]::ReadInt16($pointer, 2) -band 0x8000
    "$done $control $($found.GetSddlForm('All'))"
}
"""


def test_an_absolute_descriptor_is_read(new_host):
    host = new_host("NATIVE1")
    shutil.copy(SOURCE, host.path("C:\\_Windows.cs"))
    done = host.powershell(SCRIPT)
    assert done.returncode == 0, done.stderr.decode()
    sddl = "O:BAG:BAD:(A;;CCDCLCSWRP;;;SY)(A;;CCDCSW;;;WD)"
    assert done.stdout.decode().split("\r\n")[:2] == [f"True 0 {sddl}", f"True 32768 {sddl}"]
