#!/usr/bin/env python3
# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The lab: Windows-like hosts on this machine, for Ansible to work on. README.md next to this file tells more."""
import argparse
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import build                                        # noqa: E402
import cache                                        # noqa: E402
import wine                                         # noqa: E402
from accounts import GERMAN_ACCOUNTS                # noqa: E402
from cache import LabError                          # noqa: E402
from command import LAUNCHER, PWSH                  # noqa: E402
from host import STANDARD_ACCOUNTS, Account, Host, attach, reap, running       # noqa: E402

DESCRIPTION_KEYS = {'groups', 'accounts', 'german_names', 'mdm', 'connection', 'vars', 'registry', 'doubles', 'run', 'services', 'start', 'protect'}


def main(words=None):
    options = arguments().parse_args(words)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))     # so that hosts are torn down
    try:
        return options.do(options) or 0
    except LabError as error:
        print('lab: %s' % error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def arguments():
    parser = argparse.ArgumentParser(prog='lab.py', description=__doc__)
    commands = parser.add_subparsers(dest='command', metavar='COMMAND', required=True)

    def command(name, do, text, *more):
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(do=do)
        for flags, settings in more:
            sub.add_argument(*flags, **settings)

    name = (['name'], {'metavar': 'NAME', 'help': 'the computer name of a running host'})
    command('build', do_build, 'build what is missing; a second time costs next to nothing')
    command('up', do_up, 'run hosts until Ctrl-C, and say how to reach them',
            (['names'], {'metavar': 'NAME', 'nargs': '+'}),
            (['--accounts'], {'nargs': '*', 'default': [], 'metavar': 'USER', 'help': 'local users of each host'}),
            (['--mdm'], {'nargs': '*', 'default': ['system32'], 'metavar': 'PLACE', 'help': 'common, system32 or a Windows path'}),
            (['--connection'], {'default': 'psrp', 'choices': ['psrp', 'winrm', 'ntlm']}))
    command('shell', do_shell, 'PowerShell in a fresh host, which goes when you leave')
    command('run', do_run, 'bring up the hosts of a JSON file, run a command, tear them down; exit code is that of the command',
            (['hosts'], {'metavar': 'HOSTS.json'}),
            (['line'], {'metavar': '-- COMMAND', 'nargs': argparse.REMAINDER, 'help': '{inventory} in it becomes the path of the inventory'}))
    command('registry', do_registry, 'print a key of a running host as JSON: {subkey: {value: [type, hex]}}', name, (['key'], {'metavar': 'KEY'}))
    command('requests', do_requests, 'print what the listener of a running host was asked, one JSON object a line', name)
    command('exec', do_exec, 'run a Windows program in a running host', name, (['line'], {'metavar': 'PROGRAM', 'nargs': argparse.REMAINDER}))
    command('clean', do_clean, 'end all hosts and remove everything the lab has built')
    return parser


def do_build(options):
    build.build(build.tell_on_stderr)
    reap()
    print('The lab is ready in %s.' % cache.root())


def do_up(options):
    description = {name: {'accounts': options.accounts, 'mdm': options.mdm, 'connection': options.connection} for name in options.names}
    with started(description, pathlib.Path.cwd()) as (hosts, inventory):
        print(inventory.read_text())
        print('Inventory: %s\nCtrl-C ends the hosts.' % inventory, flush=True)
        signal.pause()


def do_shell(options):
    with Host('LAB', STANDARD_ACCOUNTS + [Account('IWAM_LAB')], mdm='system32') as host:
        way = [PWSH, '-NoLogo'] if sys.stdin.isatty() else [LAUNCHER, PWSH, '-NoLogo', '-NoProfile', '-Command', '-']
        env = dict(host.env, TERM=os.environ.get('TERM', 'dumb'))
        return subprocess.run([wine.LOADER, *way], env=env, cwd=str(host.prefix / 'drive_c')).returncode


def do_run(options):
    line = options.line[1:] if options.line[:1] == ['--'] else options.line
    if not line:
        raise LabError('Nothing to run. Usage: lab.py run HOSTS.json -- COMMAND...')
    file = pathlib.Path(options.hosts)
    try:
        description = json.loads(file.read_text(encoding='utf-8'))
    except (OSError, ValueError) as error:
        raise LabError('%s can\'t be read as a description of hosts: %s' % (file, error)) from None
    with started(description, file.resolve().parent) as (hosts, inventory):
        env = dict(os.environ, LAB_INVENTORY=str(inventory), LAB_SESSION=str(os.getpid()), LAB=str(HERE / 'lab.py'))
        return subprocess.run([word.replace('{inventory}', str(inventory)) for word in line], env=env).returncode


def do_registry(options):
    try:
        keys = attach(options.name).registry(options.key)
    except KeyError:
        raise LabError('%s has no key %s.' % (options.name, options.key)) from None
    print(json.dumps({path: {name: [kind, data.hex()] for name, (kind, data) in values.items()} for path, values in keys.items()}, indent=1))


def do_requests(options):
    for request in attach(options.name).requests():
        print(json.dumps(request))


def do_exec(options):
    done = attach(options.name).run(*options.line, stdin=b'' if sys.stdin.isatty() else sys.stdin.buffer.read())
    sys.stdout.buffer.write(done.stdout)
    sys.stderr.buffer.write(done.stderr)
    return done.returncode


def do_clean(options):
    others = ['%s (process %d)' % (about['name'], about['owner']) for folder, about in running()]
    if others:
        raise LabError('Hosts are running: %s. End those first.' % ', '.join(others))
    reap()
    with cache.lock():
        shutil.rmtree(str(cache.root()))


@contextlib.contextmanager
def started(description, folder):
    """The hosts of a description ({name: {...}}, see README.md), and the path of an Ansible inventory of them.

    Paths in the description are relative to folder.
    """
    with contextlib.ExitStack() as stack:
        hosts = {name: stack.enter_context(start(name, wanted, folder)) for name, wanted in description.items()}
        place = stack.enter_context(tempfile.TemporaryDirectory(prefix='lab-inventory-'))
        path = pathlib.Path(place) / 'inventory.json'
        path.write_text(json.dumps(inventory_of(hosts, description), indent=1))
        yield hosts, path


def start(name, wanted, folder):
    unknown = set(wanted) - DESCRIPTION_KEYS
    if unknown:
        raise LabError('%s: unknown key %s. Known are: %s.' % (name, ', '.join(sorted(unknown)), ', '.join(sorted(DESCRIPTION_KEYS))))
    german = bool(wanted.get('german_names'))
    every = STANDARD_ACCOUNTS + (GERMAN_ACCOUNTS if german else []) + [account_of(name, said) for said in wanted.get('accounts', [])]
    host = Host(name, every, wanted.get('mdm', ())).start()
    try:
        if german:
            host.set_double('HideBuiltin', 1)
        prepare(host, wanted, folder)
    except BaseException:
        host.stop()
        raise
    return host


def prepare(host, wanted, folder):
    """Bring a started host into the wanted state; doubles come last, so that they spare the preparation."""
    if 'registry' in wanted:
        host.import_registry(text_of((folder / wanted['registry']).read_bytes()))
    for line in wanted.get('run', []):
        host.check(*line)
    for service, line in wanted.get('services', {}).items():
        host.install_service(service, line)
    for line in wanted.get('start', []):
        host.start_program(*line)
    if wanted.get('protect'):
        host.protect_keys(*wanted['protect'])
    for knob, value in wanted.get('doubles', {}).items():
        host.set_double(knob, value)


def account_of(host, said):
    try:
        return Account(**said) if isinstance(said, dict) else Account(said)
    except TypeError as error:
        raise LabError('%s: %s describes no account: %s' % (host, json.dumps(said), error)) from None


def text_of(reg_file):
    """The text of a .reg file (bytes): regedit writes UTF-16, people write UTF-8."""
    return reg_file.decode('utf-16' if reg_file.startswith((b'\xff\xfe', b'\xfe\xff')) else 'utf-8')


def inventory_of(hosts, description):
    """An inventory (dict) that is JSON, and so YAML."""
    groups = {}
    for name in hosts:
        for group in description[name].get('groups', []):
            groups.setdefault(group, {'hosts': {}})['hosts'][name] = {}
    every = {name: {**host.vars(description[name].get('connection', 'psrp')), **description[name].get('vars', {})}
             for name, host in hosts.items()}
    return {'all': {'hosts': every, 'children': groups}}


if __name__ == '__main__':
    sys.exit(main())
