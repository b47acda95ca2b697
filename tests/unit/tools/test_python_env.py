# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where Python packages come from: an index that answers, else a folder of wheels, else Debian."""

from __future__ import annotations

import functools
import http.server
import threading
import time
import zipfile
from pathlib import Path

import pytest
import python_env

WHEEL = "pywinrm-9.9-py3-none-any.whl"


def make_wheel(folder: Path) -> None:
    """Write the smallest wheel that pip installs."""
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / WHEEL, "w") as wheel:
        wheel.writestr("winrm.py", "")
        wheel.writestr("pywinrm-9.9.dist-info/METADATA", "Metadata-Version: 2.1\nName: pywinrm\nVersion: 9.9\n")
        wheel.writestr("pywinrm-9.9.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("pywinrm-9.9.dist-info/RECORD", "")


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """An empty cache, one package to install, no index and no wheels."""
    monkeypatch.setenv("WINCOM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("WINCOM_WHEELS", str(tmp_path / "none"))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.delenv("WINCOM_PYTHON_ENV", raising=False)
    monkeypatch.setattr(python_env, "PACKAGES", ("pywinrm",))
    monkeypatch.setattr(python_env.apt, "missing", lambda packages: [])  # what Debian has, this machine has
    return tmp_path


@pytest.fixture
def index(alone, monkeypatch):
    """A package index on this machine."""
    make_wheel(alone / "www" / "simple" / "pywinrm")
    (alone / "www" / "simple" / "pywinrm" / "index.html").write_text(f'<a href="{WHEEL}">{WHEEL}</a>')

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(alone / "www"))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/simple")
        yield
        server.shutdown()


def test_an_index_that_answers_comes_first(index):
    programs = python_env.ensure()
    assert programs.parent.name.startswith("index-")
    assert python_env.versions(programs)["pywinrm"] == "9.9"


def test_the_second_time_asks_nobody(index, monkeypatch):
    programs = python_env.ensure()
    monkeypatch.setattr(python_env, "_run", lambda *_command, **_options: pytest.fail("something was run"))
    assert python_env.ensure() == programs


def test_wheels_serve_where_no_index_answers(alone, monkeypatch):
    make_wheel(alone / "wheels")
    monkeypatch.setenv("WINCOM_WHEELS", str(alone / "wheels"))
    begun = time.monotonic()
    programs = python_env.ensure()
    assert programs.parent.name.startswith("wheels-")
    assert python_env.versions(programs)["pywinrm"] == "9.9"
    assert time.monotonic() - begun < 60, "asking an index that isn't there took too long"


def test_debian_serves_where_nothing_else_does(alone, monkeypatch):
    monkeypatch.setattr(python_env, "_debian", lambda: Path("/usr/bin"))
    assert python_env.ensure() == Path("/usr/bin")


def test_a_forced_source_is_not_replaced_by_another(alone):
    with pytest.raises(python_env.PythonEnvError, match="no package index answers"):
        python_env.ensure("index")
    with pytest.raises(python_env.PythonEnvError, match="WINCOM_WHEELS"):
        python_env.ensure("wheels")


def test_nothing_works_says_what_was_tried(alone, monkeypatch):
    def refused() -> Path:
        raise python_env.apt.AptError("only root can install them")

    monkeypatch.setattr(python_env, "_debian", refused)
    with pytest.raises(python_env.PythonEnvError) as failure:
        python_env.ensure()
    for word in ("index:", "wheels:", "debian: only root can install them"):
        assert word in str(failure.value)
