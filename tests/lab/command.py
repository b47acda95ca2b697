# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Programs behind a WinRM command shell."""
import base64
import contextlib
import os
import select
import subprocess
import threading
import time
import uuid
from xml.sax.saxutils import quoteattr

import wine
from wsman import Fault, RSP, TimedOut

PWSH = 'C:\\Program Files\\PowerShell\\7\\pwsh.exe'
LAUNCHER = 'C:\\launch.exe'
WARM = 2            # launchers kept ready: Wine takes a while to start one
UTF8 = '65001'


class Launchers:
    """Starts launch.exe, and keeps a few waiting for their command line."""

    def __init__(self, env):
        self.env, self.waiting, self.lock, self.closed = env, [], threading.Lock(), False
        self.refill()

    def start(self, line, more_env):
        """Run a Windows command line (str) in a console; returns subprocess.Popen with pipes."""
        process = None if more_env else self._warm()
        if not process:
            process = self._spawn('--wait', more_env)
        process.stdin.write(line.encode() + b'\n')
        process.stdin.flush()
        return process

    def _spawn(self, argument, more_env=None):
        return subprocess.Popen([wine.LOADER, LAUNCHER, argument], env=dict(self.env, **(more_env or {})),
                                cwd=self.env['WINEPREFIX'] + '/drive_c', start_new_session=True,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def _warm(self):
        with self.lock:
            process = self.waiting.pop(0) if self.waiting else None
        self.refill()
        return process if process and process.poll() is None else None

    def refill(self):
        threading.Thread(target=self._refill, daemon=True).start()

    def _refill(self):
        with self.lock:
            while len(self.waiting) < WARM and not self.closed:
                self.waiting.append(self._spawn('--wait'))

    def close(self):
        """Start nothing more: a program that Wine starts in a prefix that is gone would make it anew."""
        with self.lock:
            self.closed = True
            for process in self.waiting:
                process.kill()
                process.wait()                      # never for its pipes: what of Wine it started first holds them
                for pipe in (process.stdin, process.stdout, process.stderr):
                    pipe.close()


class Command:
    """One running program: what it wrote and how it ended, for a client that polls."""

    def __init__(self, process):
        self.process, self.changed = process, threading.Condition()
        self.output, self.code = [], None           # [(stream name, bytes)]; exit code once all output is here
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self):
        streams = {self.process.stdout: 'stdout', self.process.stderr: 'stderr'}
        while streams:
            ready = select.select(list(streams), [], [], 0.05)[0]
            if not ready and self.process.poll() is not None:
                break                               # ended, but a child that outlives it holds the pipe
            for stream in ready:
                data = os.read(stream.fileno(), 65536)
                if not data:
                    del streams[stream]
                    continue
                with self.changed:
                    self.output.append((streams[stream], data))
                    self.changed.notify_all()
        code = self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()
        with self.changed:
            self.code = code if code >= 0 else 1
            self.changed.notify_all()

    def send(self, data, end):
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
            if end:
                self.process.stdin.close()
        except (BrokenPipeError, ValueError):       # it ended, or closed its input: the client hears the rest
            pass

    def receive(self, timeout):
        """([(stream, bytes)], exit code or None); raises TimedOut when nothing happens for timeout seconds."""
        deadline = time.monotonic() + timeout
        with self.changed:
            while not self.output and self.code is None:
                if not self.changed.wait(max(0, deadline - time.monotonic())) and time.monotonic() >= deadline:
                    raise TimedOut()
            output, self.output = self.output, []
            return output, self.code

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()                     # launch.exe's job takes the program with it
        with contextlib.suppress(OSError):
            self.process.stdin.close()


class CommandShell:
    """What a client creates first: an environment that commands run in."""

    def __init__(self, launchers, variables, codepage):
        self.id, self.launchers, self.commands = str(uuid.uuid4()).upper(), launchers, {}
        self.env = dict(variables)
        if codepage not in (None, UTF8):
            self.env['LAB_CODEPAGE'] = codepage

    def created(self):
        return ''

    def command(self, line, command_id):
        program = (line.findtext(RSP + 'Command') or '').strip()
        arguments = ' '.join(argument.text or '' for argument in line.findall(RSP + 'Arguments'))
        command_id = command_id or str(uuid.uuid4()).upper()
        self.commands[command_id] = Command(self.launchers.start(windows_line(program, arguments), self.env))
        return command_id

    def _command(self, command_id):
        if command_id not in self.commands:
            raise Fault('w:InvalidParameter', 2150858819, 'The command id is unknown.')
        return self.commands[command_id]

    def send(self, command_id, stream, data, end):
        self._command(command_id).send(base64.b64decode(data), end)

    def receive(self, command_id, timeout):
        output, code = self._command(command_id).receive(timeout)
        at = 'CommandId=%s' % quoteattr(command_id)
        xml = ['<rsp:Stream Name="%s" %s>%s</rsp:Stream>' % (name, at, base64.b64encode(data).decode()) for name, data in output]
        if code is None:
            xml.append('<rsp:CommandState %s State="%s/CommandState/Running"/>' % (at, RSP[1:-1]))
        else:
            xml += ['<rsp:Stream Name="%s" %s End="true"/>' % (name, at) for name in ('stdout', 'stderr')]
            xml.append('<rsp:CommandState %s State="%s/CommandState/Done"><rsp:ExitCode>%d</rsp:ExitCode></rsp:CommandState>'
                       % (at, RSP[1:-1], code))
        return ''.join(xml)

    def signal(self, command_id, code):
        command = self.commands.pop(command_id, None)
        if command:
            command.kill()

    def close(self):
        for command_id in list(self.commands):
            self.signal(command_id, 'terminate')


def windows_line(program, arguments):
    """The command line (str) to run. Windows would run each through cmd; PowerShell needs no such detour."""
    if program.strip('"').lower() in ('powershell', 'powershell.exe', 'pwsh', 'pwsh.exe', PWSH.lower()):
        return '"%s" %s' % (PWSH, arguments)
    return 'cmd.exe /c %s' % ' '.join([program, arguments]).strip()
