"""A bad value stops the start with one sentence that names its variable."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderflow.config import Config, ConfigError, load

GOOD = {
    "SLUICE_DATABASE_URL": "sqlite:///sluice.db",
    "SLUICE_SECRET_KEYS": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "SLUICE_APP_CLIENT_ID": "client-id",
    "SLUICE_APP_SECRETS": "new, old",
    "SLUICE_PUBLIC_URL": "https://sluice.example.com",
}


def sentence(**changes: str) -> str:
    names = {f"SLUICE_{name.upper()}": value for name, value in changes.items()}
    with pytest.raises(ConfigError) as wrong:
        load({**GOOD, **names})
    return str(wrong.value)


def test_a_good_environment_is_read() -> None:
    config = load({**GOOD, "SLUICE_LOOK_WAITS": "5, 30,120", "UNRELATED": "1"})
    assert config.app_secrets == ("new", "old")
    assert config.look_waits == (5, 30, 120)


@pytest.mark.parametrize("name", sorted(GOOD))
def test_what_is_missing_is_named(name: str) -> None:
    with pytest.raises(ConfigError, match=f"^{name} is not set: .+docs/configuration.md.$"):
        load({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "mysql://localhost/sluice"),
        ("secret_keys", "no-key"),
        ("secret_keys", ","),
        ("app_secrets", " , "),
        ("public_url", "sluice.example.com"),
        ("public_url", "https://sluice.example.com/path"),
        ("log_level", "loud"),
        ("poll_every", "often"),
        ("poll_every", "1"),
        ("reconcile_every", "0"),
        ("look_waits", "5,soon"),
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


def test_a_misspelt_variable_stops_the_start() -> None:
    assert sentence(databse_url="x").startswith("SLUICE_DATABSE_URL is not a setting of Sluice")


def test_a_claim_must_outlast_two_calls() -> None:
    assert sentence(claim_seconds="60", call_seconds="30").startswith("SLUICE_CLAIM_SECONDS must")


def test_no_secret_is_shown_in_a_sentence() -> None:
    assert "hush" not in sentence(secret_keys="hush-hush")


def test_a_secret_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(GOOD["SLUICE_SECRET_KEYS"] + "\n")
    given = {key: value for key, value in GOOD.items() if key != "SLUICE_SECRET_KEYS"}
    config = load({**given, "SLUICE_SECRET_KEYS_FILE": str(tmp_path / "keys")})
    assert config.secret_keys == (GOOD["SLUICE_SECRET_KEYS"],)
    with pytest.raises(ConfigError, match="^SLUICE_SECRET_KEYS_FILE names a file"):
        load({**given, "SLUICE_SECRET_KEYS_FILE": str(tmp_path / "missing")})


def test_the_platforms_own_name_for_redis_is_understood() -> None:
    assert load({**GOOD, "REDIS_URL": "redis://127.0.0.1/1"}).redis_url == "redis://127.0.0.1/1"
    assert isinstance(load(GOOD), Config)
