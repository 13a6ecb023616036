"""`deploy/nginx/yanpiao.conf` as it is shipped, run by a real nginx before a real server."""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from helpdesk.control import call
from helpdesk.kiosks.commands import ADD
from helpdesk.wire import enrolment, journal_batch, request_signature, sync
from helpdesk.wire.enrolment import EnrolmentAnswer, ServerHello
from helpdesk.wire.request_signature import Request
from helpdesk.wire.verification import PATH
from tests.attacks.conftest import PATIENCE, Answer, parsed, running_server
from tests.attacks.test_malformed_requests import SMUGGLED, assert_problem
from tests.helpdesk.kiosks.room import granted, new_kiosk, request
from tests.helpdesk.web.conftest import House

CONF = Path(__file__).parents[2] / "deploy" / "nginx" / "yanpiao.conf"
NAME = "helpdesk.example"
AROUND = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr crit;
events {{ worker_connections 512; }}
http {{
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    include {folder}/yanpiao.conf;
}}
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def make_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def write_configuration(folder: Path, upstream: int, port: int, plain: int) -> None:
    text = CONF.read_text(encoding="utf-8")
    for told, ours in {
        "127.0.0.1:8080": f"127.0.0.1:{upstream}",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "listen 80": f"listen 127.0.0.1:{plain}",
        "/etc/yanpiao/tls": str(folder),
        "/var/log/nginx": str(folder),
    }.items():
        assert told in text
        text = text.replace(told, ours)
    (folder / "yanpiao.conf").write_text(text, encoding="utf-8")
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder), encoding="utf-8")
    make_certificate(folder)


@dataclass
class Front:
    """The proxy's address, and whom it answers to."""

    port: int
    plain: int
    trust: ssl.SSLContext

    @property
    def authority(self) -> str:
        return f"{NAME}:{self.port}"

    async def raw(self, sent: bytes, name: str = NAME) -> list[Answer]:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, ssl=self.trust, server_hostname=name
        )
        try:
            writer.write(sent)
            async with asyncio.timeout(PATIENCE):
                return parsed(await reader.read())
        finally:
            writer.close()
            with suppress(OSError, ssl.SSLError):
                await writer.wait_closed()

    async def ask(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, Any, bytes]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                method,
                f"https://127.0.0.1:{self.port}{path}",
                data=body or None,
                headers={"Host": self.authority, **named},
                ssl=self.trust,
                server_hostname=NAME,
                allow_redirects=False,
            ) as answer,
        ):
            return answer.status, answer.headers, await answer.read()


@asynccontextmanager
async def nginx(folder: Path, upstream: int) -> AsyncIterator[Front]:
    front = await asyncio.to_thread(free_port), await asyncio.to_thread(free_port)
    await asyncio.to_thread(write_configuration, folder, upstream, *front)
    process = await asyncio.create_subprocess_exec(
        *["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")],
        env={"PATH": "/usr/sbin:/usr/bin:/bin"},
    )
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                with suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", front[0])
                    writer.close()
                    break
                assert process.returncode is None, "nginx refuses its configuration"
                await asyncio.sleep(0)
        trust = await asyncio.to_thread(
            ssl.create_default_context, cafile=str(folder / "fullchain.pem")
        )
        yield Front(*front, trust)
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def behind(house: House, **settings: Any) -> House:
    return house.with_settings(
        listen="127.0.0.1:0", drain=0.2, trusted_proxies="127.0.0.1", **settings
    )


@pytest.mark.e2e
async def test_a_kiosk_behind_the_proxy(house: House, tmp_path: Path) -> None:
    """Enrolment, a signed call, a push: the name that was signed arrives as it was."""
    async with running_server(behind(house)) as server, nginx(tmp_path, server.port) as front:
        kiosk = new_kiosk(3)
        (made,) = [line async for line in call(house.config.control, ADD, {})]
        hello = ServerHello.model_validate_json((await front.ask("GET", enrolment.PATH))[2])
        asked = request(kiosk, str(made["code"]), hello)
        json_type = {"Content_Type": "application/json"}
        status, _, told = await front.ask(
            "POST", enrolment.PATH, asked.model_dump_json().encode(), **json_type
        )
        assert status == 200
        granted(kiosk, str(made["code"]), asked, EnrolmentAnswer.model_validate_json(told))

        def signed(method: str, path: str, body: bytes) -> dict[str, str]:
            keyid = sync.key_id(kiosk.kiosk, kiosk.signer.key.public)
            what = Request(method, front.authority, path, "", body)
            now = datetime.now(UTC) + timedelta(seconds=1)
            nonce = secrets.token_urlsafe(16)
            return request_signature.sign(what, kiosk.signer, keyid, now, nonce) | {
                "Content-Type": "application/json"
            }

        kiosk.check()
        batch = kiosk.batch().model_dump_json().encode()
        for method, path, body in (
            ("GET", sync.CHANGES_PATH, b""),
            ("POST", journal_batch.PATH, batch),
        ):
            status, headers, told = await front.ask(
                method, path, body, **signed(method, path, body)
            )
            assert status == 200, told
            assert headers["Server"] == "yanpiao"
            assert "max-age" in headers["Strict-Transport-Security"]


@pytest.mark.e2e
async def test_what_the_proxy_itself_refuses_is_a_problem(house: House, tmp_path: Path) -> None:
    async with running_server(behind(house)) as server, nginx(tmp_path, server.port) as front:
        head = f"POST {PATH} HTTP/1.1\r\nHost: {front.authority}\r\nConnection: close\r\n"
        (long,) = await front.raw(f"{head}Content-Length: 5000000\r\n\r\n".encode())
        (bad,) = await front.raw(f"{head}Content-Length: x\r\n\r\n".encode())
        host = f" HTTP/1.1\r\nHost: {NAME}\r\n\r\n"
        (far,) = await front.raw(f"GET /{'a' * 20_000}{host}".encode())
        (up,) = await front.raw(f"GET /../livez{host}".encode())
        (through,) = await front.raw(f"CONNECT {NAME}:443{host}".encode())
        (trace,) = await front.raw(f"TRACE /livez{host}".encode())
        coded = f"{head}Transfer-Encoding: gzip, chunked\r\n\r\n"
        (coding,) = await front.raw(coded.encode())
        for answer in (trace, coding):
            assert answer.status == 400
            assert answer.headers["content-type"] == "application/problem+json"
        for answer, status in ((long, 413), (bad, 400), (far, 414), (up, 400), (through, 400)):
            assert answer.status == status
            assert answer.headers["content-type"] == "application/problem+json"
            assert json.loads(answer.body)["code"] == f"http.{status}"
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await front.raw(b"GET / HTTP/1.1\r\nHost: other\r\n\r\n", name="other.example")
        for shape in ("CL.TE", "TE.CL", "TE.TE", "two lengths", "a length list"):
            answers = await front.raw(
                SMUGGLED[shape].replace(b"Host: x", b"Host: " + NAME.encode())
            )
            assert len(answers) == 1, shape
            assert answers[0].status >= 400
    async with nginx(tmp_path, free_port()) as front:
        status, headers, body = await front.ask("GET", "/livez")
        assert (status, headers["Retry-After"]) == (503, "2")
        assert json.loads(body)["code"] == "server.unavailable"
        reader, writer = await asyncio.open_connection("127.0.0.1", front.plain)
        writer.write(f"GET /a HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode())
        (moved,) = parsed(await reader.read())
        writer.close()
        assert (moved.status, moved.headers["location"]) == (308, f"https://{NAME}/a")


@pytest.mark.e2e
async def test_nobody_chooses_the_address_they_are_counted_by(house: House, tmp_path: Path) -> None:
    async with (
        running_server(behind(house, requests_per_minute=3)) as server,
        nginx(tmp_path, server.port) as front,
    ):
        told = [
            (await front.ask("GET", "/nowhere", X_Forwarded_For=f"198.51.100.{n}"))[0]
            for n in range(5)
        ]
        assert told == [404] * 3 + [429] * 2
        head = f"GET /nowhere HTTP/1.1\r\nHost: {front.authority}\r\nConnection: close\r\n\r\n"
        (answer,) = await front.raw(head.encode())
        assert_problem(answer)
