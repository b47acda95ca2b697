# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: reports
"""The page of the compliance report in headless Chromium, at the width of a desk and of a phone: text, roles, filters, nothing loaded.

A page of the test's own holds the report in a frame of that width, and asks it.
"""

import datetime
import html
import json
import re
import shutil
import subprocess
import sys
import time

import apt
import pytest
from collection import linked_path
from scene import guid

sys.path.append(linked_path())
from ansible_collections.wincom.dcom.plugins.plugin_utils import _report  # noqa: E402
from ansible_collections.wincom.dcom.plugins.plugin_utils._report_html import as_html  # noqa: E402

try:
    apt.install(["chromium"])
except apt.AptError as error:
    print(error)
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="chromium isn't installed")
NOW = datetime.datetime(2026, 11, 27, 12, tzinfo=datetime.timezone.utc)
HOSTILE = "<script>document.title='taken'</script><img src=x onerror=alert(1)>" + "W" * 500
ASK = """<!doctype html><iframe src="page.html" style="width:%dpx;height:900px;border:0"></iframe><pre id="answer"></pre><script>
addEventListener('load', function () {
  var page = document.querySelector('iframe').contentDocument, root = page.documentElement;
  function shown() { return Array.prototype.map.call(page.querySelectorAll('section tr[data-status]:not([hidden]) th'), function (th) { return th.textContent; }); }
  var answer = { ready: root.getAttribute('data-ready'), wide: root.scrollWidth, width: root.clientWidth, title: page.title, all: shown(),
    landmarks: ['header', 'nav', 'main', 'footer', '[role=search]', '[role=status]'].map(function (one) { return page.querySelectorAll(one).length; }),
    headings: Array.prototype.map.call(page.querySelectorAll('h1, h2'), function (one) { return one.textContent; }),
    scopes: page.querySelectorAll('th:not([scope])').length, loaded: page.defaultView.performance.getEntriesByType('resource').length };
  var search = page.getElementById('search');
  search.value = 'web2'; search.dispatchEvent(new page.defaultView.Event('input')); answer.searched = shown();
  search.value = ''; search.dispatchEvent(new page.defaultView.Event('input'));
  var box = page.querySelector('input[value=drifted]'); if (box) { box.click(); } answer.unticked = shown();
  document.getElementById('answer').textContent = JSON.stringify(answer);
});
</script>"""


def results(number, count=1):
    """What the modules say of a host: one AppID that drifted on every second, findings and exposure."""
    diff = {"before": f"access permission:\n  allow Everyone{number % 3}\n", "after": "access permission:\n  nobody\n"}
    appids = [{"id": guid(one), "display_name": HOSTILE if one == 0 else f"Shop {one}", "findings": [
        {"id": "open_to_network", "severity": "warning", "setting": "access_permission", "text": f"the access permission is open {one}"}],
        "exposure": [{"principal": "Everyone", "sid": "S-1-1-0", "rights": ["remote_access"]}]} for one in range(count)]
    changed = [{"appid": guid(one), "display_name": f"Shop {one}", "changed": number % 2 == 1, "diff": diff} for one in range(count)]
    return {"baseline": {"appids": changed}, "appid_info": {"appids": appids, "default_exposure": []}, "machine_info": {"findings": []}}


def report(hosts, count=1):
    found = [_report.host(f"WEB{number}", results(number, count)) for number in range(hosts)]
    found.append(_report.host("GONE", {"baseline": {"unreachable": True, "msg": "no route"}}))
    return _report.report("DCOM compliance", found, [], "drift", NOW)


def browse(folder, page, width):
    """(what the page answers, what the browser logged, seconds)"""
    (folder / "page.html").write_text(page, encoding="utf-8")
    (folder / "ask.html").write_text(ASK % width, encoding="utf-8")
    started = time.monotonic()
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", "--enable-logging=stderr", "--window-size=1600,1000",
         "--virtual-time-budget=20000", f"--user-data-dir={folder / 'profile'}", "--dump-dom", f"file://{folder / 'ask.html'}"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    found = re.search(r'<pre id="answer">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found and found.group(1), done.stderr[-2000:]
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return json.loads(html.unescape(found.group(1))), console, time.monotonic() - started


@pytest.mark.parametrize("width", [1280, 390], ids=["desk", "phone"])
def test_the_page_reads_filters_and_loads_nothing(tmp_path, width):
    answer, console, _seconds = browse(tmp_path, as_html(report(4)), width)
    assert console == [] and answer["loaded"] == 0 and answer["title"] == "DCOM compliance"
    assert answer["wide"] <= answer["width"] <= width
    assert answer["landmarks"] == [1, 1, 1, 1, 1, 1] and answer["scopes"] == 0
    assert answer["headings"] == ["DCOM compliance", "Hosts", "Drift", "Findings", "Exposure"]
    assert answer["all"] == ["GONE", "WEB1", "WEB3", "WEB0", "WEB2"] and int(answer["ready"]) > 5
    assert answer["searched"] == ["WEB2"] and answer["unticked"] == ["GONE", "WEB0", "WEB2"]


def test_a_script_that_is_not_the_pages_own_does_not_run(tmp_path):
    page = as_html(report(1)).replace("</main>", "<script>document.title = 'taken'</script><img src='https://192.0.2.1/x.png'></main>")
    answer, console, _seconds = browse(tmp_path, page, 1280)
    assert answer["title"] == "DCOM compliance" and len(console) == 2 and all("Content Security Policy" in line for line in console)


def test_a_thousand_hosts_of_twenty_appids(tmp_path):
    page = as_html(report(1000, 20))
    answer, _console, seconds = browse(tmp_path, page, 1280)
    _answer, _console, empty = browse(tmp_path, as_html(report(1)), 1280)
    print(f"1,000 hosts x 20 AppIDs: {len(page) / 1e6:.2f} MB, opened in {seconds - empty:.1f} s more than one host")
    assert len(page) < 2_000_000 and len(answer["all"]) == 1001 and seconds - empty < 10
