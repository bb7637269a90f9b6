"""The HTML of wc-auth, with the class names and fields that a real store has."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from sandbox.woocommerce.models import User

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore

SCOPE_NAMES = {"read": "Read", "write": "Write", "read_write": "Read/Write"}
READING = ["View coupons", "View customers", "View orders and sales reports", "View products"]
WRITING = [
    "Create webhooks",
    "Create coupons",
    "Create customers",
    "Create orders",
    "Create products",
]
BOTH = [
    "Create webhooks",
    "View and manage coupons",
    "View and manage customers",
    "View and manage orders and sales reports",
    "View and manage products",
]
GRANTS = {"read": READING, "write": WRITING, "read_write": BOTH}


def _page(app_name: str, content: str) -> str:
    return f"""<!DOCTYPE html>
<html lang="en-US">
<head>
\t<meta name="viewport" content="width=device-width" />
\t<meta name="robots" content="noindex, nofollow" />
\t<title>Application authentication request</title>
</head>
<body class="wc-auth wp-core-ui">
<h1 id="wc-logo">WooCommerce</h1>
<div class="wc-auth-content">
<h1>{app_name} would like to connect to your store</h1>
{content}
</div>
</body>
</html>
"""


def _named(asked: dict[str, str]) -> str:
    """The app's name without tags, escaped."""
    return escape(re.sub(r"<[^>]*>", "", asked["app_name"]))


def login(store: WooStore, asked: dict[str, str], back: str, after: str, error: str = "") -> str:
    name = _named(asked)
    own = f"/wc-auth/v1/login/?{urlencode(asked)}"
    notice = f'<div class="is-error" role="alert"><strong>Error:</strong> {error}</div>'
    return _page(
        name,
        f"""{notice if error else ""}
<p>To connect to {name} you need to be logged in. Log in to your store below, or
<a href="{escape(back)}">cancel and return to {name}</a></p>
<form method="post" class="wc-auth-login">
<label for="username">Username or email address</label>
<input type="text" name="username" id="username" value="" required />
<label for="password">Password</label>
<input type="password" name="password" id="password" required />
<input type="hidden" name="woocommerce-login-nonce" value="{store.salt[:10]}" />
<input type="hidden" name="_wp_http_referer" value="{escape(own)}" />
<button type="submit" class="wc-auth-login-button" name="login" value="Login">Login</button>
<input type="hidden" name="redirect" value="{escape(after)}" />
</form>""",
    )


def approval(asked: dict[str, str], user: User, approve: str, deny: str) -> str:
    """Two links and no form."""
    name, scope = _named(asked), asked["scope"]
    grants = "\n".join(f"<li>{each}</li>" for each in GRANTS[scope])
    app_host = escape(urlsplit(asked["callback_url"]).hostname or "")
    return _page(
        name,
        f"""<p>This will give &quot;<strong>{name}</strong>&quot;
<strong>{SCOPE_NAMES[scope]}</strong> access which will allow it to:</p>
<ul class="wc-auth-permissions">
{grants}
</ul>
<p>Approving will share credentials with <strong>{app_host}</strong>.
Do not proceed if this looks suspicious in any way.</p>
<div class="wc-auth-logged-in-as"><p>Logged in as {escape(user.name)}</p></div>
<p class="wc-auth-actions">
<a href="{escape(approve)}" class="button button-primary wc-auth-approve">Approve</a>
<a href="{escape(deny)}" class="button wc-auth-deny">Deny</a>
</p>""",
    )
