# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The compliance report as JSON, CSV and JUnit XML."""

from __future__ import annotations

import csv
import io
import json
import typing as t
from xml.etree import ElementTree

from ._report import FAIL_ON, Host, Report

COLUMNS = ("host", "status", "kind", "severity", "id", "appid", "name", "setting", "principal", "text", "accepted", "until")


def as_json(made: Report) -> str:
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def as_csv(made: Report) -> str:
    """A row for each host, drift, finding and exposure. No cell is a formula where a spreadsheet opens it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for host in made["hosts"]:
        for row in _rows(host):
            writer.writerow([_cell(row.get(column)) for column in COLUMNS])
    return text.getvalue()


def _cell(value: t.Any) -> str:
    """Spreadsheets take a text that begins so for a formula, also behind blanks (OWASP, "CSV Injection")."""
    text = "" if value is None else str(value)
    return "'" + text if text.lstrip(" \t\r\n\u00a0\u3000")[:1] in tuple("=+-@\uff1d\uff0b\uff0d\uff20") or text[:1] in tuple("\t\r\n") else text


def _rows(host: Host) -> t.Iterator[dict[str, t.Any]]:
    both = {"host": host["name"], "status": host["status"]}
    yield {**both, "kind": "host", "text": host["problem"]}
    for drift in host["drift"]:
        accepted = drift["accepted"] or {}
        text = "; ".join(sign + " " + line.strip() for sign, line in drift["lines"] if sign != " ")
        told = {"appid": drift["appid"], "name": drift["title"], "text": text}
        yield {**both, **told, "kind": "drift", "accepted": accepted.get("reason"), "until": accepted.get("until")}
    for finding in host["findings"]:
        accepted = finding["accepted"] or {}
        yield {**both, **finding, "kind": "finding", "accepted": accepted.get("reason"), "until": accepted.get("until")}
    for one in host["exposure"]:
        yield {**both, "kind": "exposure", "appid": one["appid"], "name": one["name"], "principal": one["principal"], "text": ", ".join(one["rights"])}


def as_junit(made: Report) -> str:
    """A suite for each host: whether it could be read, each drift, each finding. What the report fails on is a failure."""
    root = ElementTree.Element("testsuites", name=made["title"])
    for host in made["hosts"]:
        suite = ElementTree.SubElement(root, "testsuite", name=host["name"])
        cases = list(_cases(host, made["fail_on"]))
        for name, failure, note in cases:
            case = ElementTree.SubElement(suite, "testcase", classname=host["name"], name=name)
            if failure:
                ElementTree.SubElement(case, "failure", message=failure.splitlines()[0]).text = failure
            elif note:
                ElementTree.SubElement(case, "system-out").text = note
        suite.set("tests", str(len(cases)))
        suite.set("failures", str(sum(bool(failure) for _name, failure, _note in cases)))
    ElementTree.indent(root)
    return "<?xml version='1.0' encoding='utf-8'?>\n" + ElementTree.tostring(root, encoding="unicode") + "\n"


def _cases(host: Host, fail_on: str) -> t.Iterator[tuple[str, str, str]]:
    """(name, what failed or '', what else is to be said)"""
    lost = host["problem"] or host["status"] if host["status"] in ("unreachable", "failed") else ""
    yield "read", lost if fail_on != "never" else "", lost
    for drift in host["drift"]:
        text = "\n".join(sign + " " + line for sign, line in drift["lines"]) or "differs"
        counts = not drift["accepted"] and "drift" in FAIL_ON[fail_on]
        yield f"declared: {drift['title']}", text if counts else "", text
    for finding in host["findings"]:
        counts = not finding["accepted"] and finding["severity"] in FAIL_ON[fail_on]
        name = f"{finding['id']}: {finding['appid'] or 'machine'}" + (f" {finding['setting']}" if finding["setting"] else "")
        yield name, finding["text"] if counts else "", finding["text"]
