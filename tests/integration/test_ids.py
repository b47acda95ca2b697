# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: executables and classes, other AppID values
"""An id in every form leads to its one AppID."""

import playbook
import pytest
import scene
from scene import class_guid, guid

# what is given: the AppID that it must lead to
IDS = {
    scene.MDM: scene.MDM,
    scene.MDM.strip("{}"): scene.MDM,
    scene.MDM.lower(): scene.MDM,
    scene.MDM_CLASS: scene.MDM,
    scene.MDM_CLASS.strip("{}").lower(): scene.MDM,
    "MDM.MachineDebugManager.1": scene.MDM,
    "MDM.MachineDebugManager": scene.MDM,
    "mdm.machinedebugmanager": scene.MDM,
    "mdm.exe": scene.MDM,
    "MDM.EXE": scene.MDM,
    "Machine Debug Manager": scene.MDM,
    "machine debug manager": scene.MDM,
    class_guid(32): guid(32),
    "Größe 漢字 (x86)": guid(33),
    "Server.Current": guid(34),
    guid(35): guid(35),
    "Twice [found] by * both": guid(36),
}


@pytest.fixture(scope="module")
def told(new_host):
    host = new_host("WEB01", mdm="system32")
    host.run(scene.MDM_IMAGE, "/regserver")
    host.import_registry([
        *scene.app(guid(32), "Only 32 bits"), scene.text(scene.CLASSES_32 + "\\" + class_guid(32), "AppID", guid(32)),
        *scene.app(guid(33), "Größe 漢字 (x86)"),
        *scene.app(guid(34), "By version"), scene.text(scene.CLASSES + "\\" + class_guid(34), "AppID", guid(34)),
        scene.text("HKLM\\SOFTWARE\\Classes\\Server.Current\\CurVer", "", "Server.Current.7"),
        scene.text("HKLM\\SOFTWARE\\Classes\\Server.Current.7\\CLSID", "", class_guid(34)),
        # as on NT 4: a class and its AppID share the GUID
        *scene.app(guid(35), "Both"), scene.text(scene.CLASSES + "\\" + guid(35), "AppID", guid(35)),
        # its name and a mapped executable of that name lead to the same AppID, which is no ambiguity
        *scene.app(guid(36), "Twice [found] by * both"), *scene.app("Twice [found] by * both", AppID=guid(36)),
    ])
    before = scene.tree(host)
    results = playbook.play([host], [playbook.appids({"id": name, "run_as": "launching_user"} for name in IDS)])[host.name]
    assert scene.tree(host) == before
    return dict(zip(IDS, results))


@pytest.mark.parametrize("name", IDS)
def test_leads_to_its_appid(told, name):
    assert told[name].status == "ok" and told[name]["appid"] == IDS[name], told[name].get("msg")
    assert told[name]["changed"] is False


def test_classes_of_both_views(told):
    assert told[class_guid(32)]["clsids"] == [class_guid(32)]
    assert told["mdm.exe"]["clsids"] == [scene.MDM_CLASS] and told["mdm.exe"]["display_name"] == "Machine Debug Manager"
