# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: hostile hosts, reading
"""What a host said, written down and read again: the same, and never a template."""

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.wincom.dcom.plugins.filter.to_unsafe_yaml import FilterModule

to_unsafe_yaml = FilterModule().filters()["to_unsafe_yaml"]
TEXTS = [
    "{{ lookup('pipe', 'touch seen') }}", "{% for a in b %}", "{# x #}", "#jinja2: variable_start_string: '<<'", "!unsafe", "*anchor", "&anchor x", "---", "...",
    "a\nb", "a\r\nb\n\n", " blank ", "- x", "key: value", "# no comment", "1e3", "'", '"', "C:\\a\\b.exe /x",
    "\x00\x07\x1b[31m", "\u0085\u2028\ufeff\ufffe", "\U0001f600", "x " * 500, "%tag", "@at", "`tick", "|", ">", "?", ",", "[", "{",
]


class _Text(str):
    """As Ansible's own classes of texts are."""


class _Loader(yaml.SafeLoader):
    """Reads !unsafe as a text of this class, and shows so which are tagged."""


_Loader.add_constructor("!unsafe", lambda loader, node: _Text(loader.construct_scalar(node)))


def read(written):
    return yaml.load(written, _Loader)  # noqa: S506 (a safe loader)


@pytest.mark.parametrize("text", ["", "yes", "~", "null", "12", "0x1f", "1.5", ".inf", "2026-11-27", "12:30:45", "=", "<<", "*", "&", "!"])
def test_a_text_that_reads_as_something_else_is_quoted(text):
    """With the tag, ansible-core 2.19 makes a number, a date or an error of it."""
    written = to_unsafe_yaml({"one": text})
    assert "!unsafe" not in written and yaml.safe_load(written) == {"one": text}


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_comes_back_tagged(text):
    found = read(to_unsafe_yaml({"one": [{"two": text}, _Text(text)]}))
    assert found == {"one": [{"two": text}, text]}
    assert type(found["one"][0]["two"]) is type(found["one"][1]) is _Text


def test_all_else_comes_back_as_it_is():
    data = {"none": None, "yes": True, "number": 7, "big": 2**40, "share": 1.5, "empty": {}, "list": [], "pair": (1, 2)}
    assert read(to_unsafe_yaml(data)) == {**data, "pair": [1, 2]}
    assert read(to_unsafe_yaml("text")) == "text"


def test_the_same_list_twice_is_written_twice():
    entries = ["x"]
    assert "&" not in to_unsafe_yaml({"a": entries, "b": entries})


def test_half_of_a_surrogate_pair_can_be_written():
    assert read(to_unsafe_yaml(["\ud83d."])) == ["\ufffd."]


@pytest.mark.parametrize("key", ["{{ x }}", "- x", "!unsafe", "a: b", "12"])
def test_a_key_is_quoted(key):
    assert read(to_unsafe_yaml({key: 1})) == {key: 1}


def test_other_data_is_refused():
    with pytest.raises(AnsibleFilterError, match="can't be written as YAML"):
        to_unsafe_yaml({"x": object()})
