# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The small parts in C: programs for the hosts, and the doubles of three Windows dlls."""
import os
import pathlib
import re
import shutil
import subprocess
from concurrent import futures

import cache
import wine
from cache import LabError

HERE = pathlib.Path(__file__).resolve().parent
COMPILER = 'x86_64-w64-mingw32-gcc'
FLAGS = ['-O2', '-s', '-Wall', '-Werror', '-Wno-unused-parameter', '-Wno-unused-but-set-variable']
WITHOUT_CONSOLE = ('keep', 'mdm', 'watch')
PROGRAM_LIBRARIES = ['-lole32', '-loleaut32', '-luuid', '-lpsapi', '-lntdll']
# dll: its sources, libraries. The image base of advapi32 is within 4 GB above ntdll's: see repair.c.
DOUBLES = {
    'advapi32': ('accounts eventlog logon lookup policy registry repair rights sddl services state'.split(), ['-lntdll', '-Wl,--image-base,0x1a0000000']),
    'ole32': (['ole32'], ['-ladvapi32']),
    'netapi32': (['netapi32'], ['-ladvapi32']),
    'wevtapi': (['wevtapi'], ['-ladvapi32']),
}


def sources():
    """Every file (list of pathlib.Path) that the result depends on; part of the cache key."""
    return sorted([*HERE.glob('windows/*.c'), *HERE.glob('double/*.[ch]'), HERE / 'tools.py', *(wine.DLLS / (name + '.dll') for name in DOUBLES)])


def make(folder):
    """Fill folder with `bin/` (our programs) and `system32/` (the doubles, and Wine's dlls renamed)."""
    (folder / 'bin').mkdir()
    (folder / 'system32').mkdir()
    programs = sorted(HERE.glob('windows/*.c'))
    parts = sorted(HERE.glob('double/*.c'))
    with futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        objects = dict(zip(parts, pool.map(compiled_part, parts)))
        for source, program in zip(programs, pool.map(compiled_program, programs)):
            shutil.copy(str(program), str(folder / 'bin' / (source.stem + '.exe')))
    for name, (stems, libraries) in DOUBLES.items():
        make_double(name, {HERE / 'double' / (stem + '.c'): objects[HERE / 'double' / (stem + '.c')] for stem in stems},
                    libraries, folder / 'system32')


def compiled_program(source):
    return compiled(source, '.exe', ['-municode', *(['-mwindows'] if source.stem in WITHOUT_CONSOLE else [])], PROGRAM_LIBRARIES)


def compiled_part(source):
    return compiled(source, '.o', ['-c', '-DWIN32_LEAN_AND_MEAN'], [])


def compiled(source, suffix, flags, libraries):
    """The path of the compiled source; each is kept by what it is made of, so that a change compiles one file."""
    folder = cache.root() / 'objects'
    folder.mkdir(exist_ok=True)
    key = cache.key_of(source, HERE / 'double/lab.h', ' '.join(FLAGS + flags + libraries))
    target = folder / ('%s-%s%s' % (source.stem, key, suffix))
    if not target.exists():
        scratch = folder / ('making-' + target.name)
        call(COMPILER, *FLAGS, *flags, '-o', scratch, source, *libraries)
        scratch.rename(target)
    return target


def call(*argv):
    done = subprocess.run([str(word) for word in argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        raise LabError('%s failed:\n%s' % (' '.join(str(word) for word in argv), done.stderr.decode(errors='replace').strip()))
    return done.stdout.decode()


def make_double(name, parts, libraries, target):
    """A dll that exports what Wine's exports: functions called lab_X in our sources as X, the rest forwarded.

    parts: {source: object file}."""
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
    call(COMPILER, *FLAGS, '-shared', '-o', target / (name + '.dll'), *parts.values(), definition, '-L%s' % target, '-l%s' % renamed, *libraries)
    definition.unlink()
    library.unlink()
