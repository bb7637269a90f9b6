"""REST: /webhooks. Creating one pings its address at once, unsigned."""

from __future__ import annotations

import re

from sandbox.woocommerce import hooks
from sandbox.woocommerce.answers import Answer, RestError, links, missing_param
from sandbox.woocommerce.call import Call
from sandbox.woocommerce.lists import page_of
from sandbox.woocommerce.models import JSON, Webhook
from sandbox.woocommerce.order_view import ALL_METHODS
from sandbox.woocommerce.php import text_of

STATUSES = ("active", "paused", "disabled")


def _view(call: Call, webhook: Webhook) -> JSON:
    store = call.store
    resource, _, event = webhook.topic.partition(".")
    return {
        "id": webhook.id,
        "name": webhook.name,
        "status": webhook.status,
        "topic": webhook.topic,
        "resource": resource,
        "event": event,
        "hooks": hooks.TOPICS.get(webhook.topic, [event]),
        "delivery_url": webhook.delivery_url,
        "date_created": store.site_time(webhook.created),
        "date_created_gmt": store.gmt(webhook.created),
        "date_modified": store.site_time(webhook.modified),
        "date_modified_gmt": store.gmt(webhook.modified),
        "_links": links(store.url(f"wc/v3/webhooks/{webhook.id}"), ALL_METHODS),
    }


def listed(call: Call) -> Answer:
    wanted = call.params.get("status", "all")
    found = [each for each in call.store.webhooks.values() if wanted in ("all", each.status)]
    return page_of(call, found[::-1], lambda each: _view(call, each))


def get(call: Call) -> Answer:
    return Answer(_view(call, _webhook(call)))


def _webhook(call: Call) -> Webhook:
    webhook = call.store.webhooks.get(call.id)
    if webhook is None:
        raise RestError("woocommerce_rest_shop_webhook_invalid_id", "Invalid ID.", 404)
    return webhook


def create(call: Call) -> Answer:
    """``status`` in the body is ignored: active. The secret is never shown again."""
    store, body = call.store, call.params
    for name in ("topic", "delivery_url"):
        if name not in body:
            raise missing_param(name)
    webhook = Webhook(
        id=0,
        name=text_of(body.get("name")) or f"Webhook created on {_minute(call)}",
        topic=_topic(body),
        delivery_url=_delivery_url(body),
        secret=text_of(body.get("secret")) or f"{store.world.random.getrandbits(200):050x}",
        created=store.now(),
    )
    webhook.id = store.ids.take("webhook")
    store.webhooks[webhook.id] = webhook
    answer = _view(call, webhook)
    hooks.ping(store, webhook)
    return Answer(answer, 201, {"Location": store.url(f"wc/v3/webhooks/{webhook.id}")})


def _minute(call: Call) -> str:
    return call.store.now().strftime("%b %d, %Y @ %I:%M %p")


def _topic(body: JSON) -> str:
    topic = text_of(body.get("topic"))
    if topic not in hooks.TOPICS and not re.match(r"action\.(woocommerce|wc)_\w+$", topic):
        text = "Webhook topic is required and must be valid."
        raise RestError("woocommerce_rest_shop_webhook_invalid_topic", text)
    return topic


def _delivery_url(body: JSON) -> str:
    url = text_of(body.get("delivery_url"))
    if not re.match(r"https?://.", url):
        text = "Webhook delivery URL must be a valid URL starting with http:// or https://."
        raise RestError("woocommerce_rest_shop_webhook_invalid_delivery_url", text)
    return url


def update(call: Call) -> Answer:
    """Setting ``active`` revives a disabled webhook and forgives its failures."""
    webhook, body = _webhook(call), call.params
    webhook.topic = _topic(body) if "topic" in body else webhook.topic
    webhook.delivery_url = _delivery_url(body) if "delivery_url" in body else webhook.delivery_url
    webhook.secret = text_of(body["secret"]) if body.get("secret") else webhook.secret
    webhook.name = text_of(body.get("name", webhook.name))
    if body.get("status") in STATUSES:
        webhook.status = body["status"]
        webhook.failures = 0 if webhook.status == "active" else webhook.failures
    hooks.saved(call.store, webhook)
    return Answer(_view(call, webhook))


def delete(call: Call) -> Answer:
    webhook = _webhook(call)
    if not call.flag("force"):
        text = "Webhooks do not support trashing."
        raise RestError("woocommerce_rest_trash_not_supported", text, 501)
    del call.store.webhooks[webhook.id]
    return Answer(_view(call, webhook))
