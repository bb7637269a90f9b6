"""The programs of the app and of the world around it, and the environment they are started with."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import redis
import requests
from cryptography.fernet import Fernet

from demo.pretend import Sandbox
from demo.programs import Programs

CLIENT_ID, CLIENT_SECRET = "demo-app", "demo-client-secret"  # noqa: S105 - of a pretend app
PYTHON = sys.executable
NOT_INHERITED = ("SLUICE_", "FLASK_", "PORT", "REDIS_URL", "WEB_CONCURRENCY")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def find_redis() -> str | None:
    """The machine's Redis or Valkey, else the one beside our Python."""
    beside = str(Path(sys.prefix) / "bin")
    return (
        shutil.which("redis-server")
        or shutil.which("valkey-server")
        or shutil.which("redis-server", path=beside)
    )


class Stack:
    """``settings`` are further SLUICE_ variables, in lower case and without the prefix."""

    def __init__(self, programs: Programs, database_url: str, **settings: object) -> None:
        self.programs, self.port = programs, free_port()
        self.settings: dict[str, str] = {
            "database_url": database_url,
            "secret_keys": Fernet.generate_key().decode(),
            "app_client_id": CLIENT_ID,
            "app_secrets": CLIENT_SECRET,
            "public_url": f"http://127.0.0.1:{self.port}",
            **{name: str(value) for name, value in settings.items()},
        }

    @property
    def url(self) -> str:
        return self.settings["public_url"]

    @property
    def status_url(self) -> str:
        """For a browser: the token stands where it would ask for a password."""
        return f"http://operator:{self.settings['metrics_token']}@127.0.0.1:{self.port}/status"

    def environment(self, **more: object) -> dict[str, str]:
        """Our own, without what was meant for another Sluice."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(NOT_INHERITED)}
        own = self.settings | {name: str(value) for name, value in more.items()}
        given = {f"SLUICE_{name.upper()}": value for name, value in own.items()}
        return {**kept, **given, "PYTHONUNBUFFERED": "1"}

    def start_redis(self, program: str) -> None:
        """With a password, for whoever rings through Redis names the function that runs. Started
        again, it is empty and stands where it stood."""
        folder = self.programs.folder
        written = folder / "redis.conf"
        if not written.exists():
            port, password = free_port(), secrets.token_hex(16)
            written.touch(mode=0o600)
            written.write_text(
                f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\n'
            )
            self.settings["redis_url"] = f"redis://:{password}@127.0.0.1:{port}/0"
        self.programs.start("redis", [program, str(written), "--dir", str(folder)], os.environ)
        self.programs.wait_until("redis", lambda: pings(self.settings["redis_url"]))

    def start_sandbox(self, config: Mapping[str, Any]) -> tuple[Sandbox, dict[str, Any]]:
        """The door of the sandbox, and what it made of each shop and site by host. The app's pages
        load App Bridge from it, are framed by its admin, and their mail ends there."""
        written = self.programs.folder / "sandbox.json"
        written.write_text(json.dumps(config, indent=1))
        command = [PYTHON, "-m", "sandbox", "--port", "0", "--smtp-port", "0"]
        command += ["--config", str(written)]
        self.programs.start("sandbox", command, self.environment())
        log = self.programs.log("sandbox")
        self.programs.wait_until("sandbox", lambda: log.read_text().endswith("}\n"))
        told = json.loads(log.read_text().splitlines()[0])
        sandbox = Sandbox(told["port"])
        self.settings |= {
            "store_gateway": sandbox.url,
            "app_bridge": f"{sandbox.url}/app-bridge.js",
            "admin_origins": f"http://{{shop}}.localhost:{told['port']}",
            "mail_url": f"smtp://127.0.0.1:{told['smtp_port']}",
        }
        return sandbox, told["made"]

    def start_web(self) -> None:
        env = self.environment(web_port=self.port)
        self.programs.start("web", [PYTHON, "-m", "webapp"], env)

    def start_worker(self, name: str = "worker", **settings: object) -> int:
        """``settings`` hold for this worker alone."""
        env = self.environment(**settings)
        return self.programs.start(name, [PYTHON, "-m", "workers", "work"], env)

    def start_clock(self, name: str = "clock") -> int:
        return self.programs.start(name, [PYTHON, "-m", "workers", "clock"], self.environment())

    def wait_for_web(self) -> None:
        self.programs.wait_until("web", lambda: answers(f"{self.url}/ready"))


def pings(url: str) -> bool:
    try:
        with redis.Redis.from_url(url) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False


def answers(url: str) -> bool:
    with requests.Session() as session:
        session.trust_env = False
        try:
            return session.get(url, timeout=5).ok
        except requests.RequestException:
            return False
