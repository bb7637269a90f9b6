"""A bad value stops the start with one sentence that names its variable."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderflow.config import Config, ConfigError, load

GOOD = {
    "SLUICE_DATABASE_URL": "sqlite:///sluice.db",
    "SLUICE_SECRET_KEYS": "D0TPDvZPcHw8hiJaOgTnwSzZQLPoKGL0nuZzOVXYZ0s=",
    "SLUICE_APP_CLIENT_ID": "client-id",
    "SLUICE_APP_SECRETS": "shpss_9c1d5e7f20ab, shpss_04b6c8d2e1f3",
    "SLUICE_PUBLIC_URL": "https://sluice.example.com",
}


def sentence(**changes: str) -> str:
    names = {f"SLUICE_{name.upper()}": value for name, value in changes.items()}
    with pytest.raises(ConfigError) as wrong:
        load({**GOOD, **names})
    return str(wrong.value)


def test_a_good_environment_is_read() -> None:
    config = load({**GOOD, "SLUICE_LOOK_WAITS": "5, 30,120", "UNRELATED": "1"})
    assert config.app_secrets == ("shpss_9c1d5e7f20ab", "shpss_04b6c8d2e1f3")
    assert config.look_waits == (5, 30, 120)


@pytest.mark.parametrize("name", sorted(GOOD))
def test_what_is_missing_is_named(name: str) -> None:
    with pytest.raises(ConfigError, match=f"^{name} is not set: .+docs/configuration.md.$"):
        load({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "mysql://localhost/sluice"),
        ("database_url", "postgresql+psycopg://db.lan:many/sluice"),
        ("database_url", "postgresql+psycopg://db.lan"),
        ("database_url", "sqlite:///"),
        ("database_url", "sqlite:///:memory:"),
        ("secret_keys", "no-key"),
        ("secret_keys", ","),
        ("secret_keys", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ("secret_keys", f"{GOOD['SLUICE_SECRET_KEYS']},{'QUFB' * 10}QUE="),
        ("app_secrets", " , "),
        ("app_secrets", "your-client-secret"),
        ("app_secrets", "shpss_9c1d5e7f20ab,CHANGE-ME-please"),
        ("app_secrets", "aaaaaaaaaaaaaaaaaaaaaaaa"),
        ("app_secrets", "short"),
        ("metrics_token", "changemechangeme"),
        ("metrics_token", "0000000000000000"),
        ("public_url", "sluice.example.com"),
        ("public_url", "https://sluice.example.com/path"),
        ("public_url", "http://sluice.example.com"),
        ("public_url", "http://10.0.0.5:8000"),
        ("public_url", "https://sluice.example.com:port"),
        ("portal_url", "http://vendors.example.com"),
        ("redis_url", "redis://redis.lan:6379/0"),
        ("redis_url", "redis://:password@redis.lan:6379/0"),
        ("redis_url", "rediss://redis.lan:6379/0"),
        ("redis_url", "http://127.0.0.1:6379"),
        ("redis_url", "redis://:password@localhost.lan"),
        ("store_gateway", "http://gateway.lan:8080"),
        ("store_gateway", "https://127.0.0.1:8080"),
        ("mail_url", "smtp://mail.lan:many"),
        ("mail_url", "smtp://:587"),
        ("web_address", "sluice.lan"),
        ("web_port", "65536"),
        ("web_proxy_networks", "10.0.0.0/24,the proxy"),
        ("log_level", "loud"),
        ("poll_every", "often"),
        ("poll_every", "1"),
        ("reconcile_every", "0"),
        ("look_waits", "5,soon"),
        ("look_waits", "5,-1"),
        ("look_waits", ","),
        ("lease_seconds", "1"),
        ("claim_seconds", "3"),
        ("call_seconds", "0"),
        ("store_ca", "no certificate"),
    ],
)
def test_what_is_wrong_is_named_in_one_sentence(name: str, value: str) -> None:
    said = sentence(**{name: value})
    assert said.startswith(f"SLUICE_{name.upper()} ")
    assert said.endswith(".")
    assert "\n" not in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("public_url", "http://127.0.0.1:8000"),
        ("public_url", "http://[::1]:8000"),
        ("public_url", "http://app.localhost:8000"),
        ("redis_url", "redis://127.0.0.1:6379/0"),
        ("redis_url", "redis://localhost"),
        ("redis_url", "unix:///run/redis.sock"),
        ("redis_url", "rediss://:password@redis.lan:6379/0"),
        ("database_url", "postgresql+psycopg:///sluice?host=/run/postgresql"),
        ("database_url", "postgresql+psycopg://sluice:p%40ss@db.lan/sluice"),
        ("store_gateway", "http://127.0.0.1:8080"),
        ("web_address", "::"),
    ],
)
def test_what_is_safe_is_taken(name: str, value: str) -> None:
    assert getattr(load({**GOOD, f"SLUICE_{name.upper()}": value}), name) == value


def test_a_misspelt_variable_stops_the_start() -> None:
    assert sentence(databse_url="x").startswith("SLUICE_DATABSE_URL is not a setting of Sluice")


def test_a_claim_must_outlast_two_calls() -> None:
    assert sentence(claim_seconds="60", call_seconds="30").startswith("SLUICE_CLAIM_SECONDS must")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("secret_keys", "hush-hush"),
        ("app_secrets", "hush"),
        ("redis_url", "redis://:hush@redis.lan"),
        ("database_url", "postgresql+psycopg://sluice:hush@db.lan:many/sluice"),
        ("mail_url", "smtp://sluice:hush@mail.lan:many"),
    ],
)
def test_no_secret_is_shown_in_a_sentence(name: str, value: str) -> None:
    assert "hush" not in sentence(**{name: value})


def test_a_secret_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(GOOD["SLUICE_SECRET_KEYS"] + "\n")
    given = {key: value for key, value in GOOD.items() if key != "SLUICE_SECRET_KEYS"}
    config = load({**given, "SLUICE_SECRET_KEYS_FILE": str(tmp_path / "keys")})
    assert config.secret_keys == (GOOD["SLUICE_SECRET_KEYS"],)
    with pytest.raises(ConfigError, match="are both set; keep one of them.$"):
        load({**GOOD, "SLUICE_SECRET_KEYS_FILE": str(tmp_path / "keys")})


@pytest.mark.parametrize("held", [None, b"", b" \n", b"\xff\xfe\x00"])
def test_a_file_that_holds_no_secret_is_told(tmp_path: Path, held: bytes | None) -> None:
    file = tmp_path / "keys"
    if held is not None:
        file.write_bytes(held)
    given = {key: value for key, value in GOOD.items() if key != "SLUICE_SECRET_KEYS"}
    for path in (file, tmp_path):
        with pytest.raises(ConfigError, match=r"^SLUICE_SECRET_KEYS_FILE names a file .*[.]$"):
            load({**given, "SLUICE_SECRET_KEYS_FILE": str(path)})


def test_the_platforms_own_name_for_redis_is_understood() -> None:
    assert load({**GOOD, "REDIS_URL": "redis://127.0.0.1/1"}).redis_url == "redis://127.0.0.1/1"
    assert isinstance(load(GOOD), Config)
