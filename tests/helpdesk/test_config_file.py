from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.config import KEYS, OTHERS, Config
from helpdesk.config_file import ConfigError, load


def _load(tmp_path: Path, text: str, **environ: str) -> Config:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    return load(file, environ)


def _problems(tmp_path: Path, text: str, **environ: str) -> list[tuple[str, str]]:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, text, **environ)
    return [(each.code, each.params.get("key", "")) for each in caught.value.problems]


def test_an_empty_file_gives_the_defaults(tmp_path: Path) -> None:
    config = _load(tmp_path, "")
    assert config.listen == ("127.0.0.1", 8080)
    assert config.control == tmp_path / "data/helpdesk/control.sock"
    assert config.database_url == f"sqlite://{tmp_path}/data/helpdesk/helpdesk.sqlite3"
    assert config.keys == tmp_path / "data/helpdesk/keys"
    assert config.centre.zone.key == "Asia/Shanghai"
    assert config.log is None


def test_what_is_written_is_read(tmp_path: Path) -> None:
    config = _load(
        tmp_path,
        """
        [helpdesk]
        listen = "[::1]:0"
        trusted_proxies = "127.0.0.1, 10.0.0.0/8"
        drain = 2
        next_day = false
        [database]
        url = "postgres://u:p@db.example:5433/yanpiao"
        """,
    )
    assert config.listen == ("::1", 0)
    assert [str(network) for network in config.helpdesk.proxies] == ["127.0.0.1/32", "10.0.0.0/8"]
    assert config.helpdesk.drain == 2.0
    assert config.helpdesk.next_day is False
    assert config.sqlite_path is None
    assert config.database_url.endswith("/yanpiao")


@pytest.mark.parametrize("section", OTHERS)
def test_sections_of_others_are_not_read(tmp_path: Path, section: str) -> None:
    _load(tmp_path, f"[{section}]\nwhatever = [1, {{}}]\n")


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    assert _problems(
        tmp_path,
        """
        database = 1
        [helpdsk]
        [helpdesk]
        lisen = "x"
        years = "five"
        daily_limit = true
        listen = "localhost"
        drain = 99
        [centre]
        timezone = "Mars/Olympus"
        [security]
        guesses_per_minute = -1
        """,
        YANPIAO_HELPDESK__YEARS="many",
        YANPIAO_HELPDESK__NEXT_DAY="perhaps",
    ) == [
        ("config.not_a_section", "database"),
        ("config.unknown_section", "helpdsk"),
        ("config.unknown_key", "helpdesk.lisen"),
        ("config.wrong_type", "helpdesk.years"),
        ("config.wrong_type", "helpdesk.daily_limit"),
        ("config.wrong_value", "helpdesk.listen"),
        ("config.wrong_value", "helpdesk.drain"),
        ("config.wrong_form", "centre.timezone"),
        ("config.wrong_value", "security.guesses_per_minute"),
        ("config.wrong_type", "helpdesk.next_day"),
        ("config.wrong_type", "helpdesk.years"),
    ]


@pytest.mark.parametrize(
    ("site", "host"),
    [("", None), ("https://yp.gov.cn", "YP.GOV.CN"), ("HTTPS://Yp.Gov.Cn:8443/", "YP.GOV.CN:8443")],
)
def test_a_public_site_is_an_address_without_a_path(
    tmp_path: Path, site: str, host: str | None
) -> None:
    found = _load(tmp_path, f'[helpdesk]\nsite = "{site}"').helpdesk.public_site
    assert (None if found is None else found.host) == host


@pytest.mark.parametrize(
    "site", ["http://yp.gov.cn", "https://yp.gov.cn/verify", "https://" + "a" * 26 + ".cn"]
)
def test_a_site_that_no_code_can_hold_is_refused_with_the_limit(tmp_path: Path, site: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, f'[helpdesk]\nsite = "{site}"')
    (problem,) = caught.value.problems
    assert problem.params["key"] == "helpdesk.site"
    assert "host ≤ 28" in " ".join(problem.params.values())


def test_the_nearest_name_is_offered(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, "[helpdesk]\nlisen = 'x'\n[securty]\n")
    nearest = [each.params["nearest"] for each in caught.value.problems]
    assert nearest == ["helpdesk.listen", "security"]


def test_the_environment_overrides(tmp_path: Path) -> None:
    config = _load(
        tmp_path,
        "[helpdesk]\nyears = 5\n",
        YANPIAO_HELPDESK__YEARS="3",
        YANPIAO_HELPDESK__DRAIN="1.5",
        YANPIAO_HELPDESK__NEXT_DAY="false",
        YANPIAO_DATABASE__URL="sqlite:///srv/y.sqlite3",
        YANPIAO_KIOSK__PREFIX="not ours",
        YANPIAO_EXAMPLES="not a key",
        OTHER="x",
    )
    assert (config.helpdesk.years, config.helpdesk.drain) == (3, 1.5)
    assert config.helpdesk.next_day is False
    assert config.database_url == "sqlite:///srv/y.sqlite3"


def test_a_password_is_not_in_the_complaint(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, "[database]\nurl = 'postgres://u:canary@host:x/y'\n")
    assert "canary" not in repr([dict(each.params) for each in caught.value.problems])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"[", "config.syntax"),
        (b"\xff", "config.unreadable"),
        (b"a=" + b"[" * 9000, "config.syntax"),
    ],
    ids=["broken", "bytes", "deep"],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes, code: str) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=code):
        load(file, {})
    with pytest.raises(ConfigError, match=r"config\.missing"):
        load(tmp_path / "none.toml", {})


@given(content=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_a_configuration_or_a_coded_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.mktemp("any") / "config.toml"
    file.write_bytes(content)
    try:
        load(file, {})
    except ConfigError as error:
        assert error.problems  # noqa: PT017 - either outcome is fine, a third is not


def test_every_key_says_what_it_means() -> None:
    assert all(key.meaning for key in KEYS)
    assert len({key.path for key in KEYS}) == len(KEYS)
