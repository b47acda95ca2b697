# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The build: what is built is not built again, half a build leaves nothing, and errors say what to do."""
import time

import pytest

import build
import cache
import registry


def test_a_second_build_costs_next_to_nothing():
    build.build()
    heard, start = [], time.time()
    build.build(lambda step, seconds: heard.append(step))
    assert heard == [] and time.time() - start < 2


def test_a_build_that_fails_leaves_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv('WINCOM_LAB_CACHE', str(tmp_path))

    def half(folder):
        (folder / 'half').write_text('')
        raise KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        cache.made('part', 'key', half, None)
    assert list(tmp_path.iterdir()) == []


def test_a_part_is_made_once(monkeypatch, tmp_path):
    monkeypatch.setenv('WINCOM_LAB_CACHE', str(tmp_path))
    heard = []
    for _ in range(2):
        folder = cache.made('part', 'key', lambda folder: (folder / 'file').write_text('x'), lambda *told: heard.append(told))
    assert (folder / 'file').read_text() == 'x' and len(heard) == 1


def test_a_missing_sdk_is_said_in_one_sentence(monkeypatch):
    monkeypatch.setattr(build.shutil, 'which', lambda name: None)
    with pytest.raises(cache.LabError, match=r'needs the \.NET SDK 10'):
        build.need_dotnet()


def test_missing_packages_without_apt_are_named(monkeypatch):
    monkeypatch.setattr(build.shutil, 'which', lambda name: None)
    with pytest.raises(cache.LabError, match='wine wine64 gcc-mingw.*no apt-get'):
        build.install_packages(None)


def test_a_reg_file_says_exactly_what_is_written():
    source = '\ufeffWindows Registry Editor Version 5.00\r\n\r\n; comment\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\A\\B]\r\n@="x\\\\y"\r\n' \
             '"d"=dword:80000000\r\n"b"=hex:01,\\\r\n  02\r\n"odd"=hex(1):41\r\n"gone"=-\r\n[-HKEY_CURRENT_USER\\C]\r\n'
    key = 'HKLM\\SOFTWARE\\A\\B'
    assert list(registry.parse_reg(source)) == [
        (key, None, registry.NONE, b''), (key, '', registry.SZ, 'x\\y\0'.encode('utf-16-le')), (key, 'd', registry.DWORD, b'\0\0\0\x80'),
        (key, 'b', registry.BINARY, b'\1\2'), (key, 'odd', registry.SZ, b'A'), (key, 'gone', registry.DELETE_VALUE, b''),
        ('HKCU\\C', None, registry.DELETE_KEY, b'')]


def test_a_line_that_is_no_reg_line_is_named():
    with pytest.raises(ValueError, match='nonsense'):
        list(registry.parse_reg('[HKEY_LOCAL_MACHINE\\A]\nnonsense'))
