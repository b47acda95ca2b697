# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Registry values as bytes: what regdump.exe reads and writes, and the text of .reg files."""
import re
import struct

NONE, SZ, EXPAND_SZ, BINARY, DWORD, MULTI_SZ, QWORD = 0, 1, 2, 3, 4, 7, 11
ROOTS = {'HKEY_LOCAL_MACHINE': 'HKLM', 'HKEY_CURRENT_USER': 'HKCU', 'HKEY_CLASSES_ROOT': 'HKCR', 'HKEY_USERS': 'HKU'}
DELETE_KEY, DELETE_VALUE = 'delete key', 'delete value'     # in place of a type


def text(value):
    """The bytes of a string value: UTF-16LE with its terminating NUL."""
    return (value + '\0').encode('utf-16-le', 'surrogatepass')


def dword(value):
    return struct.pack('<I', value & 0xffffffff)


def _hex(name):
    return name.encode('utf-16-le', 'surrogatepass').hex() or '-'


def _name(digits):
    return b'' if digits == '-' else bytes.fromhex(digits)


def script(entries):
    """The lines (bytes) for `regdump.exe apply`.

    Each entry is (key, name, type, bytes); a name of None only creates the key. DELETE_KEY and DELETE_VALUE
    stand in place of a type.
    """
    lines = []
    for key, name, kind, data in entries:
        if kind == DELETE_KEY:
            lines.append('D %s' % _hex(key))
        elif kind == DELETE_VALUE:
            lines.append('R %s %s' % (_hex(key), _hex(name)))
        elif name is None:
            lines.append('K %s' % _hex(key))
        else:
            lines.append('V %s %s %d %s' % (_hex(key), _hex(name), kind, data.hex() or '-'))
    return '\n'.join(lines + ['']).encode()


def parse_dump(output):
    """[{relative path of the key ('' = itself): {value name ('' = default): (type, bytes)}}, ...] from `regdump.exe dump`."""
    dumps = []
    for line in output.decode('ascii').splitlines():
        kind, *words = line.split()
        if kind == 'H':
            dumps.append({})
            continue
        path, *value = words
        values = dumps[-1].setdefault(_name(path).decode('utf-16-le', 'surrogatepass'), {})
        if kind == 'V':
            values[_name(value[0]).decode('utf-16-le', 'surrogatepass')] = (int(value[1]), _name(value[2]))
    return dumps


def parse_reg(source):
    """The entries of the text of a .reg file. Raises ValueError with the line that can't be read."""
    key = None
    for line in re.sub(r'\\\r?\n\s*', '', source.lstrip('\ufeff')).splitlines():
        line = line.strip()
        if not line or line.startswith((';', 'Windows Registry Editor', 'REGEDIT')):
            continue
        section = re.fullmatch(r'\[(-?)(\w+)\\?(.*)\]', line)
        if section:
            minus, root, rest = section.groups()
            key = ROOTS.get(root, root) + ('\\' + rest if rest else '')
            yield key, None, DELETE_KEY if minus else NONE, b''
            continue
        value = re.fullmatch(r'(@|"(?:[^"\\]|\\.)*")\s*=\s*(.*)', line)
        if not value or key is None:
            raise ValueError('not a line of a .reg file: %s' % line)
        yield (key, '' if value.group(1) == '@' else _unquote(value.group(1)), *_data(value.group(2), line))


def _unquote(quoted):
    return re.sub(r'\\(.)', r'\1', quoted[1:-1])


def _data(written, line):
    if written == '-':
        return DELETE_VALUE, b''
    if written.startswith('"'):
        return SZ, text(_unquote(written))
    if written.startswith('dword:'):
        return DWORD, dword(int(written[6:], 16))
    digits = re.fullmatch(r'hex(?:\(([0-9a-fA-F]+)\))?:([0-9a-fA-F,\s]*)', written)
    if not digits:
        raise ValueError('not a value of a .reg file: %s' % line)
    return int(digits.group(1) or '3', 16), bytes.fromhex(digits.group(2).replace(',', ' '))
