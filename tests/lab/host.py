# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A Windows-like host: a copy of the template with its own name, registry, accounts, services and port.

    with Host('WEB01', STANDARD_ACCOUNTS + [Account('IWAM_WEB01')], mdm='system32') as host:
        host.vars('psrp'), host.registry('HKLM\\\\SOFTWARE\\\\Microsoft\\\\Ole'), ...
"""
import atexit
import base64
import functools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import warnings

import accounts as accounts_module
import build
import eventlog
import registry
import tools
import wine
from accounts import STANDARD_ACCOUNTS, Account
from cache import LabError
from command import LAUNCHER, PWSH, CommandShell, Launchers
from hosts import folder_of_all, reap, running, start_time, tear_down
from listener import Listener, spnego
from prefix import DRIVE, system32
from psrp import Pool
from wsman import Service

__all__ = ['Account', 'Host', 'LabError', 'Program', 'STANDARD_ACCOUNTS', 'attach', 'running', 'reap']

USER, PASSWORD = 'lab', 'lab-Passw0rd'
MDM_PATHS = {
    'common': 'C:\\Program Files\\Common Files\\Microsoft Shared\\VS7Debug\\mdm.exe',
    'system32': 'C:\\windows\\system32\\mdm.exe',
}
MDM_FAULTS = ('fail', 'silent', 'hang', 'grumble')      # C:\lab\mdm-<fault>.exe, see windows/mdm.c
OLE = 'HKLM\\SOFTWARE\\Microsoft\\Ole'
LAB = 'HKLM\\SOFTWARE\\WineLab'
COMPUTER_NAME = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\'
# O:BAG:BAD:(A;;0x1f;;;BA)(A;;0x1f;;;IU)(A;;0x1f;;;SY), byte for byte as a real Windows holds it
DEFAULT_LAUNCH_PERMISSION = bytes.fromhex(
    '010004805c0000006c00000000000000140000000200480003000000000018001f000000010200000000000520000000200200000000'
    '14001f000000010100000000000504000000000014001f0000000101000000000005120000000102000000000005200000002002000001'
    '020000000000052000000020020000')


@functools.lru_cache()
def lab():
    """The built lab (build.Lab); built at the first call if need be, with progress on stderr."""
    return build.build(build.tell_on_stderr)


class Host:
    """One host. start() and stop(), or a with statement. Raises LabError, or what the call itself documents."""

    def __init__(self, name, accounts=STANDARD_ACCOUNTS, mdm=()):
        """name: at most 15 letters, digits and hyphens. mdm: where mdm.exe is to be found: 'common', 'system32',
        a Windows path, or a list of those."""
        if not name.replace('-', '').isalnum() or not 0 < len(name) <= 15:
            raise LabError('%r is no computer name: Windows takes up to 15 letters, digits and hyphens.' % name)
        self.name, self.user, self.password = name.upper(), USER, PASSWORD
        self.accounts = list(accounts)
        self.mdm = [MDM_PATHS.get(place, place) for place in ([mdm] if isinstance(mdm, str) else mdm)]
        self.folder = self.port = self.listener = self.launchers = self.keeper = None

    # ---- life ----
    def start(self):
        if self.folder:                             # started already
            return self
        reap()
        built = lab()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=self.name + '-', dir=str(folder_of_all())))
        atexit.register(self.stop)
        try:
            self._sign()
            self._make_drive(built)
            self._start_windows()
            self._listen()
            self._sign()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self):
        """End everything of the host and remove it. Harmless when it is stopped already."""
        folder, self.folder = self.folder, None
        if not folder:
            return
        atexit.unregister(self.stop)
        if self.launchers:
            self.launchers.close()
        if self.listener:
            self.listener.close()
        tear_down(folder)
        if self.keeper:
            self.keeper.wait()

    def __enter__(self):
        return self.start()

    def __exit__(self, *error):
        self.stop()

    @property
    def prefix(self):
        return self.folder / 'prefix'

    @property
    def env(self):
        return wine.environment(self.prefix)

    def _sign(self):
        """Write down who we are and to which process we belong, so that others find us, or can clear up."""
        about = {'name': self.name, 'owner': os.getpid(), 'since': start_time(os.getpid()), 'port': self.port}
        (self.folder / 'new.json').write_text(json.dumps(about))
        (self.folder / 'new.json').rename(self.folder / 'host.json')

    def _make_drive(self, built):
        subprocess.run(['cp', '-a', '--reflink=auto', str(built.template), str(self.prefix)], check=True)
        programs = built.tools / 'bin'
        for dll in (built.tools / 'system32').iterdir():
            link(dll, system32(self.prefix) / dll.name)
        for program in ('launch', 'keep', 'regdump', 'process', 'vault', 'watch'):
            link(programs / (program + '.exe'), self.path('C:\\%s.exe' % program))
        link(programs / 'launch.exe', system32(self.prefix) / 'WindowsPowerShell/v1.0/powershell.exe')
        for path in self.mdm + ['C:\\lab\\mdm-%s.exe' % fault for fault in MDM_FAULTS]:
            place = self.path(path)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(str(programs / 'mdm.exe'), str(place))
        self.write_events([])

    def _start_windows(self):
        subprocess.run([wine.SERVER, '-p'], env=self.env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._apply(self._first_registry())         # the first process: Wine boots
        self.keeper = subprocess.Popen([wine.LOADER, 'C:\\keep.exe'], env=self.env, cwd=str(self.prefix / DRIVE), start_new_session=True,
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _first_registry(self):
        """What a Windows Server has and Wine lacks, and what the doubles need."""
        for key, name in ((COMPUTER_NAME + 'ComputerName', 'ComputerName'), (COMPUTER_NAME + 'ActiveComputerName', 'ComputerName'),
                          ('HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters', 'Hostname')):
            yield key, name, registry.SZ, registry.text(self.name)
        for dll in tools.DOUBLES:
            yield 'HKCU\\Software\\Wine\\AppDefaults\\pwsh.exe\\DllOverrides', dll, registry.SZ, registry.text('native,builtin')
        yield OLE, 'EnableDCOM', registry.SZ, registry.text('Y')
        yield OLE, 'DefaultLaunchPermission', registry.BINARY, DEFAULT_LAUNCH_PERMISSION
        yield 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\Ansible', None, registry.NONE, b''
        yield LAB, None, registry.NONE, b''
        yield from accounts_module.entries(self.accounts)

    def _listen(self):
        self.launchers = Launchers(self.env)
        service = Service(lambda variables, codepage: CommandShell(self.launchers, variables, codepage),
                          lambda shell_id, resource, creation: Pool(self.launchers, shell_id, resource, creation))
        self.listener = Listener(service, self.user, self.password, self.folder / 'requests.jsonl')
        self.port = self.listener.port

    # ---- for Ansible ----
    def vars(self, connection='psrp'):
        """The Ansible variables (dict) that reach the host. connection: 'psrp', 'winrm' (Basic) or 'ntlm'."""
        if connection == 'ntlm' and not spnego:
            raise LabError('NTLM needs pyspnego in the Python that runs the lab (%s): pip install pyspnego' % sys.executable)
        common = {'ansible_host': '127.0.0.1', 'ansible_port': self.port, 'ansible_user': self.user, 'ansible_password': self.password,
                  'ansible_connection': 'psrp' if connection == 'psrp' else 'winrm', 'ansible_pwsh_interpreter': PWSH}
        ways = {
            'psrp': {'ansible_psrp_protocol': 'http', 'ansible_psrp_auth': 'basic', 'ansible_psrp_message_encryption': 'never'},
            'winrm': {'ansible_winrm_scheme': 'http', 'ansible_winrm_transport': 'basic'},
            'ntlm': {'ansible_winrm_scheme': 'http', 'ansible_winrm_transport': 'ntlm'},
        }
        return {**common, **ways[connection]}

    def requests(self):
        """What the listener was asked so far: dicts with op, in, out (bytes), status, ms."""
        log = self.folder / 'requests.jsonl'
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def cut_at(self, *operations):
        """Reset every connection until mend(), from the message that completes these operations, asked in this order:
        ('Command', 'Receive') is the first Receive after a Command."""
        self.listener.cut_at = operations

    def mend(self):
        self.listener.cut_at = None

    # ---- programs ----
    def run(self, *argv, timeout=60, stdin=b''):
        """Run a Windows program; subprocess.CompletedProcess with bytes. Raises subprocess.TimeoutExpired."""
        return wine.run(self.env, *argv, stdin=stdin, timeout=timeout)

    def powershell(self, script, timeout=120):
        """Run a PowerShell script (str), without Ansible; CompletedProcess with bytes in UTF-8."""
        # no progress records on stderr, no colours
        script = '$ProgressPreference = "SilentlyContinue"; $PSStyle.OutputRendering = "PlainText"\n' + script
        encoded = base64.b64encode(script.encode('utf-16-le')).decode()
        return self.run(LAUNCHER, PWSH, '-NoLogo', '-NoProfile', '-NonInteractive', '-OutputFormat', 'Text', '-EncodedCommand', encoded,
                        timeout=timeout)

    def start_program(self, *argv):
        """Start a Windows program that is left running; returns Program. Raises LabError."""
        return Program(self, int(self._lab_program('process', 'start', subprocess.list2cmdline(argv)).stdout))

    def processes(self):
        """[(Windows process id, path of its image)]"""
        lines = self._lab_program('process', 'list').stdout.decode().splitlines()
        return [(int(pid), path) for pid, path in (line.split('\t', 1) for line in lines)]

    def install_service(self, name, command, account=None):
        """Make a Windows service, started on demand; command is its command line."""
        more = ['obj=', account] if account else []
        self.check('sc.exe', 'create', name, 'binPath=', command, 'start=', 'demand', *more)

    def check(self, *argv, **more):
        """run(), for a program that has to succeed; its output (bytes). Raises LabError."""
        done = self.run(*argv, **more)
        if done.returncode:
            raise LabError('%s ended with %d on %s: %s' % (' '.join(argv), done.returncode, self.name,
                                                           (done.stdout + done.stderr).decode(errors='replace').strip()))
        return done.stdout

    def _lab_program(self, name, *words, stdin=b''):
        """Run a program of tests/lab/windows, each of which says why it fails; CompletedProcess. Raises LabError.

        One that fails without a word is one that Wine could not start, as a busy machine sees now and then; it has done nothing
        and is started once more.
        """
        for _started in range(2):
            done = self.run('C:\\%s.exe' % name, *words, stdin=stdin)
            if not done.returncode:
                return done
            if name.encode() + b':' in done.stderr:
                break
            warnings.warn('%s.exe ended with %d, without a word, on %s' % (name, done.returncode, self.name), stacklevel=3)
        told = (done.stdout + done.stderr).decode(errors='replace').strip() or 'without a word'
        raise LabError('%s.exe %s ended with %d on %s: %s' % (name, ' '.join(words), done.returncode, self.name, told))

    # ---- files and registry ----
    def path(self, windows_path):
        """The Linux path (pathlib.Path) of a path on drive C:. What is there already keeps its spelling of case."""
        drive, *parts = windows_path.replace('/', '\\').split('\\')
        if drive.upper() != 'C:':
            raise LabError('%s: a host has drive C: only.' % windows_path)
        place = self.prefix / DRIVE
        for part in filter(None, parts):
            same = [name for name in (os.listdir(str(place)) if place.is_dir() else []) if name.lower() == part.lower()]
            place = place / (same[0] if same else part)
        return place

    def registry(self, key):
        """{relative subkey path ('' = the key): {value name ('' = default): (type, bytes)}}; bytes as they are stored.

        Raises KeyError where the key isn't there. A 64-bit program reads: 32-bit keys are under WOW6432Node.
        """
        [found] = self.registries(key)
        if not found:
            raise KeyError(key)
        return found

    def registries(self, *keys):
        """[as registry() gives it, ...] of several keys, read by one program; {} for a key that isn't there.

        Of a key that ends with NAME* only the subkeys whose name begins so.
        """
        return registry.parse_dump(self._lab_program('regdump', 'dump', *keys).stdout)

    def import_registry(self, what):
        """Write values with any type and any bytes: (key, name, type, bytes) each, or the text of a .reg file."""
        self._apply(registry.parse_reg(what) if isinstance(what, str) else what)

    def delete_key(self, key):
        """Remove a key and all below it. Raises LabError where it isn't there."""
        self._apply([(key, None, registry.DELETE_KEY, b'')])

    def _apply(self, entries):
        self._lab_program('regdump', 'apply', stdin=registry.script(entries))

    # ---- doubles ----
    def set_double(self, name, value):
        """Turn a knob of the doubles (NotElevated, HideBuiltin, EvtQueryError, ...); None: back to normal.

        A name with a backslash reaches what is below, as in 'Domains\\\\CONTOSO\\\\LookupError'.
        """
        key, _, value_name = (LAB + '\\' + name).rpartition('\\')
        if value is None:
            if value_name in self.registry(LAB).get(key[len(LAB) + 1:], {}):
                self._apply([(key, value_name, registry.DELETE_VALUE, b'')])
            return
        kind, data = (registry.DWORD, registry.dword(value)) if isinstance(value, int) else (registry.SZ, registry.text(value))
        self._apply([(key, value_name, kind, data)])

    def write_events(self, events, log='System', path=None):
        """Fill an event log, or an exported one at a Windows path, with events in place of what is there; see eventlog.text()."""
        place = self.path(path or 'C:\\lab\\eventlog\\%s.evtx' % log)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(eventlog.text(events, self.name), encoding='utf-8')

    def protect_keys(self, *paths):
        """Make keys (paths below HKLM) look owned by TrustedInstaller, Administrators reading only; until the host stops."""
        program = self.start_program('C:\\vault.exe', *paths)
        deadline = time.monotonic() + 10
        while self.registry(LAB).get('Vault', {}).get('Pid') != (registry.DWORD, registry.dword(program.pid)):
            if time.monotonic() > deadline or not program.running():
                raise LabError('The keys could not be protected on %s: %s' % (self.name, ', '.join(paths)))
            time.sleep(0.05)
        return program


class Program:
    """A Windows program that was left running; pid is its Windows process id."""

    def __init__(self, host, pid):
        self.host, self.pid = host, pid

    def running(self):
        return any(pid == self.pid for pid, path in self.host.processes())

    def kill(self):
        self.host.run('C:\\process.exe', 'end', str(self.pid))


def attach(name):
    """A Host object for a host that another process runs: registry, programs, doubles, requests; not for its life.

    LAB_SESSION (the owner's process id) in the environment tells hosts of the same name apart. Raises LabError.
    """
    session = os.environ.get('LAB_SESSION')
    alive = [(folder, about) for folder, about in running() if session in (None, str(about['owner']))]
    found = [(folder, about) for folder, about in alive if about['name'] == name.upper()]
    if len(found) != 1:
        raise LabError('There are %d running hosts called %s; running are: %s.'
                       % (len(found), name, ', '.join(sorted(about['name'] for folder, about in alive)) or 'none'))
    host = Host(name)
    host.folder, host.port = found[0][0], found[0][1]['port']
    return host


def link(source, target):
    target.unlink() if target.is_symlink() or target.exists() else target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(source)
