# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The WinRM listener, as clients see it: without Ansible through plain HTTP, and with Ansible where it is installed."""
import base64
import http.client
import json
import os
import pathlib
import subprocess
import sys
import time
import xml.etree.ElementTree as ET

import pytest

import wsman
from host import LabError

try:
    import ansible
except ImportError:
    ansible = None
try:
    import spnego
except ImportError:
    spnego = None  # type: ignore[assignment]

MODULES = str(pathlib.Path(__file__).with_name('modules'))
REQUEST = ('<s:Envelope %s><s:Header><a:Action>%%s</a:Action><a:MessageID>uuid:1</a:MessageID><w:ResourceURI>%s/cmd</w:ResourceURI>%%s'
           '<w:OperationTimeout>PT%%sS</w:OperationTimeout></s:Header><s:Body>%%s</s:Body></s:Envelope>'
           % (' '.join('xmlns:%s="%s"' % pair for pair in wsman.NAMESPACES.items()), wsman.NAMESPACES['rsp']))
SHELL, TRANSFER = wsman.NAMESPACES['rsp'] + '/', wsman.NAMESPACES['x'] + '/'


class Client:
    """Just enough of a WinRM client to ask wrong things."""

    def __init__(self, host, password=None):
        self.connection = http.client.HTTPConnection('127.0.0.1', host.port, timeout=60)
        self.token = base64.b64encode(('%s:%s' % (host.user, password or host.password)).encode()).decode()
        self.shell = None

    def ask(self, action, body='', timeout=20, shell=None):
        """(HTTP status, answer as ElementTree element)"""
        selector = '<w:SelectorSet><w:Selector Name="ShellId">%s</w:Selector></w:SelectorSet>' % (shell or self.shell)
        self.connection.request('POST', '/wsman', (REQUEST % (action, selector, timeout, body)).encode(),
                                {'Authorization': 'Basic ' + self.token, 'Content-Type': 'application/soap+xml;charset=UTF-8'})
        answer = self.connection.getresponse()
        content = answer.read()
        return answer.status, ET.fromstring(content) if content else None

    def open(self):
        status, answer = self.ask(TRANSFER + 'Create', '<rsp:Shell/>')
        self.shell = answer.findtext('.//%sSelector' % wsman.WSMAN)
        return self

    def start(self, line):
        status, answer = self.ask(SHELL + 'Command', '<rsp:CommandLine><rsp:Command>%s</rsp:Command></rsp:CommandLine>' % line)
        return answer.findtext('.//%sCommandId' % wsman.RSP)

    def receive(self, command, timeout=20):
        return self.ask(SHELL + 'Receive', '<rsp:Receive><rsp:DesiredStream CommandId="%s">stdout stderr</rsp:DesiredStream></rsp:Receive>'
                        % command, timeout)

    def run(self, line):
        """(stdout as bytes, exit code) of a command."""
        command, out = self.start(line), b''
        while True:
            status, answer = self.receive(command)
            assert status == 200
            out += b''.join(base64.b64decode(s.text or '') for s in answer.iter(wsman.RSP + 'Stream') if s.get('Name') == 'stdout')
            code = answer.findtext('.//%sExitCode' % wsman.RSP)
            if code is not None:
                return out, int(code)


def code_of(answer):
    return answer.find('.//{%s}WSManFault' % wsman.NAMESPACES['f']).get('Code')


def test_a_wrong_password_is_401(host):
    status, answer = Client(host, 'wrong').ask(TRANSFER + 'Create', '<rsp:Shell/>')
    assert status == 401 and answer is None


def test_a_command_runs_and_ends(host):
    client = Client(host).open()
    assert client.run('cmd /c "echo hello&amp; exit 3"') == (b'hello\r\n', 3)
    assert client.ask(TRANSFER + 'Delete')[0] == 200


def test_nothing_to_receive_is_the_fault_that_clients_poll_on(host):
    client = Client(host).open()
    command = client.start('ping -n 30 127.0.0.1 >NUL')
    status, answer = client.receive(command, '0.3')
    assert status == 500 and code_of(answer) == '2150858793'
    assert answer.find('.//%sRelatesTo' % wsman.ADDRESSING).text == 'uuid:1'
    client.ask(SHELL + 'Signal', '<rsp:Signal CommandId="%s"><rsp:Code>terminate</rsp:Code></rsp:Signal>' % command)


def test_an_unknown_shell_is_a_fault(host):
    client = Client(host)
    assert [(status, code_of(answer)) for status, answer in (
        client.ask(SHELL + 'Command', '<rsp:CommandLine><rsp:Command>x</rsp:Command></rsp:CommandLine>', shell='NONE'),
        client.ask(SHELL + 'Receive', '<rsp:Receive><rsp:DesiredStream/></rsp:Receive>', shell='NONE'),
    )] == [(500, '2150859174'), (500, '2150858843')]


def test_an_unknown_command_and_an_unknown_operation_are_faults(host):
    client = Client(host).open()
    assert code_of(client.receive('NONE')[1]) == '2150858819'
    assert client.ask('http://example.com/Sing')[0] == 500


def test_a_signal_ends_the_program(host):
    client = Client(host).open()
    command = client.start('C:\\lab\\mdm-hang.exe /regserver')

    def hanging():
        return [pid for pid, path in host.processes() if path.endswith('mdm-hang.exe') or path.endswith('cmd.exe')]
    assert wait(lambda: hanging())
    client.ask(SHELL + 'Signal', '<rsp:Signal CommandId="%s"><rsp:Code>terminate</rsp:Code></rsp:Signal>' % command)
    for pid in [pid for pid, path in host.processes() if path.endswith('mdm-hang.exe')]:
        host.run('C:\\process.exe', 'end', str(pid))        # cmd's child outlives it, as nothing ties it
    assert wait(lambda: not hanging())


def test_requests_are_noted(host):
    before = len(host.requests())
    Client(host).open().run('cmd /c exit')
    noted = host.requests()[before:]
    assert [request['op'] for request in noted[:2]] == ['Create', 'Command']
    assert all(request['in'] > 500 and request['out'] > 500 and request['status'] == 200 and request['ms'] >= 0 for request in noted)


def test_a_cut_line_is_a_reset_until_it_is_mended(host):
    host.cut_at('Delete')
    try:
        client = Client(host).open()
        with pytest.raises(ConnectionError):
            client.ask(TRANSFER + 'Delete')
    finally:
        host.mend()
    assert Client(host).open().shell


def test_ntlm_without_pyspnego_says_what_to_install(host, monkeypatch):
    monkeypatch.setattr('host.spnego', None)
    with pytest.raises(LabError, match='pip install pyspnego'):
        host.vars('ntlm')


@pytest.mark.skipif(not ansible, reason='ansible-core is not installed for this Python')
@pytest.mark.parametrize('connection', ['psrp', 'winrm', 'ntlm'])
def test_ansible_module_with_arguments_beyond_ascii(host, tmp_path, connection):
    pytest.importorskip('winrm' if connection != 'psrp' else 'pypsrp')
    if connection == 'ntlm':
        pytest.importorskip('spnego')
    (tmp_path / 'inventory.json').write_text(json.dumps({'all': {'hosts': {'web01': host.vars(connection)}}}))
    done = subprocess.run(
        [sys.executable, '-m', 'ansible', 'adhoc', '-i', 'inventory.json', 'all', '-m', 'lab_echo', '-a', 'text=Grüße-漢字', '-o'],
        cwd=str(tmp_path), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=dict(os.environ, ANSIBLE_LIBRARY=MODULES, LC_ALL='C.UTF-8', ANSIBLE_HOME=str(tmp_path), ANSIBLE_NOCOLOR='1'))
    out = done.stdout.decode()
    assert done.returncode == 0, out
    result = json.loads(out[out.index('{'):])
    assert (result['text'], result['length'], result['computer']) == ('Grüße-漢字', 8, 'WEB01')


def wait(condition, seconds=10):
    deadline = time.time() + seconds
    while time.time() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False
