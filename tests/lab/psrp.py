# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""PSRP runspace pools: `pwsh -SSHServerMode` speaks the same fragments as WinRM, one XML element a line."""
import collections
import re
import subprocess
import threading
from xml.sax.saxutils import escape, quoteattr

from command import PWSH
from wsman import Fault, RSP, TimedOut

POOL = '00000000-0000-0000-0000-000000000000'       # the pool's own stream, as opposed to a pipeline's
ELEMENT = re.compile(rb"<(\w+)(?: Stream='\w+')? PSGuid='([^']+)'\s*(?:/>|>(.*)</Data>)")


class Pool:
    def __init__(self, launchers, shell_id, resource, creation):
        self.id, self.resource = shell_id, resource
        self.changed, self.ended = threading.Condition(), False
        self.fragments, self.acknowledged = {}, collections.Counter()       # {guid: [base64 text]}, {(element, guid): how often}
        self.process = launchers.start('"%s" -NoLogo -NoProfile -SSHServerMode' % PWSH, None)
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._drain, daemon=True).start()
        self._data(POOL, creation)

    def created(self):
        return '<rsp:ResourceUri>%s</rsp:ResourceUri><rsp:InputStreams>stdin pr</rsp:InputStreams><rsp:OutputStreams>stdout</rsp:OutputStreams>' \
            % escape(self.resource)

    def _write(self, element):
        try:
            with self.changed:
                self.process.stdin.write(element.encode() + b'\r\n')
                self.process.stdin.flush()
        except (OSError, ValueError):
            raise gone() from None

    def _data(self, guid, base64_text, stream='Default'):
        """Send data, and wait until it has been taken: pwsh works on each element in a thread of its own, so the next might overtake it."""
        self._ask('Data', guid, "<Data Stream='%s' PSGuid='%s'>%s</Data>" % (stream, guid, ''.join((base64_text or '').split())))

    def _ask(self, kind, guid, element):
        with self.changed:
            seen = self.acknowledged[kind + 'Ack', guid]
            self._write(element)
            self.changed.wait_for(lambda: self.acknowledged[kind + 'Ack', guid] > seen or self.ended, 60)

    def _read(self):
        for line in self.process.stdout:
            element = ELEMENT.match(line.strip())
            if not element:
                continue
            kind, guid = element.group(1).decode(), element.group(2).decode().lower()
            with self.changed:
                if kind == 'Data':
                    self.fragments.setdefault(guid, []).append(element.group(3).decode())
                else:
                    self.acknowledged[kind, guid] += 1
                self.changed.notify_all()
        self.process.stdout.close()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def _drain(self):
        with self.process.stderr:
            self.process.stderr.read()

    def command(self, line, command_id):
        guid = command_id.lower()
        self._ask('Command', guid, "<Command PSGuid='%s' />" % guid)
        self._data(guid, line.findtext(RSP + 'Arguments'))
        return command_id

    def send(self, command_id, stream, data, end):
        self._data((command_id or POOL).lower(), data, 'PromptResponse' if stream == 'pr' else 'Default')

    def receive(self, command_id, timeout):
        guid = (command_id or POOL).lower()
        with self.changed:
            self.changed.wait_for(lambda: self.fragments.get(guid) or self.ended, timeout)
            fragments = self.fragments.pop(guid, [])
        if not fragments:
            raise gone() if self.ended else TimedOut()
        at = ' CommandId=%s' % quoteattr(command_id) if command_id else ''
        return ''.join('<rsp:Stream Name="stdout"%s>%s</rsp:Stream>' % (at, fragment) for fragment in fragments)

    def signal(self, command_id, code):
        self._write("<%s PSGuid='%s' />" % ('Close' if code.lower().endswith('terminate') else 'Signal', command_id.lower()))

    def close(self):
        try:
            self._write("<Close PSGuid='%s' />" % POOL)
            self.process.stdin.close()
        except (Fault, OSError):
            pass
        threading.Thread(target=self._end, daemon=True).start()

    def _end(self):
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def gone():
    return Fault('w:InvalidSelectors', 2150858843, 'The shell was not found on the server.')
