"""The admin of a pretend shop, as its merchant sees it in a browser.

A list of apps to install and uninstall, and a page that frames an installed app. The framed app
loads ``/app-bridge.js`` from the sandbox where it would load Shopify's script; the two talk by
``postMessage`` as in ``sandbox/static``. Nothing here is Shopify's: markup and style are our own.
"""

from sandbox.admin.door import handle, serves

__all__ = ["handle", "serves"]
