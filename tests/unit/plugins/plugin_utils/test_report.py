# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: reports
"""The compliance report as data and in each of its forms: what counts, what is accepted, texts of hostile hosts, files of strangers."""

from __future__ import annotations

import copy
import csv
import datetime
import io
import json
from xml.etree import ElementTree

import pytest
from ansible_collections.wincom.dcom.plugins.plugin_utils import _exceptions, _report
from ansible_collections.wincom.dcom.plugins.plugin_utils._input import BadInput
from ansible_collections.wincom.dcom.plugins.plugin_utils._report_forms import as_csv, as_json, as_junit
from ansible_collections.wincom.dcom.plugins.plugin_utils._report_html import as_html

NOW = datetime.datetime(2026, 11, 27, 12, tzinfo=datetime.timezone.utc)
APPID = "{A0000000-0000-4000-8000-000000000001}"
HOSTILE = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", "{{ 7 * 7 }}",
           "\x00\x1b[0m\x0b", "\u202egpj", "\ufffe", "\ud83d", "]]>", "&lt;", "'\"><b>", "x" * 9000]


def results(severity="warning", changed=True, name="Shop", text="is open"):
    finding = {"id": "open_to_network", "severity": severity, "setting": "access_permission", "text": text}
    diff = {"before": "run as: system\nstays: 1\n", "after": "run as: launching user\nstays: 1\n"}
    return {
        "baseline": {"appids": [{"appid": APPID, "display_name": name, "changed": changed, "diff": diff}]},
        "appid_info": {"appids": [{"id": APPID, "display_name": name, "findings": [finding]}]},
        "machine_info": {"findings": []},
    }


def made(hosts, exceptions=(), fail_on="drift"):
    found = [_report.host(name, told) for name, told in hosts.items()]
    return _report.report("Title", found, _exceptions.read(list(exceptions)), fail_on, NOW)


def statuses(report):
    return {one["name"]: one["status"] for one in report["hosts"]}


def test_each_status_and_the_worst_first():
    told = made({
        "good": results("info", changed=False), "open": results(changed=False), "drifted": results(), "failed": {"baseline": {"failed": True, "msg": "no"}},
        "gone": {"baseline": {"unreachable": True, "msg": "no route"}}, "silent": {}, "skipped": {"baseline": {"skipped": True}},
    })
    assert list(statuses(told).items()) == [
        ("gone", "unreachable"), ("failed", "failed"), ("silent", "failed"), ("skipped", "failed"), ("drifted", "drifted"), ("open", "findings"),
        ("good", "compliant")]
    assert told["summary"]["hosts"] == 7 and told["summary"]["failed"] == 3


def test_drift_is_told_line_by_line():
    assert made({"a": results()})["hosts"][0]["drift"][0]["lines"] == [["-", "run as: system"], ["+", "run as: launching user"], [" ", "stays: 1"]]


@pytest.mark.parametrize("fail_on, counts", [
    ("never", (0, 0, 0, 0, 0)), ("drift", (0, 0, 0, 1, 1)), ("error", (0, 0, 1, 1, 1)), ("warning", (0, 1, 1, 1, 1)),
])
def test_what_fails_a_run(fail_on, counts):
    runs = (results("info", False), results("warning", False), results("error", False), results("info"), {"baseline": {"unreachable": True}})
    assert tuple(len(made({"a": run}, fail_on=fail_on)["summary"]["fails_for"]) for run in runs) == counts


def test_a_run_without_hosts_fails():
    assert made({})["summary"]["fails_for"] and not made({}, fail_on="never")["summary"]["fails_for"]


@pytest.mark.parametrize("entry, accepted", [
    ({"drift": True}, (True, False)),
    ({"drift": True, "appid": "machine"}, (False, False)),
    ({"finding": "open_to_network"}, (False, True)),
    ({"finding": "*", "hosts": "web*", "appid": APPID.lower()}, (False, True)),
    ({"finding": "*", "setting": "launch_permission"}, (False, False)),
    ({"finding": "*", "hosts": ["db*"]}, (False, False)),
    ({"finding": "null_permission"}, (False, False)),
])
def test_an_exception_covers_what_it_names(entry, accepted):
    host = made({"WEB1": results()}, [{**entry, "reason": "r", "until": "2026-11-27"}])["hosts"][0]
    assert (bool(host["drift"][0]["accepted"]), bool(host["findings"][0]["accepted"])) == accepted


def test_past_its_last_day_it_counts_again():
    told = made({"a": results()}, [{"drift": True, "reason": "r", "until": "2026-11-26"}])
    assert told["summary"]["drift"] == told["summary"]["expired"] == 1 and told["summary"]["accepted"] == 0
    assert told["hosts"][0]["drift"][0]["expired"] == {"reason": "r", "until": "2026-11-26"} and "counts again: r" in as_html(told)


@pytest.mark.parametrize("entry, said", [
    ("x", "is a dictionary"), ({"drift": True, "until": "2026-12-31"}, "reason"), ({"drift": True, "reason": "r"}, "until"),
    ({"drift": True, "reason": "r", "until": "31.12.2026"}, "until"), ({"reason": "r", "until": "2026-12-31"}, "give finding"),
    ({"finding": "no_such", "reason": "r", "until": "2026-12-31"}, "no_such"), ({"findings": "x"}, "has no findings"),
])
def test_an_exception_that_can_not_be_meant_is_refused(entry, said):
    with pytest.raises(BadInput, match=said) as refused:
        _exceptions.read([{"drift": True, "reason": "r", "until": "2026-12-31"}, entry])
    assert "entry 2" in str(refused.value)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_stays_a_text_in_every_form(text):
    told = made({"a": results(name=text, text=text), "b": {"baseline": {"failed": True, "msg": text}}}, fail_on="warning")
    page, plain = as_html(told), as_html(made({"a": results(), "b": {"baseline": {"failed": True, "msg": "no"}}}, fail_on="warning"))
    assert [page.count(tag) for tag in ("<script", "<img", "<b>", "</")] == [plain.count(tag) for tag in ("<script", "<img", "<b>", "</")]
    assert "{{ 7" in page or "{{" not in text
    rows = list(csv.reader(io.StringIO(as_csv(told), newline="")))
    assert len(rows) == 5 and all(cell[:1] not in tuple("=+-@\t\r") for row in rows[1:] for cell in row)
    assert len(list(ElementTree.fromstring(as_junit(told).encode()).iter("testcase"))) == 4
    assert _report.read(as_json(told), "file")["hosts"] == told["hosts"]
    assert all(ord(letter) >= 32 or letter in "\t\n\r" for letter in as_json(told) + page)


def damaged():
    """Reports of a stranger, each with one thing that can't be meant."""
    good = json.loads(as_json(made({"a": results()})))
    for path, value in [
        (("schema",), "other/1"), (("hosts",), 7), (("hosts", 0), None), (("hosts", 0, "status"), "fine"), (("hosts", 0, "drift", 0, "lines"), [["x"]]),
        (("hosts", 0, "findings", 0, "severity"), "<b>"), (("hosts", 0, "drift", 0, "accepted"), {"reason": "r", "until": "for ever"}),
        (("hosts", 0, "exposure"), [{}]), (("hosts", 0, "denials"), [1]),
    ]:
        bad = copy.deepcopy(good)
        at = bad
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value
        yield json.dumps(bad)
    yield from ("", "[]", "null", "{}", "[" * 100000)


@pytest.mark.parametrize("text", list(damaged()), ids=range(14))
def test_a_strangers_file_that_is_no_report_is_refused_by_name(text):
    with pytest.raises(_report.BadReport, match=r"site\.json"):
        _report.read(text, "site.json")


def test_the_newest_report_of_a_host_counts():
    old, new = made({"a": results(), "b": results("info", False)}), made({"a": results("info", False)})
    old["made"] = "2026-11-26T12:00:00Z"
    assert statuses(_report.merge([new, old], "All", "drift", NOW)) == {"a": "compliant", "b": "compliant"}


def test_a_merged_host_is_judged_by_what_it_holds():
    """A file may say compliant of a host with drift, or be older than the last day of an exception."""
    lying, older = made({"a": results()}), made({"b": results("info")}, [{"drift": True, "reason": "r", "until": "2026-11-27"}])
    lying["hosts"][0]["status"] = "compliant"
    assert statuses(older) == {"b": "compliant"}
    merged = _report.merge([lying, older], "All", "drift", NOW + datetime.timedelta(days=1))
    assert statuses(merged) == {"a": "drifted", "b": "drifted"} and merged["summary"]["expired"] == 1 and merged["summary"]["drift"] == 2
