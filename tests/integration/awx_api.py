# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A stand-in of AWX's API: it keeps objects, finds them by their fields, and shows no secret. It runs no job."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

MACHINE = {"fields": [{"id": "username"}, {"id": "password", "secret": True}]}
EMPTY = {"name": "", "description": "", "spec": []}
HIDDEN = "$encrypted$"


class Api:
    """objects: {kind: {id: fields}}; links: {path of a list below an object: [id, ...]}; requests: [(method, path, body)]; answers: texts."""

    def __init__(self, prefix="/api/v2/"):
        self.prefix, self.objects, self.links, self.surveys, self.requests, self.answers = prefix, {}, {}, {}, [], []
        self.add("organizations", {"name": "Default"})
        self.add("credential_types", {"name": "Machine", "inputs": MACHINE})
        api = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length) or b"{}") if length else {}
                api.requests.append((self.command, self.path, body))
                status, content = api.answer(self.command, self.path, body)
                text = "" if content is None else json.dumps(content)
                api.answers.append(text)
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_POST = do_PATCH = do_DELETE = answer

            def log_message(self, *_words):
                """Nothing is printed."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def add(self, kind, fields):
        number = 1 + sum(len(objects) for objects in self.objects.values())
        self.objects.setdefault(kind, {})[number] = self.stored(kind, fields)
        return number

    def stored(self, kind, fields):
        """What AWX makes of fields before it keeps them."""
        return {**fields, "kind": fields["kind"] or ""} if kind == "inventories" and "kind" in fields else fields

    def shown(self, kind, number):
        """An object as AWX shows it: with its URL, and without its secrets."""
        fields = dict(self.objects[kind][number])
        url = f"{self.prefix}{kind}/{number}/"
        if kind == "credentials":
            described = self.objects["credential_types"][fields["credential_type"]]["inputs"]["fields"]
            secret = {field["id"] for field in described if field.get("secret")}
            fields["inputs"] = {name: HIDDEN if name in secret else value for name, value in fields["inputs"].items()}
        related = {name: url + name + "/" for name in ("survey_spec", "hosts", "children")}
        return {**fields, "id": number, "type": kind, "url": url, "related": related, "summary_fields": {}, "scm_revision": "1"}

    def list(self, kind, wanted):
        kinds = ("job_templates", "projects") if kind == "unified_job_templates" else (kind,)
        found = [self.shown(each, number) for each in kinds for number in self.objects.get(each, {})]
        found = [item for item in found if all(str(item.get(name)) == value for name, value in wanted.items() if value != "None")]
        return 200, {"count": len(found), "next": None, "results": found}

    def answer(self, method, path, body):
        """(status, what is told)"""
        split = urlsplit(path)
        if not split.path.startswith(self.prefix):
            return 404, {}
        kind, *rest = split.path[len(self.prefix):].strip("/").split("/")
        if not rest:
            if method == "GET":
                return self.list(kind, dict(parse_qsl(split.query)))
            return 201, self.shown(kind, self.add(kind, body))
        number = int(rest[0])
        if len(rest) == 1:
            if method == "PATCH":
                self.objects[kind][number].update(self.stored(kind, body))
            return 200, self.shown(kind, number)
        if rest[1] == "survey_spec":
            if method == "POST":
                self.surveys[number] = body
            return 200, self.surveys.get(number, {} if method == "POST" else EMPTY)
        ids = self.links.setdefault(f"{kind}/{number}/{rest[1]}", [])
        if method == "POST":
            ids.remove(body["id"]) if body.get("disassociate") else ids.append(body["id"])
            return 204, None
        return 200, {"count": len(ids), "next": None, "results": [{"id": each} for each in ids]}

    def name(self, kind, number):
        return self.objects[kind][number]["name"]
