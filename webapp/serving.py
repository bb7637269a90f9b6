"""How gunicorn serves the merchant's door: ``gunicorn -c python:webapp.serving``.

Threads, because a webhook waits for the database and for nothing else.
"""

from __future__ import annotations

from orderflow.config import load

wsgi_app = "webapp:create_app()"
worker_class = "gthread"
workers = 1
threads = 8
graceful_timeout = 20
control_socket_disable = True  # it would be in the home folder, the same for all that serve


def on_starting(server: object) -> None:
    """Stop before anything is forked: a worker that cannot start would be started for ever."""
    load()
