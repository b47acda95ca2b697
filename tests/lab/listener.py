# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The WinRM listener of a host: HTTP, authentication and message encryption around wsman.Service."""
import base64
import json
import os
import re
import socket
import struct
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import wsman

try:
    import spnego
except ImportError:         # then Basic only
    spnego = None  # type: ignore[assignment]

XML = 'application/soap+xml;charset=UTF-8'
NTLM_LOCK = threading.Lock()


class Listener(ThreadingHTTPServer):
    """Listens on a free port of 127.0.0.1 until close().

    Each request becomes a JSON line in the file log_path: op, in, out (bytes), status, ms.
    """
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, service, user, password, log_path):
        super().__init__(('127.0.0.1', 0), Handler)
        self.service, self.user, self.password = service, user, password
        self.log_path, self.cut_at = log_path, None
        self.ntlm_users = ntlm_users(user, password) if spnego else None
        threading.Thread(target=self.serve_forever, kwargs={'poll_interval': 0.05}, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def close(self):
        self.shutdown()
        self.server_close()
        self.service.close()
        if self.ntlm_users:
            os.unlink(self.ntlm_users)

    def note(self, **request):
        with open(str(self.log_path), 'a') as file:
            file.write(json.dumps(request) + '\n')

    def is_cut(self, message=None):
        """Whether this post, whose message (bytes) may be read by now, is to find the line dead; see Host.cut_at."""
        if message and self.cut_at and self.cut_at[0] == wsman.operation(message):
            self.cut_at = self.cut_at[1:]
        return self.cut_at == ()

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):      # a client that went away is no news
            super().handle_error(request, client_address)


def ntlm_users(user, password):
    """A file (path) with the one account, as spnego wants it: any domain."""
    handle, path = tempfile.mkstemp(prefix='lab-ntlm-')
    with os.fdopen(handle, 'w') as file:
        for domain in ('', socket.gethostname().upper(), socket.gethostname().upper()[:15]):
            file.write('%s:%s:%s\n' % (domain, user, password))
    return path


class Handler(BaseHTTPRequestHandler):
    """One connection. NTLM authenticates the connection, Basic each request."""
    protocol_version = 'HTTP/1.1'
    disable_nagle_algorithm = True
    context = None          # of NTLM

    def do_POST(self):
        start = time.monotonic()
        if self.server.is_cut():
            return self.cut()
        data = self.rfile.read(int(self.headers.get('Content-Length') or 0))
        granted, more = self.authenticate()
        if not granted:
            self.server.note(op='401', status=401, ms=ms(start), **{'in': len(data), 'out': 0})
            return self.reply(401, b'', XML, more)
        if not data:                            # NTLM's last step comes without a message
            return self.reply(200, b'', XML, more)
        encrypted = self.headers.get('Content-Type', '').startswith('multipart/encrypted')
        message = self.decrypt(data) if encrypted else data
        if self.server.is_cut(message):
            return self.cut()
        op, status, answer = self.server.service.answer(message)
        content, kind = self.encrypt(answer) if encrypted else (answer, XML)
        self.server.note(op=op, status=status, ms=ms(start), **{'in': len(data), 'out': len(content)})
        self.reply(status, content, kind, more)

    def cut(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))    # a reset, not a farewell
        self.close_connection = True
        self.connection.close()

    def reply(self, status, content, kind, challenges):
        self.send_response(status)
        for challenge in challenges:
            self.send_header('WWW-Authenticate', challenge)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def authenticate(self):
        """(whether the request may pass, values for WWW-Authenticate)"""
        scheme, _, token = self.headers.get('Authorization', '').partition(' ')
        if scheme.lower() == 'basic':
            expected = ('%s:%s' % (self.server.user, self.server.password)).encode()
            return (True, []) if base64.b64decode(token) == expected else (False, offers())
        if scheme.lower() in ('negotiate', 'ntlm') and token and spnego:
            return self.negotiate(scheme, base64.b64decode(token))
        return (True, []) if self.context and self.context.complete else (False, offers())

    def negotiate(self, scheme, token):
        try:
            with NTLM_LOCK:                     # spnego finds the account through the environment
                os.environ['NTLM_USER_FILE'] = self.server.ntlm_users
                if not self.context or self.context.complete:
                    raw_ntlm = scheme.lower() == 'ntlm' or token.startswith(b'NTLMSSP')
                    self.context = spnego.server(protocol='ntlm' if raw_ntlm else 'negotiate')
                answer = self.context.step(token)
        except spnego.exceptions.SpnegoError:
            self.context = None
            return False, offers()
        return self.context.complete, ['%s %s' % (scheme, base64.b64encode(answer).decode())] if answer else []

    def decrypt(self, data):
        blob = data.split(b'Content-Type: application/octet-stream\r\n', 1)[1]
        blob = blob[:blob.rindex(b'--Encrypted Boundary--')]
        signature = struct.unpack('<i', blob[:4])[0]
        return self.context.unwrap_winrm(blob[4:4 + signature], blob[4 + signature:])

    def encrypt(self, answer):
        """(content, its type) of an encrypted answer; the way is the client's."""
        protocol = re.search(r'protocol="([^"]+)"', self.headers['Content-Type']).group(1)
        signature, sealed, padding = self.context.wrap_winrm(answer)
        content = ('--Encrypted Boundary\r\n\tContent-Type: %s\r\n\tOriginalContent: type=%s;Length=%d\r\n'
                   '--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n'
                   % (protocol, XML, len(answer) + padding)).encode() \
            + struct.pack('<i', len(signature)) + signature + sealed + b'--Encrypted Boundary--\r\n'
        return content, 'multipart/encrypted;protocol="%s";boundary="Encrypted Boundary"' % protocol

    def log_message(self, *words):
        """The request log is enough."""


def offers():
    return (['Negotiate', 'NTLM'] if spnego else []) + ['Basic realm="WSMAN"']


def ms(start):
    return round((time.monotonic() - start) * 1000)
