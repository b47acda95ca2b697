# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A host that is adopted as docs/reading.md says, with all that hangs on AppIDs: baseline changes nothing on it."""

import re
from pathlib import Path

import playbook
import pytest
import scene
import stages
import yaml
from descriptor import ADMINISTRATORS, SYSTEM, allow, encode
from scene import class_guid, guid

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "reading.md"
GOOD = encode([allow(SYSTEM, 7), allow(ADMINISTRATORS, 7)])
USER = "CONTOSO\\svc-com"
USER_SID = "S-1-5-21-44444444-55555555-66666666-1105"
LOCAL = {"ansible_connection": "local", "ansible_shell_type": "sh", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}

PLAIN, OWN_RIGHT, SERVICE, COM_PLUS, STALE = map(guid, range(1, 6))


def seed(host):
    owned = scene.CLASSES + "\\" + class_guid(4)
    host.install_service("MDM", scene.MDM_IMAGE + " /service")
    host.import_registry([
        *scene.app(PLAIN, "Plain", AccessPermission=GOOD), *scene.app("plain.exe", AppID=PLAIN),
        scene.text(scene.CLASSES + "\\" + class_guid(1), "AppID", PLAIN),
        *scene.app(OWN_RIGHT, "As a user", AccessPermission=GOOD, RunAs=USER), stages.put_secret(OWN_RIGHT, "Old-4711"),
        *scene.app(SERVICE, "A service", AccessPermission=GOOD, RunAs=USER, LocalService="MDM"),
        *scene.app(COM_PLUS, "Of COM+", AccessPermission=GOOD),
        scene.text(owned, "AppID", COM_PLUS), scene.text(owned + "\\LocalServer32", "", f"dllhost.exe /Processid:{COM_PLUS}")])


def guide(pattern):
    """The tasks of the guide whose YAML matches, as they stand there."""
    section = GUIDE.read_text(encoding="utf-8").split("## Adopting a host")[1]
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)]
    return [task for block in blocks for task in block if any(re.search(pattern, module) for module in task)]


def adopt(host, folder):
    """Reads a host and writes its variables, with the tasks of the guide, in a folder that has none yet; then applies them. Result of baseline."""
    tasks = guide("appid_info|copy|file")
    for task in tasks:
        for module in ("ansible.builtin.copy", "ansible.builtin.file"):
            if module in task:
                place = "dest" if "dest" in task[module] else "path"
                task[module][place] = f"{folder}/{task[module][place]}"
                task.update(vars=LOCAL, diff=False)
    before = stages.state(host)
    results = playbook.play([host], [
        *tasks, {"ansible.builtin.include_vars": {"file": f"{folder}/host_vars/{host.name}/dcom.yml"}}, *guide("baseline$")])[host.name]
    return results[-1], before, stages.state(host)


@pytest.mark.parametrize("right", [True, False], ids=["a user with the right", "a user whose groups have it"])
def test_a_host_with_all_kinds_is_left_as_it_is(new_host, tmp_path, right):
    host = new_host(f"ADOPT{right:d}", mdm="system32")
    seed(host)
    if right:
        host.import_registry([stages.put_right(USER_SID, "SeBatchLogonRight")])
    result, before, after = adopt(host, tmp_path)
    assert result.status == "ok" and result["changed"] is False, result
    assert after == before
    assert [item["appid"] for item in result["appids"]] == [PLAIN, OWN_RIGHT, SERVICE]


def test_a_password_that_nobody_uses_is_removed(new_host, tmp_path):
    """dcomcnfg leaves it; so does a run that was killed, which the next one completes."""
    host = new_host("STALE01")
    host.import_registry([*scene.app(STALE, "Was a user's", AccessPermission=GOOD, RunAs="Interactive User"), stages.put_secret(STALE, "Old-4711")])
    result, before, after = adopt(host, tmp_path)
    assert result.status == "ok" and result["changed"] and not result["restorable"]
    assert stages.secret(host, STALE) is None and host.registry(scene.APPIDS)
    assert {key for key in before if before[key] != after.get(key)} == {key for key in before if STALE in key.upper() and "SCM" in key.upper()}
