# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: reports, role and playbooks, hostile hosts
"""The playbook wincom.dcom.compliance: a host as declared, one that somebody changed, a hostile one, and one that nobody reaches."""

import csv
import io
import json
from xml.etree import ElementTree

import playbook
import pytest
import scene
from descriptor import ADMINISTRATORS, EVERYONE, SYSTEM, allow, encode
from scene import guid

BOOK, MERGE = "wincom.dcom.compliance", "wincom.dcom.compliance_merge"
FORMS = ("compliance.html", "compliance.json", "compliance.csv", "compliance.junit.xml")
SHOP = {"id": guid(1), "access_permission": {"set": [{"principal": name, "rights": "all"} for name in ("SYSTEM", "Administrators")]}}
AS_DECLARED = encode([allow(SYSTEM, 0x7), allow(ADMINISTRATORS, 0x7)])
BY_HAND = encode([allow(SYSTEM, 0x7), allow(ADMINISTRATORS, 0x7), allow(EVERYONE, 0x7)])
HOSTILE = "=cmd|' /C calc'!A0<script>alert(1)</script>{{ lookup('pipe', 'false') }}\u202e"


@pytest.fixture(scope="module")
def inventory(new_host):
    found = {}
    for name, stored, title in (("GOOD", AS_DECLARED, "Shop"), ("CHANGED", BY_HAND, "Shop"), ("EVIL", AS_DECLARED, HOSTILE)):
        host = new_host(name)
        host.import_registry(scene.app(guid(1), title, AccessPermission=stored, AuthenticationLevel=9 if name == "EVIL" else None))
        found[name] = host.vars(playbook.BULK)
    found["GONE"] = {**found["GOOD"], "ansible_port": 1, "ansible_psrp_port": 1, "ansible_psrp_connection_timeout": 3, "ansible_psrp_reconnection_retries": 0}
    return found


def run(inventory, folder, **variables):
    """(results of the tasks of all hosts by name, the report as data)"""
    told = playbook.play(inventory, book=BOOK, variables={"dcom_appids": [SHOP], "dcom_report_folder": str(folder), **variables})
    results = {result.task: result for results in told.values() for result in results if result.status != "skipped"}
    report = folder / "compliance.json"
    return results, json.loads(report.read_text(encoding="utf-8")) if report.exists() else None


@pytest.fixture(scope="module")
def made(inventory, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    exceptions = [{"hosts": "EVIL", "finding": "invalid_value", "reason": "A test", "until": "2999-12-31"},
                  {"hosts": ["CHANGED"], "finding": "open_to_network", "reason": "Long gone", "until": "2020-01-01"}]
    results, report = run(inventory, folder, dcom_exceptions=exceptions, dcom_report_copy_to=str(folder / "kept" / "there"), dcom_denials_days=7)
    return results, report, folder


def test_each_host_is_a_row_with_its_status(made):
    _results, report, _folder = made
    assert {one["name"]: one["status"] for one in report["hosts"]} == {"GONE": "unreachable", "CHANGED": "drifted", "EVIL": "compliant", "GOOD": "compliant"}
    assert report["hosts"][0]["problem"] and report["schema"] == "wincom.dcom.compliance/1"


def test_drift_is_in_the_words_of_the_diff(made):
    _results, report, _folder = made
    [drift] = next(one for one in report["hosts"] if one["name"] == "CHANGED")["drift"]
    assert ["-", "  allow Everyone (S-1-1-0): local access, remote access"] in drift["lines"] and drift["appid"] == guid(1)
    assert all(not one["drift"] for one in report["hosts"] if one["name"] != "CHANGED")


def test_exposure_names_who_is_let_in(made):
    _results, report, _folder = made
    changed = next(one for one in report["hosts"] if one["name"] == "CHANGED")["exposure"]
    assert {(one["sid"], tuple(one["rights"])) for one in changed if one["appid"] == guid(1)} >= {(EVERYONE, ("remote_access",))}
    assert any(one["appid"] is None for one in changed)


def test_exceptions_are_accepted_until_their_last_day(made):
    _results, report, _folder = made
    findings = {(one["name"], finding["id"]): finding for one in report["hosts"] for finding in one["findings"]}
    assert findings["EVIL", "invalid_value"]["accepted"] == {"reason": "A test", "until": "2999-12-31"}
    expired = findings["CHANGED", "open_to_network"]
    assert expired["accepted"] is None and expired["expired"] == {"reason": "Long gone", "until": "2020-01-01"}
    assert (report["summary"]["accepted"], report["summary"]["expired"]) == (1, 1)


def test_the_run_fails_and_says_why(made):
    results, report, _folder = made
    failed = results["Fail where the report says so"]
    assert failed.status == "failed" and "1 unreachable, 1 not as declared" in failed["msg"]
    assert "4 hosts" in results["Say how it stands"]["msg"] and report["summary"]["fails_for"] == ["1 unreachable", "1 not as declared"]


def test_every_form_is_there_twice_and_private(made):
    _results, _report, folder = made
    for name in FORMS:
        paths = [folder / name, folder / "kept" / "there" / name]
        assert paths[0].read_bytes() == paths[1].read_bytes() and {path.stat().st_mode & 0o777 for path in paths} == {0o600}


def test_what_a_host_says_is_no_markup_no_formula_and_no_template(made):
    _results, _report, folder = made
    page = (folder / "compliance.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page and "lookup(&#39;pipe&#39;" in page and "\u202e" not in page
    rows = list(csv.reader(io.StringIO((folder / "compliance.csv").read_text(encoding="utf-8"))))
    assert len(rows) > 5 and not [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r")]
    suites = ElementTree.parse(folder / "compliance.junit.xml").getroot().findall("testsuite")
    assert {suite.get("name"): suite.get("failures") for suite in suites} == {"GONE": "1", "CHANGED": "1", "EVIL": "0", "GOOD": "0"}


def test_nothing_was_changed(made, inventory):
    results, _report, _folder = made
    assert results["Compare with the declared state"].status in ("ok", "unreachable")
    [again] = [result for result in playbook.play({"CHANGED": inventory["CHANGED"]}, [{"wincom.dcom.baseline": {"appids": [SHOP]}}], check=True)["CHANGED"]]
    assert again["changed"]


def test_a_group_that_nobody_reaches_is_a_report_too(inventory, tmp_path):
    results, report = run({name: inventory["GONE"] for name in ("GONE1", "GONE2")}, tmp_path)
    assert [one["status"] for one in report["hosts"]] == ["unreachable"] * 2 and results["Fail where the report says so"].status == "failed"
    _results, report = run({"GONE1": inventory["GONE"]}, tmp_path, dcom_fail_on="never")
    assert report["summary"]["fails_for"] == []


def test_wrong_exceptions_are_refused_before_any_host_is_asked(inventory, tmp_path):
    results, report = run({"GOOD": inventory["GOOD"]}, tmp_path, dcom_exceptions=[{"finding": "open_to_the_world", "reason": "x", "until": "2999-01-01"}])
    refused = results["Refuse what the report can't use before any host is asked"]
    assert report is None and refused.status == "failed" and "open_to_the_world" in refused["msg"] and "Compare with the declared state" not in results


def test_reports_are_merged(made, tmp_path):
    _results, report, folder = made
    other = {**report, "made": "2999-01-01T00:00:00Z", "hosts": [{**report["hosts"][0], "name": name, "status": "failed", "problem": "x"} for name in ("GONE", "NEW")]}
    (tmp_path / "other.json").write_text(json.dumps(other), encoding="utf-8")
    variables = {"dcom_reports": [str(folder / "compliance.json"), str(tmp_path / "other.json")], "dcom_report_folder": str(tmp_path / "all"), "dcom_fail_on": "never"}
    playbook.play({}, book=MERGE, variables=variables)
    merged = json.loads((tmp_path / "all" / "compliance.json").read_text(encoding="utf-8"))
    assert {one["name"]: one["status"] for one in merged["hosts"]} == {"GONE": "failed", "NEW": "failed", "CHANGED": "drifted", "EVIL": "compliant", "GOOD": "compliant"}
