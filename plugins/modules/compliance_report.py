# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: compliance_report
short_description: Write the DCOM compliance report of a run
version_added: 1.0.0
description:
  - Writes on the controller what the modules of this collection said of hosts, as a page, JSON, CSV and JUnit XML. It asks no host.
  - The playbook C(wincom.dcom.compliance) does everything around it, C(wincom.dcom.compliance_merge) makes one report of several.
  - It writes in check mode too, for a compliance run is always one.
options:
  hosts:
    description:
      - The hosts of the report, by their names in the inventory.
      - What was registered for each as C(dcom_compliance_baseline), C(dcom_compliance_appids), C(dcom_compliance_machine) and
        C(dcom_compliance_denials) is what M(wincom.dcom.baseline), M(wincom.dcom.appid_info), M(wincom.dcom.machine_info) and
        M(wincom.dcom.denial_info) returned.
      - Without O(hosts) and O(reports), the other options are checked, and nothing is written.
    type: list
    elements: str
  reports:
    description: JSON files of reports, which are made one. Of a host that is in more than one, the newest counts.
    type: list
    elements: path
  folder:
    description: The folder to write to. It is made if need be; its files are readable by their owner alone.
    type: path
  copy_to:
    description: A second folder, such as one that outlives the execution environment.
    type: path
  title:
    description: The title of the report.
    type: str
    default: DCOM compliance
  exceptions:
    description:
      - What is accepted. Each is a dictionary with C(finding) (an id, or V(*)) or C(drift=true), C(reason), C(until) (the last day, as
        V(2026-12-31)), and as needed C(hosts) (patterns such as V(web*)), C(appid) (an AppID, or V(machine)) and C(setting).
      - After its last day, what it covered counts again, and the report says so.
    type: list
    elements: raw
    default: []
  fail_on:
    description:
      - What counts as a failure. V(drift) is what differs from the declared state, V(error) also findings of that severity, V(warning) those
        too. Hosts that failed or were not reached count with each of them.
      - V(never) counts nothing.
    type: str
    choices: [never, drift, error, warning]
    default: drift
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  platform:
    platforms:
      - posix
author:
  - wincom.dcom contributors (@wincom)
"""

EXAMPLES = r"""
- name: Make one report of two sites
  wincom.dcom.compliance_report:
    reports: [north/compliance.json, south/compliance.json]
    folder: both
    fail_on: error
  delegate_to: localhost
"""

RETURN = r"""
files:
  description: The files that were written, the page first.
  returned: where there is a report
  type: list
  elements: str
  sample: [dcom-compliance/compliance.html]
fails_for:
  description: Why the run counts as failed; empty where it does not.
  returned: where there is a report
  type: list
  elements: str
  sample: [1 not as declared]
summary:
  description: Counts of hosts by status, of drift, of findings by severity, of accepted and expired exceptions.
  returned: where there is a report
  type: dict
  sample: {hosts: 2, compliant: 1, drifted: 1}
"""
