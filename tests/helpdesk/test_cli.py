from __future__ import annotations

import io
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from helpdesk.cli import build, run
from helpdesk.cli.frame import Frame
from helpdesk.errors import HelpdeskError
from helpdesk.texts import LANGUAGES, load_texts

ERROR = re.compile(r"error\[[a-z_]+\.[a-z_.0-9]+\]: \S.*")


def _run(*arguments: str, language: str = "en") -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    frame = Frame(load_texts().of(language), {}, out, err)
    return run(arguments, frame), out.getvalue(), err.getvalue()


@pytest.fixture
def config(tmp_path: Path) -> str:
    file = tmp_path / "config.toml"
    file.write_text("[helpdesk]\nlisten = '127.0.0.1:0'\n", encoding="utf-8")
    return str(file)


def _commands(command: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    found = [(path, command)]
    for name, each in getattr(command, "commands", {}).items():
        found += _commands(each, (*path, name))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_and_option_is_explained(language: str) -> None:
    for path, command in _commands(build(load_texts().of(language))):
        assert command.help, path
        assert not command.help.startswith("cli."), path
        for parameter in command.params:
            if parameter.name != "help":
                assert not parameter.help.startswith("cli."), (path, parameter.name)


def test_help_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, _ = _run("serve", "--help")
    assert status == 0
    assert "SIGTERM" in capsys.readouterr().out


def test_the_first_steps_of_an_installation(config: str, tmp_path: Path) -> None:
    status, out, _ = _run("keys", "init", "--config", config, "--json")
    assert status == 0
    assert Path(json.loads(out)["access"]).stat().st_mode & 0o777 == 0o600
    status, out, _ = _run("migrate", "--config", config)
    assert status == 0
    assert "foundation.0001_initial" in out
    status, out, _ = _run("migrate", "--config", config, "--json")
    assert (status, out) == (0, "")
    assert _run("keys", "rotate", "--config", config, "--json")[1] == '{"version": 2}\n'
    assert _run("check-config", "--config", config)[0] == 0
    assert (tmp_path / "data/helpdesk/helpdesk.sqlite3").exists()


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (("serve", "--nonsense"), 2, "usage.wrong"),
        (("nonsense",), 2, "usage.wrong"),
        (("check-config", "--config", "/none.toml"), 2, "config.missing"),
        (("serve", "--config", "CONFIG"), 3, "keys.missing"),
        (("keys", "rotate", "--config", "CONFIG"), 3, "keys.missing"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_errors_have_code_sentence_and_status(
    config: str, arguments: tuple[str, ...], status: int, code: str, language: str
) -> None:
    given = [config if each == "CONFIG" else each for each in arguments]
    got, _, err = _run(*given, language=language)
    assert got == status
    assert err.startswith(f"error[{code}]: ")
    assert ERROR.fullmatch(err.strip())
    assert "Traceback" not in err


def test_keys_are_not_made_twice(config: str) -> None:
    _run("keys", "init", "--config", config)
    status, _, err = _run("keys", "init", "--config", config)
    assert (status, err.partition(":")[0]) == (2, "error[keys.exist]")


def test_serving_an_old_schema_is_refused(config: str) -> None:
    _run("keys", "init", "--config", config)
    Path(config).parent.joinpath("data/helpdesk").mkdir(parents=True, exist_ok=True)
    status, _, err = _run("serve", "--config", config)
    assert (status, err.partition(":")[0]) == (3, "error[db.migrations]")


def test_every_problem_of_a_configuration_is_printed(config: str) -> None:
    Path(config).write_text("[helpdesk]\na = 1\nb = 2\n", encoding="utf-8")
    status, _, err = _run("check-config", "--config", config)
    assert status == 2
    assert [ERROR.fullmatch(line) is not None for line in err.splitlines()] == [True, True]


def test_what_is_not_fit_for_the_public(config: str) -> None:
    Path(config).write_text(
        "[helpdesk]\nlisten = '0.0.0.0:8080'\ndaily_limit = 0\n"
        "[database]\nurl = 'postgres://u@db.example/y?tls=off'\n",
        encoding="utf-8",
    )
    status, out, _ = _run("check-config", "--production", "--json", "--config", config)
    assert status == 1
    problems = {json.loads(line).get("problem") for line in out.splitlines()}
    assert problems == {
        "keys.missing",
        "production.listen",
        "production.proxies",
        "production.database_tls",
        "production.unlimited",
        "production.centre",
        "production.passing",
        "production.shared_access",
        None,
    }


def test_a_configuration_fit_for_the_public(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("helpdesk.production._PASSING", ())
    file = tmp_path / "config.toml"
    file.write_text(
        "[centre]\naddress = '1 Road'\n[helpdesk]\ntrusted_proxies = '127.0.0.1'\n"
        "[security]\nshared_access = false\n",
        encoding="utf-8",
    )
    _run("keys", "init", "--config", str(file))
    status, out, err = _run("check-config", "--production", "--config", str(file))
    assert (status, err) == (0, "")
    assert out.startswith(f"The server's part of {file} is fine: [centre] [helpdesk] ")
    assert out.endswith("kiosk check-config.\n")


def test_a_crash_is_one_line_that_quotes_nothing(
    config: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise KeyError("canary-91110108MA00SECRET")

    monkeypatch.setattr(Frame, "load", crash)
    status, out, err = _run("migrate", "--config", config)
    assert status == 3
    assert "canary" not in out + err
    assert err.startswith("error[server.crash]: ")
    assert len(err.splitlines()) == 1


def test_an_interrupt_is_no_error(config: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Frame, "load", interrupt)
    assert _run("migrate", "--config", config) == (130, "", "")


def test_the_description_of_the_interface() -> None:
    status, out, _ = _run("openapi")
    document = json.loads(out)
    assert (status, document["openapi"]) == (0, "3.1.0")
    assert {"/livez", "/readyz", "/api/v1/openapi.json"} <= document["paths"].keys()


def test_an_error_without_a_known_code_is_unavailable(
    config: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise HelpdeskError("db.owned", path="/x")

    monkeypatch.setattr(Frame, "load", fail)
    status, _, err = _run("migrate", "--config", config)
    assert status == 3
    assert "/x" in err
    assert os.linesep not in err.rstrip(os.linesep)
