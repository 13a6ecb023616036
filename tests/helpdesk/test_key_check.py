"""Keys that do not open the database stop the server and every command; nobody makes new ones."""

from __future__ import annotations

import asyncio
import io
import shutil
from datetime import date
from pathlib import Path

import pytest

from helpdesk.cli import run
from helpdesk.cli.frame import Frame
from helpdesk.clock import SystemClock
from helpdesk.config import Config
from helpdesk.config_file import load
from helpdesk.db import database_of
from helpdesk.ids import SystemIds
from helpdesk.key_check import check_keys_beside
from helpdesk.registry.columns import Entry
from helpdesk.registry.store import RegistryStore
from helpdesk.resources import open_resources
from helpdesk.security import KeyRing, KeyRingError
from helpdesk.serve import serve
from helpdesk.texts import load_texts
from tests.verifier_contract import known_invoices

CONFIG = """[helpdesk]
listen = "127.0.0.1:0"
control = "c.sock"
[database]
url = "{url}"
[security]
keys = "keys"
"""


@pytest.fixture
def file(tmp_path: Path, database_url: str) -> Path:
    KeyRing.create(tmp_path / "keys")
    (tmp_path / "config.toml").write_text(CONFIG.format(url=database_url), encoding="utf-8")
    return tmp_path / "config.toml"


@pytest.fixture
def config(file: Path) -> Config:
    return load(file, {})


def exchange_keys(config: Config) -> KeyRing:
    shutil.move(config.keys, config.keys.with_name("right"))
    return KeyRing.create(config.keys)


async def open_once(config: Config) -> None:
    clock = SystemClock()
    async with open_resources(config, clock, SystemIds(clock)):
        pass


def command(*arguments: str) -> tuple[int, str]:
    err = io.StringIO()
    status = run(arguments, Frame(load_texts().of("en"), {}, io.StringIO(), err))
    return status, err.getvalue()


async def test_the_first_keys_are_the_databases_and_no_others(config: Config) -> None:
    await open_once(config)
    await open_once(config)
    await asyncio.to_thread(exchange_keys, config)
    with pytest.raises(KeyRingError, match=r"keys\.other") as caught:
        await open_once(config)
    assert caught.value.params["here"] != caught.value.params["there"]
    with pytest.raises(KeyRingError, match=r"keys\.other"):
        await serve(config, {}, asyncio.Event(), listening=lambda _: None)


async def test_a_rotated_ring_is_still_the_same(config: Config) -> None:
    await open_once(config)
    await asyncio.to_thread(KeyRing.rotate, config.keys)
    await open_once(config)


async def test_a_database_with_invoices_and_no_check_value_takes_the_ring_that_opens_them(
    config: Config,
) -> None:
    ring = await asyncio.to_thread(KeyRing.open, config.keys)
    invoice = next(iter(known_invoices(date(2026, 11, 24)).values()))
    async with database_of(config.database_url) as database, database.transaction() as tx:
        store = RegistryStore(database, ring)
        await store.add(tx, store.finish([Entry(*invoice)]))
    await asyncio.to_thread(exchange_keys, config)
    with pytest.raises(KeyRingError, match=r"keys\.other"):
        await open_once(config)
    await asyncio.to_thread(shutil.rmtree, config.keys)
    await asyncio.to_thread(shutil.move, config.keys.with_name("right"), config.keys)
    await open_once(config)


async def test_two_rings_at_once_leave_one(config: Config, tmp_path: Path) -> None:
    if config.sqlite_path is not None:
        return  # one process owns the file
    rings = [await asyncio.to_thread(KeyRing.create, tmp_path / name) for name in ("a", "b")]
    from helpdesk.key_check import check_keys

    async with database_of(config.database_url) as one, database_of(config.database_url) as two:
        told = await asyncio.gather(
            check_keys(one, rings[0], SystemClock()),
            check_keys(two, rings[1], SystemClock()),
            return_exceptions=True,
        )
    assert sorted(str(each) for each in told) == ["None", "keys.other"]


def test_the_command_line_refuses_and_never_offers_new_keys(file: Path, config: Config) -> None:
    asyncio.run(open_once(config))
    exchange_keys(config)
    for words in (["kiosks", "list"], ["serve"], ["packs", "build"]):
        status, err = command(*words, "--config", str(file))
        told = [line for line in err.splitlines() if line.startswith("error[")]
        assert (status, [line.partition(":")[0] for line in told]) == (3, ["error[keys.other]"])
    assert "Restore" in told[0]
    for words in (["check-config"], ["check-config", "--production"]):
        status, err = command(*words, "--config", str(file))
        assert (status, err.count("error[keys.other]")) == (1, 1)
    shutil.rmtree(config.keys)
    for words in (["check-config"], ["check-config", "--production"]):
        status, err = command(*words, "--config", str(file))
        assert (status, err.count("error[keys.lost]")) == (1, 1)
        assert "keys init" not in err
    for words in (["kiosks", "list"], ["serve"], ["keys", "init"]):
        status, err = command(*words, "--config", str(file))
        assert (status, err.count("error[keys.lost]")) == (3, 1)
        assert "keys init" not in err
    assert not config.keys.exists()


async def test_the_production_check_looks_beside_a_server_that_owns_the_database(
    config: Config,
) -> None:
    clock = SystemClock()
    async with open_resources(config, clock, SystemIds(clock)) as resources:
        await check_keys_beside(config, resources.keys)
        other = await asyncio.to_thread(exchange_keys, config)
        with pytest.raises(KeyRingError, match=r"keys\.other"):
            await check_keys_beside(config, other)
