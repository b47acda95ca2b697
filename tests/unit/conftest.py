# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Makes ``ansible_collections.wincom.dcom`` importable in the unit tests.

pytest-ansible does it where it is installed and asked (``--ansible-unit-inject-only``, as ``make test`` does); else
the few lines below do. Each test that it serves is marked in the JUnit file, so that the summary can count them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder  # noqa: E402
from collection import linked_path  # noqa: E402

_FIXTURES = {"ansible_adhoc", "ansible_facts", "ansible_module", "localhost"}


def _finder() -> _AnsibleCollectionFinder | None:
    return next((finder for finder in sys.meta_path if isinstance(finder, _AnsibleCollectionFinder)), None)


_INJECTED = _finder() is not None
if not _INJECTED:
    _AnsibleCollectionFinder(paths=[linked_path()])._install()


def _imports_collection(module: object) -> bool:
    """Tell whether a test module uses something of a collection."""
    for value in vars(module).values():
        origin = getattr(value, "__module__", None) or getattr(value, "__name__", None)
        if isinstance(origin, str) and origin.startswith("ansible_collections."):
            return True
    return False


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests that pytest-ansible serves, by its fixtures or by its injection of the collection."""
    if not config.pluginmanager.hasplugin("pytest_ansible") and not config.pluginmanager.hasplugin("ansible"):
        return
    for item in items:
        if _FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.user_properties.append(("pytest_ansible", "fixtures"))
        elif _INJECTED and _imports_collection(getattr(item, "module", None)):
            item.user_properties.append(("pytest_ansible", "collection injection"))
