"""What lies on the server's disk is its own account's to read, and so are its sockets."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from helpdesk import control as helpdesk_control
from helpdesk.config_file import load
from helpdesk.control import control_socket
from helpdesk.db import DatabaseError, database_of
from helpdesk.db.address import PostgresAddress, parse_address
from helpdesk.errors import HelpdeskError
from helpdesk.production import production_problems
from kiosk import control as kiosk_control
from kiosk.errors import KioskError
from tests.helpdesk.conftest import PostgresServer, postgres_server  # noqa: F401 - a fixture

STRANGER = 12345
PASSWORD = "a pass/word?&"


@pytest.fixture
def careless_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def modes_in(folder: Path) -> dict[str, int]:
    return {each.name: mode(each) for each in folder.iterdir()}


async def heard_nothing(path: Path, sent: bytes) -> bool:
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(sent)
    try:
        return await reader.read() == b""
    except ConnectionError:
        return True
    finally:
        writer.close()


@pytest.mark.usefixtures("careless_umask")
@pytest.mark.parametrize("there", [False, True])
async def test_a_database_is_closed_to_others_when_it_is_opened(
    tmp_path: Path, there: bool
) -> None:
    path = tmp_path / "helpdesk.sqlite3"
    if there:
        async with database_of(f"sqlite://{path}") as database, database.transaction() as tx:
            await tx.execute("CREATE TABLE a (b INTEGER)")
        await asyncio.to_thread(path.chmod, 0o644)
    async with database_of(f"sqlite://{path}") as database, database.transaction() as tx:
        await tx.execute("CREATE TABLE c (d INTEGER)")
        modes = await asyncio.to_thread(modes_in, tmp_path)
    ends = ("", "-wal", "-shm", ".lock")
    assert modes == {f"helpdesk.sqlite3{end}": 0o600 for end in ends}


@pytest.mark.usefixtures("careless_umask")
def test_what_a_command_writes_is_its_own_accounts(tmp_path: Path) -> None:
    out = tmp_path / "registry.csv"
    command = [sys.executable, "-m", "helpdesk", "demo-data", "--invoices", "300", "--seed", "1"]
    command += ["--as-of", "2026-11-24", "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True)
    assert mode(out) == 0o600


def config_file(folder: Path, url: str, password_file: str = "") -> Path:
    file = folder / "config.toml"
    file.write_text(
        f"[database]\nurl = '{url}'\npassword_file = '{password_file}'\n", encoding="utf-8"
    )
    return file


async def test_a_password_comes_from_a_file_of_its_own(
    tmp_path: Path,
    postgres_server: PostgresServer,  # noqa: F811
) -> None:
    """A PostgreSQL that asks this one role for its password."""
    admin = await asyncpg.connect(postgres_server.url)
    try:
        quoted = PASSWORD.replace("'", "''")
        await admin.execute(f"CREATE ROLE secretive LOGIN SUPERUSER PASSWORD '{quoted}'")
        hba = Path(await admin.fetchval("SHOW hba_file"))
        rules = await asyncio.to_thread(hba.read_text)
        await asyncio.to_thread(hba.write_text, f"local all secretive scram-sha-256\n{rules}")
        await admin.execute("SELECT pg_reload_conf()")
    finally:
        await admin.close()
    folder = postgres_server.url.rpartition("host=")[2]
    url = f"postgres://secretive@/postgres?host={folder}"
    secret = tmp_path / "pass word"
    await asyncio.to_thread(secret.write_text, PASSWORD + "\n")
    await asyncio.to_thread(secret.chmod, 0o600)
    file = await asyncio.to_thread(config_file, tmp_path, url, secret.name)
    config = await asyncio.to_thread(load, file, {})
    async with database_of(config.database_url) as database:
        assert await database.read("SELECT current_user::text") == [("secretive",)]
    with pytest.raises(DatabaseError, match=r"db\.login"):
        async with database_of(url):
            pass
    await asyncio.to_thread(secret.chmod, 0o644)
    with pytest.raises(DatabaseError, match=r"db\.password_file"):
        async with database_of(config.database_url):
            pass


def test_a_password_in_the_configuration_is_a_production_problem(tmp_path: Path) -> None:
    url = "postgres://u:hush@127.0.0.1/y"
    codes = [p.code for p in production_problems(load(config_file(tmp_path, url), {}))]
    assert "production.database_password" in codes
    plain = load(config_file(tmp_path, "postgres://u@127.0.0.1/y?tls=off", "p"), {})
    assert "production.database_password" not in [p.code for p in production_problems(plain)]
    address = parse_address(plain.database_url)
    assert isinstance(address, PostgresAddress)
    assert (address.password_file, address.tls) == (tmp_path.absolute() / "p", False)


@pytest.fixture
def stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    """We, as one account; the kernel goes on telling the other side's, which is another."""
    monkeypatch.setattr(os, "geteuid", lambda: STRANGER)
    for module in (helpdesk_control, kiosk_control):
        monkeypatch.setattr(module, "_ROOT", -1)


async def _echo(_resources: Any, _params: Any) -> Any:
    yield {"told": True}


async def test_the_servers_socket_is_for_its_own_account(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    path = tmp_path / "c.sock"
    async with control_socket(path, None, {"echo": _echo}):  # type: ignore[arg-type]
        told = [line async for line in helpdesk_control.call(path, "echo", {})]
        assert told == [{"told": True}]
        request.getfixturevalue("stranger")
        with pytest.raises(HelpdeskError, match=r"control\.foreign"):
            _ = [line async for line in helpdesk_control.call(path, "echo", {})]
        assert await heard_nothing(path, b'{"command": "echo", "params": {}}\n')


async def test_the_kiosks_socket_is_for_its_own_account(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    async def answer(_params: Any) -> Any:
        await asyncio.sleep(0)
        return {"told": True}

    path = tmp_path / "k.sock"
    async with kiosk_control.serving(path, {"echo": kiosk_control.once(answer)}):
        assert await kiosk_control.ask(path, "echo", {}, deadline=5.0) == {"told": True}
        request.getfixturevalue("stranger")
        with pytest.raises(KioskError, match=r"control\.foreign"):
            await kiosk_control.ask(path, "echo", {}, deadline=5.0)
        assert await heard_nothing(path, b'{"name": "echo", "params": {}}\n')


async def test_a_file_that_is_no_socket_stays_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "precious"
    await asyncio.to_thread(path.write_bytes, b"precious")
    with pytest.raises(HelpdeskError, match=r"control\.path"):
        async with control_socket(path, None, {}):  # type: ignore[arg-type]
            pass
    assert await asyncio.to_thread(path.read_bytes) == b"precious"
