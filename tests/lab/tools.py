# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The small parts in C: programs for the hosts, and the doubles of two Windows dlls."""
import pathlib
import re
import shutil
import subprocess

import wine
from cache import LabError

HERE = pathlib.Path(__file__).resolve().parent
COMPILER = 'x86_64-w64-mingw32-gcc'
FLAGS = ['-O2', '-s', '-Wall', '-Werror', '-Wno-unused-parameter', '-Wno-unused-but-set-variable']
WITHOUT_CONSOLE = ('keep', 'mdm')
PROGRAM_LIBRARIES = ['-lole32', '-loleaut32', '-luuid', '-lpsapi', '-lntdll']
# dll: its sources, libraries. The image base of advapi32 is within 4 GB above ntdll's: see repair.c.
DOUBLES = {
    'advapi32': ('accounts eventlog logon lookup policy registry repair rights sddl state'.split(), ['-lntdll', '-Wl,--image-base,0x1a0000000']),
    'ole32': (['ole32'], ['-ladvapi32']),
}


def sources():
    """Every file (list of pathlib.Path) that the result depends on; part of the cache key."""
    return sorted([*HERE.glob('windows/*.c'), *HERE.glob('double/*.[ch]'), HERE / 'tools.py', *(wine.DLLS / (name + '.dll') for name in DOUBLES)])


def make(folder):
    """Fill folder with `bin/` (our programs) and `system32/` (the doubles, and Wine's dlls renamed)."""
    (folder / 'bin').mkdir()
    (folder / 'system32').mkdir()
    for source in sorted(HERE.glob('windows/*.c')):
        console = ['-mwindows'] if source.stem in WITHOUT_CONSOLE else []
        compile_c('-municode', *console, '-o', folder / 'bin' / (source.stem + '.exe'), source, *PROGRAM_LIBRARIES)
    for name, (parts, libraries) in DOUBLES.items():
        make_double(name, [HERE / 'double' / (part + '.c') for part in parts], libraries, folder / 'system32')


def call(*argv):
    done = subprocess.run([str(word) for word in argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        raise LabError('%s failed:\n%s' % (' '.join(str(word) for word in argv), done.stderr.decode(errors='replace').strip()))
    return done.stdout.decode()


def compile_c(*arguments):
    call(COMPILER, *FLAGS, *arguments)


def make_double(name, parts, libraries, target):
    """A dll that exports what Wine's exports: functions called lab_X in our sources as X, the rest forwarded."""
    original, renamed = wine.DLLS / (name + '.dll'), name + 'b'
    exported = re.findall(r'^\t\[ *\d+\] (\w+)$', call('x86_64-w64-mingw32-objdump', '-p', original).split('[Ordinal/Name Pointer] Table')[-1], re.M)
    ours = set(re.findall(r'\bWINAPI lab_(\w+)\(', ''.join(part.read_text() for part in parts)))
    shutil.copy(str(original), str(target / (renamed + '.dll')))
    definition, library = target / (name + '.def'), target / ('lib%s.a' % renamed)
    definition.write_text('LIBRARY %s.dll\nEXPORTS\n%s\n' % (renamed, '\n'.join(exported)))
    call('x86_64-w64-mingw32-dlltool', '-d', definition, '-l', library)
    forwarded = ['%s=%s.%s' % (export, renamed, export) for export in exported if export not in ours]
    doubled = ['%s=lab_%s' % (export, export) for export in sorted(ours)]
    definition.write_text('LIBRARY %s.dll\nEXPORTS\n%s\n' % (name, '\n'.join(forwarded + doubled)))
    compile_c('-shared', '-o', target / (name + '.dll'), *parts, definition, '-L%s' % target, '-l%s' % renamed, *libraries)
    definition.unlink()
    library.unlink()
