"""The order in which the recordings were made, with the unrecorded steps between them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.sandbox.woocommerce_replay import Replay, Site
from tests.sandbox.woocommerce_score_outside import (
    bad_days,
    connecting,
    deliveries,
    errors,
    webhooks,
    webhooks_later,
)
from tests.sandbox.woocommerce_stage import (
    ADA,
    ADA_SHIPPING,
    american_store,
    create,
    dutch_store,
    pieces,
    play_all,
)

RUN = "OS-1795427925"


def discovery_and_products(replay: Replay, a: Site) -> None:
    play_all(
        replay,
        a,
        "00-discovery",
        "currency-current payment_gateways reports-orders-totals rest_route-style "
        "settings-general system_status wp-json-index",
    )
    play_all(
        replay,
        a,
        "10-products",
        "create-duplicate-sku list-by-sku list-by-sku-draft list-by-sku-lowercase "
        "list-by-sku-several list-by-sku-special-chars-basic list-by-sku-special-chars-oauth "
        "list-by-sku-unknown list-by-sku-variation modified_after not-found page-past-end "
        "per_page-101 search-text search_sku-partial simple-get variable-get variations-list "
        "variations-page-2 update-stock batch-update",
    )


def creating(replay: Replay, a: Site) -> None:
    play_all(
        replay,
        a,
        "20-orders-create",
        "mapped-set_paid-true stock-after-set_paid-true mapped-set_paid-false "
        "stock-after-set_paid-false status-processing-no-set_paid stock-after-status-processing "
        "status-on-hold stock-after-on-hold status-completed virtual-set_paid variation "
        "variation-id-as-product_id variable-parent-only custom-line-name-only "
        "custom-line-product_id-0 custom-line-unknown-sku custom-line-unknown-sku-no-price "
        "custom-line-unknown-product_id custom-line-price-only fee_lines negative-fee-discount "
        "override-totals set-total-on-order draft-product oversell oversell-stock-after "
        "out-of-stock foreign-currency date_created-in-body number-in-body empty total-as-number "
        "quantity-zero quantity-fraction bad-quantity unicode-emoji empty-email bad-email "
        "null-email bad-country-state bad-customer_id bad-status bad-coupon meta-complex-values "
        "same-meta-key-twice batch",
    )


def looking_up(replay: Replay, a: Site) -> None:
    group = "30-idempotency"
    replay.play(a, f"{group}/create-with-own-keys")
    create(replay, a, 57, meta_data=[{"key": "_origin_order_id", "value": f"{RUN}M"}])
    play_all(
        replay,
        a,
        group,
        "find-by-created_via find-by-created_via-case-and-prefix find-by-created_via-several "
        "find-by-search-transaction_id find-by-search-partial find-by-search-meta-value "
        "find-by-meta_key-meta_value find-by-transaction_id-param second-create-same-keys "
        "idempotency-key-header-1 idempotency-key-header-2",
    )
    race = {"created_via": f"{RUN}-race", "transaction_id": f"{RUN}-race"}
    for order_id in (61, 62, 63, 64):
        create(replay, a, order_id, **race)
    replay.play(a, f"{group}/four-at-once")
    lost = {"created_via": f"{RUN}-timeout", "transaction_id": f"{RUN}-timeout"}
    create(replay, a, 65, **lost)
    replay.play(a, f"{group}/after-client-timeout")


def listing(replay: Replay, a: Site) -> None:
    group = "40-orders-list"
    replay.clock.moment = datetime(2026, 11, 23, 9, 58, 48, tzinfo=UTC)
    create(replay, a, 66)
    play_all(
        replay,
        a,
        group,
        "default modified_after-bool-python-True modified_after-date-only modified_after-garbage "
        "modified_after-gmt-true-Z modified_after-gmt-true-offset "
        "modified_after-gmt-true-one-second-before modified_after-gmt-true-same-second "
        "modified_after-local-naive modified_after-local-naive-same-second "
        "modified_after-microseconds modified_after-utc-Z-without-flag "
        "modified_after-utc-naive-without-flag page-1-headers page-2-headers empty-value-oauth "
        "include include-python-list-basic include-python-list-oauth per_page-0 search-email "
        "search-email-plus-oauth search-id search-percent-hex-oauth search-percent-oauth "
        "search-slash-oauth search-space-oauth search-tilde-oauth status-checkout-draft "
        "status-several status-unknown",
    )


def updating(replay: Replay, a: Site) -> None:
    a.store.products[11].stock = 95
    a.store.ids.skip_to("item", 45)
    create(replay, a, 67, billing=ADA, shipping=ADA_SHIPPING)
    play_all(
        replay,
        a,
        "50-orders-update",
        "get email-phone address customer_note meta-add meta-update-by-key meta-delete-null "
        "status-processing same-status-again same-email-again empty-body line-quantity "
        "line-quantity-stock-after line-add line-remove line-bad-id created_via-change completed "
        "completed-to-pending completed-to-pending-stock-after edit-completed-address not-found "
        "get-not-found product-id-as-order-id",
    )


def cancelling(replay: Replay, a: Site) -> None:
    create(replay, a, 68, set_paid=True, payment_method="ordersync")
    play_all(
        replay,
        a,
        "60-cancel-delete",
        "cancel cancel-stock-after cancel-again cancel-stock-after-again uncancel "
        "uncancel-stock-after trash trash-stock-after trash-get trash-again trash-in-list "
        "trash-in-list-status trash-update untrash-by-status delete-force delete-force-get "
        "delete-force-again",
    )


def notes_and_refunds(replay: Replay, a: Site) -> None:
    create(replay, a, 69, set_paid=True, payment_method="ordersync", billing=ADA)
    a.store.ids.skip_to("note", 39)
    replay.play(a, "70-notes/private")
    replay.play(a, "70-notes/to-customer", late=1)
    play_all(
        replay,
        a,
        "70-notes",
        "added_by_user list list-customer order-after-notes put-not-allowed "
        "delete empty missing-order",
    )
    a.store.ids.skip_to("item", 49)
    lines = [{"product_id": 11, "quantity": 4}, {"product_id": 12}]
    shipping = [{"method_id": "flat_rate", "method_title": "Std", "total": "5.00"}]
    create(
        replay,
        a,
        70,
        line_items=lines,
        shipping_lines=shipping,
        set_paid=True,
        payment_method="ordersync",
        billing=ADA,
    )
    play_all(
        replay,
        a,
        "80-refunds",
        "by-amount order-after-partial by-line by-line-stock-after by-line-no-restock zero "
        "too-much list api_refund-default-true api_refund-cod rest-in-full order-after-full "
        "status-refunded-directly status-refunded-directly-refunds all-refunds delete "
        "order-after-refund-delete",
    )


def fulfilling(replay: Replay, a: Site, b: Site) -> None:
    group = "a0-fulfillments"
    replay.clock.moment = datetime(2026, 11, 23, 10, 1, 47, tzinfo=UTC)
    paid: dict[str, Any] = {
        "set_paid": True,
        "payment_method": "ordersync",
        "billing": ADA,
        "shipping": ADA_SHIPPING,
    }
    a.store.products[11].stock = 84
    a.store.ids.skip_to("item", 62)
    a.store.fulfillment_ids.skip_to("meta", 4)
    a.store.ids.skip_to("fulfillment", 2)
    create(replay, a, 88, line_items=pieces(3), **paid)
    play_all(replay, b, group, "create-feature-off")
    play_all(
        replay,
        a,
        group,
        "list-empty create-partial-fulfilled order-after-partial create-no-meta create-no-items "
        "create-meta-without-id create-rest-draft update-to-fulfilled get metadata list "
        "order-after-all create-too-many create-unknown-item create-missing-order get-missing "
        "lookup delete list-after-delete notes-after",
    )
    create(replay, a, 89, line_items=pieces(3), **paid)
    play_all(replay, a, group, "order-set-completed-with-feature-on fulfillments-after-completed")
    play_all(replay, a, "b0-advanced-shipment-tracking", "not-installed")
    create(replay, a, 90, **paid)
    play_all(replay, a, "c0-tracking-no-plugin", "meta-on-plain-store")


def tracking(replay: Replay, b: Site) -> None:
    group = "b0-advanced-shipment-tracking"
    replay.clock.moment = datetime(2026, 11, 23, 10, 1, 50, tzinfo=UTC)
    create(
        replay,
        b,
        25,
        line_items=pieces(3),
        set_paid=True,
        payment_method="ordersync",
        billing=ADA,
        shipping=ADA_SHIPPING,
    )
    play_all(
        replay,
        b,
        group,
        "providers create order-after create-status-shipped order-after-status-shipped "
        "create-unknown-provider create-custom-link create-no-number create-missing-order "
        "create-duplicate list list-via-wc-v3 replace delete notes-after",
    )
    b.store.tracking_settings_saved = True
    play_all(
        replay,
        b,
        group,
        "create-date_shipped-after-settings-saved write-meta-directly "
        "list-after-write-meta-directly",
    )


def taxes(replay: Replay, b: Site) -> None:
    group = "g0-taxes-store-b"
    play_all(
        replay,
        b,
        group,
        "product-price-12.50-incl line-total-given-12.50 line-total-net-and-tax no-address "
        "us-address custom-line-tax-status fee-tax_status-none custom-line-zero-rate-class",
    )
    dutch = {"country": "NL", "city": "Amsterdam"}
    create(replay, b, 34, billing=dutch, shipping=dutch)
    play_all(replay, b, group, "address-change-recalculates")


def polling_east_of_utc(replay: Replay, b: Site) -> None:
    replay.clock.moment = datetime(2026, 11, 23, 10, 49, 2, tzinfo=UTC)
    for order_id in [each for each in b.store.orders if each != 25]:
        b.store.delete(order_id)
    b.store.set_status(25, "processing")
    play_all(
        replay,
        b,
        "40-orders-list",
        "east-of-utc-Z-flag east-of-utc-Z-noflag east-of-utc-naive-utc-flag "
        "east-of-utc-naive-utc-noflag",
    )


def perform() -> Replay:
    """Everything, in the order of the recordings."""
    replay = Replay()
    a, b = american_store(replay), dutch_store(replay)
    for part in (discovery_and_products, creating, looking_up, listing, updating, cancelling):
        part(replay, a)
    notes_and_refunds(replay, a)
    webhooks(replay, a)
    deliveries(replay, a)
    webhooks_later(replay, a)
    fulfilling(replay, a, b)
    tracking(replay, b)
    errors(replay, a)
    bad_days(replay, a)
    connecting(replay, a)
    taxes(replay, b)
    polling_east_of_utc(replay, b)
    return replay
