# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Writes down what a host said, so that Ansible never takes it for a template when it is read again."""

from __future__ import annotations

import typing as t

import yaml
from ansible.errors import AnsibleFilterError


class _Dumper(yaml.SafeDumper):
    """Every text is tagged !unsafe. Texts, tables and lists may be of Ansible's own classes, whichever those are."""

    def ignore_aliases(self, data: t.Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    # Half of a surrogate pair can't be written to a file.
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    # ansible-core 2.19 takes !unsafe '12' for a number, and !unsafe '*' for an error: a text that reads otherwise without quotes gets quotes
    # alone. It holds no template, because what holds one reads as a text.
    if dumper.resolve(yaml.ScalarNode, whole, (True, False)) != "tag:yaml.org,2002:str":
        return dumper.represent_scalar("tag:yaml.org,2002:str", whole, style="'")
    return dumper.represent_scalar("!unsafe", whole)


def _table(dumper: yaml.SafeDumper, table: t.Mapping[str, t.Any]) -> yaml.Node:
    pairs = [(dumper.represent_str(str(key)), dumper.represent_data(value)) for key, value in table.items()]
    return yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=not pairs)


def _list(dumper: yaml.SafeDumper, items: t.Iterable[t.Any]) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", list(items), flow_style=False)


for _class, _represent in ((str, _text), (dict, _table), (list, _list), (tuple, _list)):
    _Dumper.add_representer(_class, _represent)
    _Dumper.add_multi_representer(_class, _represent)


def to_unsafe_yaml(data: t.Any) -> str:
    """Data (dicts, lists, texts, numbers, booleans, None) as YAML whose texts are tagged !unsafe; raises AnsibleFilterError."""
    try:
        # texts are not folded: a long one stays on one line
        return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=float("inf"), explicit_start=True)
    except yaml.YAMLError as error:
        raise AnsibleFilterError(f"to_unsafe_yaml: this data can't be written as YAML: {error}") from None


class FilterModule:
    """The filter, by its name."""

    def filters(self) -> dict[str, t.Callable[[t.Any], str]]:
        return {"to_unsafe_yaml": to_unsafe_yaml}
