# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""WS-Management as WinRM clients speak it: one SOAP request in, one answer or fault out."""
import re
import uuid
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

NAMESPACES = {
    's': 'http://www.w3.org/2003/05/soap-envelope',
    'a': 'http://schemas.xmlsoap.org/ws/2004/08/addressing',
    'x': 'http://schemas.xmlsoap.org/ws/2004/09/transfer',
    'w': 'http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd',
    'p': 'http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd',
    'f': 'http://schemas.microsoft.com/wbem/wsman/1/wsmanfault',
    'rsp': 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell',
}
SOAP, ADDRESSING, TRANSFER, WSMAN, RSP = ('{%s}' % NAMESPACES[prefix] for prefix in ('s', 'a', 'x', 'w', 'rsp'))
CREATION_XML = '{http://schemas.microsoft.com/powershell}creationXml'
POWERSHELL_RESOURCE = 'schemas.microsoft.com/powershell/'
ENVELOPE = ('<?xml version="1.0" encoding="UTF-8"?><s:Envelope %s><s:Header><a:Action>%%s</a:Action><a:MessageID>uuid:%%s</a:MessageID>'
            '<a:To>%s/role/anonymous</a:To><a:RelatesTo>%%s</a:RelatesTo></s:Header><s:Body>%%s</s:Body></s:Envelope>'
            % (' '.join('xmlns:%s="%s"' % pair for pair in NAMESPACES.items()), NAMESPACES['a']))


class Fault(Exception):
    """An answer that says what went wrong: a SOAP subcode, a WSMan code (int) and a sentence."""

    def __init__(self, subcode, code, sentence):
        super().__init__(sentence)
        self.subcode, self.code = subcode, code

    def xml(self):
        return ('<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>%s</s:Value></s:Subcode></s:Code>'
                '<s:Reason><s:Text xml:lang="en-US">%s</s:Text></s:Reason><s:Detail><f:WSManFault Code="%d" Machine="localhost">'
                '<f:Message>%s</f:Message></f:WSManFault></s:Detail></s:Fault>' % (self.subcode, escape(str(self)), self.code, escape(str(self))))


class TimedOut(Fault):
    """Nothing to receive yet: clients poll on this code."""

    def __init__(self):
        super().__init__('w:TimedOut', 2150858793,
                         'The WS-Management service cannot complete the operation within the time specified in OperationTimeout.')


def operation(request):
    """The operation that a request (bytes) asks for, such as Receive; '' without one. Raises xml.etree.ElementTree.ParseError."""
    return action_of(ET.fromstring(request)).rsplit('/', 1)[-1]


def action_of(root):
    return root.findtext('%sHeader/%sAction' % (SOAP, ADDRESSING)) or ''


class Service:
    """The shells of one host. new_command_shell(variables, codepage) and new_pool(id, resource, creation) make them."""

    def __init__(self, new_command_shell, new_pool):
        self.new_command_shell, self.new_pool, self.shells = new_command_shell, new_pool, {}
        self.operations = {
            TRANSFER[1:-1] + '/Create': self.create, TRANSFER[1:-1] + '/Delete': self.delete, RSP[1:-1] + '/Command': self.command,
            RSP[1:-1] + '/Send': self.send, RSP[1:-1] + '/Receive': self.receive, RSP[1:-1] + '/Signal': self.signal}

    def answer(self, request):
        """(operation, HTTP status, answer as bytes) for a request (bytes). Raises xml.etree.ElementTree.ParseError."""
        root = ET.fromstring(request)
        header, body = root.find(SOAP + 'Header'), root.find(SOAP + 'Body')
        action = action_of(root)
        status, answered = 200, action + 'Response'
        try:
            if action not in self.operations:
                raise Fault('a:ActionNotSupported', 2150858752, 'The lab knows no operation %s.' % action)
            content = self.operations[action](header, body)
        except Fault as fault:
            status, answered, content = 500, 'http://schemas.dmtf.org/wbem/wsman/1/wsman/fault', fault.xml()
        relates = escape(header.findtext(ADDRESSING + 'MessageID') or '')
        return action.rsplit('/', 1)[-1], status, (ENVELOPE % (answered, str(uuid.uuid4()).upper(), relates, content)).encode()

    def close(self):
        for shell in list(self.shells.values()):
            shell.close()

    def _shell(self, header, code=2150858843):
        shell_id = header.findtext('.//%sSelector[@Name="ShellId"]' % WSMAN)
        if shell_id not in self.shells:
            raise Fault('w:InvalidSelectors', code, 'The shell was not found on the server.')
        return self.shells[shell_id]

    def create(self, header, body):
        resource = header.findtext(WSMAN + 'ResourceURI') or ''
        if POWERSHELL_RESOURCE in resource:
            shell = self.new_pool(body.find(RSP + 'Shell').get('ShellId'), resource, body.findtext('.//' + CREATION_XML))
        else:
            options = {option.get('Name'): option.text for option in header.iter(WSMAN + 'Option')}
            variables = {variable.get('Name'): variable.text or '' for variable in body.iter(RSP + 'Variable')}
            shell = self.new_command_shell(variables, options.get('WINRS_CODEPAGE'))
        self.shells[shell.id] = shell
        return ('<x:ResourceCreated><a:Address>http://localhost/wsman</a:Address><a:ReferenceParameters><w:ResourceURI>%s</w:ResourceURI>'
                '<w:SelectorSet><w:Selector Name="ShellId">%s</w:Selector></w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>'
                '<rsp:Shell><rsp:ShellId>%s</rsp:ShellId>%s</rsp:Shell>' % (escape(resource), shell.id, shell.id, shell.created()))

    def command(self, header, body):
        line = body.find('.//%sCommandLine' % RSP)
        command_id = self._shell(header, 2150859174).command(line, line.get('CommandId'))
        return '<rsp:CommandResponse><rsp:CommandId>%s</rsp:CommandId></rsp:CommandResponse>' % command_id

    def send(self, header, body):
        shell = self._shell(header)
        for stream in body.iter(RSP + 'Stream'):
            end = (stream.get('End') or '').lower() in ('true', '1')
            shell.send(stream.get('CommandId'), stream.get('Name'), stream.text or '', end)
        return '<rsp:SendResponse/>'

    def receive(self, header, body):
        wanted = body.find('.//%sDesiredStream' % RSP)
        content = self._shell(header).receive(wanted.get('CommandId'), timeout_of(header))
        return '<rsp:ReceiveResponse>%s</rsp:ReceiveResponse>' % content

    def signal(self, header, body):
        signal = body.find('.//%sSignal' % RSP)
        self._shell(header).signal(signal.get('CommandId'), signal.findtext(RSP + 'Code') or '')
        return '<rsp:SignalResponse/>'

    def delete(self, header, body):
        shell = self._shell(header)
        del self.shells[shell.id]
        shell.close()
        return ''


def timeout_of(header):
    """Seconds (float) of the request's OperationTimeout, such as PT1M20S; 20 without one."""
    match = re.match(r'PT(?:(\d+)M)?(?:([\d.]+)S)?$', header.findtext(WSMAN + 'OperationTimeout') or '')
    return int(match.group(1) or 0) * 60 + float(match.group(2) or 0) if match else 20.0
