"""The shop, the app's installation, versions, webhook subscriptions, metafield definitions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.shopify.app import App, may_hear
from sandbox.shopify.fulfilment import Refusal
from sandbox.shopify.graph.base import Args, Call, Fields, Resolver, attr, constant, user_errors
from sandbox.shopify.graph.orders import at
from sandbox.shopify.graph.pages import Page, page
from sandbox.shopify.ids import gid, number_of
from sandbox.shopify.metafields import Definition
from sandbox.shopify.schema import VERSION
from sandbox.shopify.webhooks import Subscription, topic_of

VERSIONS = ("2026-01", "2026-04", "2026-07", "2026-10", "2027-01", "unstable")


def _scopes(handles: Iterable[str]) -> list[dict[str, str]]:
    return [{"handle": each, "description": each.replace("_", " ")} for each in handles]


def shop_plan(shop: Any, *_: Any) -> dict[str, Any]:
    return {
        "publicDisplayName": shop.plan.title(),
        "partnerDevelopment": shop.plan == "development",
        "shopifyPlus": shop.plan == "plus",
    }


FIELDS: Fields = {
    "Shop": {
        "id": lambda shop, info, args: gid("Shop", shop.id),
        "name": attr("name"),
        "myshopifyDomain": attr("domain"),
        "email": attr("email"),
        "contactEmail": attr("email"),
        "currencyCode": attr("currency"),
        "ianaTimezone": attr("timezone"),
        "taxesIncluded": attr("taxes_included"),
        "plan": shop_plan,
        "shopAddress": lambda shop, info, args: shop,
        "url": lambda shop, info, args: f"https://{shop.domain}",
        "primaryDomain": lambda shop, info, args: {
            "id": gid("Domain", shop.id),
            "host": shop.domain,
            "url": f"https://{shop.domain}",
            "sslEnabled": True,
        },
    },
    "ShopAddress": {
        "id": lambda shop, info, args: gid("ShopAddress", shop.id),
        "countryCodeV2": attr("country"),
        "phone": attr("phone"),
        "company": attr("name"),
    },
    "AppInstallation": {
        "id": lambda each, info, args: gid("AppInstallation", each.id),
        "app": attr("app"),
        "accessScopes": lambda each, info, args: _scopes(sorted(each.scopes)),
        "activeSubscriptions": constant([]),
    },
    "App": {
        "id": attr("gid"),
        "handle": attr("handle"),
        "title": attr("name"),
        "apiKey": attr("client_id"),
        "embedded": constant(True),
        "webhookApiVersion": attr("api_version"),
        "requestedAccessScopes": lambda app, info, args: _scopes(app.scopes),
        "optionalAccessScopes": lambda app, info, args: _scopes(app.optional_scopes),
    },
    "Job": {"id": attr("gid"), "done": attr("done")},
    "MetafieldDefinition": {
        "id": attr("gid"),
        "namespace": attr("namespace"),
        "key": attr("key"),
        "name": attr("name"),
        "type": lambda each, info, args: {"name": each.type, "category": "ID"},
    },
    "WebhookSubscription": {
        "id": attr("gid"),
        "topic": attr("topic_enum"),
        "uri": attr("uri"),
        "name": attr("name"),
        "filter": lambda each, info, args: each.filter or None,
        "includeFields": attr("include_fields"),
        "format": constant("JSON"),
        "metafieldNamespaces": constant([]),
        "apiVersion": lambda each, info, args: _version(each.app.api_version),
        "createdAt": at("created_at"),
        "updatedAt": at("updated_at"),
    },
}


def _version(handle: str) -> dict[str, Any]:
    return {"handle": handle, "displayName": handle, "supported": handle <= VERSION}


def webhook_subscriptions(_: Any, info: GraphQLResolveInfo, args: Args) -> Page:
    """Made through the API only; those of the TOML are not shown."""
    call: Call = info.context
    topics = args.get("topics")
    made = [
        each
        for each in call.shop.webhooks.made.values()
        if each.app is call.app
        and (not topics or each.topic_enum in topics)
        and (not args.get("uri") or each.uri == args["uri"])
    ]
    return page(made, args, key=lambda each: each.id)


def _find(call: Call, subscription_gid: str) -> Subscription:
    found = call.shop.webhooks.made.get(number_of(subscription_gid, "WebhookSubscription"))
    if found is None or found.app is not call.app:
        raise Refusal("Webhook subscription does not exist", ["id"])
    return found


def _write(subscription: Subscription, given: dict[str, Any], call: Call) -> Subscription:
    uri = given.get("uri") or given.get("callbackUrl") or subscription.uri
    if not uri.startswith(("https://", "pubsub://", "arn:aws:events:")):
        raise Refusal("Address protocol http:// is not supported", ["webhookSubscription", "uri"])
    others = [each for each in call.shop.webhooks.made.values() if each is not subscription]
    wanted = given.get("filter", subscription.filter) or ""
    here = (call.app, subscription.topic, uri, wanted)
    if here in [(each.app, each.topic, each.uri, each.filter) for each in others]:
        raise Refusal(
            "Address for this topic has already been taken", ["webhookSubscription", "uri"]
        )
    subscription.uri, subscription.filter = uri, wanted
    subscription.name = given.get("name", subscription.name)
    subscription.include_fields = given.get("includeFields", subscription.include_fields) or []
    subscription.updated_at = call.shop.now()
    return subscription


@user_errors("webhookSubscription")
def webhook_subscription_create(_: Any, info: GraphQLResolveInfo, args: Args) -> Subscription:
    call: Call = info.context
    topic = topic_of(args["topic"])
    if not may_hear(topic, call.scopes):
        raise Refusal(
            f"You do not have permission to create or update webhooks with {topic} topic.",
            ["topic"],
        )
    made = Subscription(call.app, topic, "", id=0, created_at=call.shop.now())
    _write(made, args["webhookSubscription"], call)
    made.id = next(call.shop.world.ids)
    call.shop.webhooks.made[made.id] = made
    return made


@user_errors("webhookSubscription")
def webhook_subscription_update(_: Any, info: GraphQLResolveInfo, args: Args) -> Subscription:
    call: Call = info.context
    return _write(_find(call, args["id"]), args["webhookSubscription"], call)


@user_errors("deletedWebhookSubscriptionId")
def webhook_subscription_delete(_: Any, info: GraphQLResolveInfo, args: Args) -> str:
    call: Call = info.context
    found = _find(call, args["id"])
    del call.shop.webhooks.made[found.id]
    return found.gid


@user_errors("createdDefinition")
def metafield_definition_create(_: Any, info: GraphQLResolveInfo, args: Args) -> Definition:
    call: Call = info.context
    return call.shop.metafields.define(call.app, args["definition"])


@user_errors("app")
def app_uninstall(_: Any, info: GraphQLResolveInfo, args: Args) -> App:
    """By the app itself, with the token that dies of it."""
    call: Call = info.context
    call.shop.uninstall(call.app)
    return call.app


QUERIES: dict[str, Resolver] = {
    "shop": lambda _, info, args: info.context.shop,
    "currentAppInstallation": lambda _, info, args: info.context.token.installation,
    "publicApiVersions": lambda _, info, args: [_version(each) for each in VERSIONS],
    "webhookSubscriptions": webhook_subscriptions,
    "webhookSubscription": lambda _, info, args: info.context.shop.webhooks.made.get(
        number_of(args["id"], "WebhookSubscription")
    ),
}
MUTATIONS: dict[str, Resolver] = {
    "appUninstall": app_uninstall,
    "webhookSubscriptionCreate": webhook_subscription_create,
    "webhookSubscriptionUpdate": webhook_subscription_update,
    "webhookSubscriptionDelete": webhook_subscription_delete,
    "metafieldDefinitionCreate": metafield_definition_create,
}
