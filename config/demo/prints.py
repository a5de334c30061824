"""The story of the print shop: a cat among the stars, from the photo to the parcel."""

import io
import tempfile
import time
import zlib
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.conf import settings
from PIL import Image

from config.demo.flows import Facts, expect, flow
from config.demo.pet_photo import write_photo
from config.demo.pricing_jobs import Desk
from config.demo.print_customer import HOME, PrintCustomer
from config.demo.stripe_account import StripeAccount
from config.demo.waiting import wait_until
from foundation.mail.models import Mail
from orders.artwork.document import canonical, read_document
from orders.models import Design, Order, PrintSize, RenderJob, StripeEvent

SKU = "PST-2025"
NEW, KNOWN = False, True


@cache
def customer() -> PrintCustomer:
    """The one customer of this story."""
    return PrintCustomer()


@cache
def member_of_staff() -> PrintCustomer:
    """A program of the merchant's, with the editor's rights."""
    staff = PrintCustomer()
    staff.log_in("editor@demo.test", "backroom-demo")
    return staff


@cache
def photo() -> bytes:
    """A photo of 12 megapixels."""
    with tempfile.TemporaryDirectory() as folder:
        return write_photo(Path(folder) / "cat.jpg").read_bytes()


def new_design(**document: Any) -> dict[str, Any]:
    """Upload the photo and make a design of it."""
    size = PrintSize.objects.get(sku=SKU, shop_id=Desk.at().shop_id)
    robin = customer()
    wish = {"size": str(size.pk), "photo": robin.upload(photo())}
    made: dict[str, Any] = robin.post("/api/designs/", wish, wanted=HTTPStatus.CREATED)
    if document:
        changed = {"document": {**made["document"], **document}}
        made = robin.patch(f"/api/designs/{made['id']}/", changed)
    return made


def finalised(design: dict[str, Any]) -> None:
    """Finalise a design and wait for its print files."""
    robin = customer()
    robin.post(f"/api/designs/{design['id']}/finalize/", wanted=HTTPStatus.ACCEPTED)
    wait_until(
        lambda: Design.objects.filter(pk=design["id"], status="ready").exists(),
        "the print files",
    )


def ordered(design: dict[str, Any], quantity: int = 1) -> dict[str, Any]:
    """Order pieces of a design, to Montréal."""
    wish = {"items": [{"design": design["id"], "quantity": quantity}], "address": HOME}
    made: dict[str, Any] = customer().post("/api/orders/", wish, wanted=HTTPStatus.CREATED)
    return made


def paid(order: dict[str, Any]) -> str:
    """Pay an order at Stripe's page; gives the session once the order knows of it."""
    opened = customer().post(f"/api/orders/{order['id']}/checkout/")
    session = str(opened["stripe_checkout_session_id"])
    expect(StripeAccount().pay(session), "paid", "answer of the payment page")
    wait_until(
        lambda: Order.objects.filter(pk=order["id"], payment_status="succeeded").exists(),
        "Stripe's word that it is paid",
    )
    return session


@flow("prints.preview")
def preview() -> Facts:
    """See the picture follow each change, once drawn and once known."""
    design = new_design(name={"text": "Bella"})
    here = f"/api/designs/{design['id']}/preview/"
    robin = customer()
    spent = []
    for turn in range(5):
        document = design["document"]
        changed = {**document, "photo": {**document["photo"], "rotation": turn * 2.0}}
        began = time.monotonic()
        shown = robin.post(here, {"document": changed})
        spent.append(time.monotonic() - began)
        expect(shown["cached"], NEW, "a new picture")
    began = time.monotonic()
    again = robin.post(here)
    known = time.monotonic() - began
    expect(again["cached"], KNOWN, "the same picture again")
    picture = robin.fetch(again["preview_image_url"])
    with Image.open(io.BytesIO(picture)) as seen:
        expect((seen.format, seen.width), ("WEBP", 800), "the picture")
    row = Design.objects.get(pk=design["id"])
    sum_of_document = zlib.crc32(canonical(read_document(row.document)))
    expect(row.checksum, sum_of_document, "the CRC32 of the document")
    expect(
        PrintCustomer().ask("POST", here, {}).status, 404, "a stranger's look at the same design"
    )
    return {
        "drawn_ms": round(max(spent) * 1000),
        "known_ms": round(known * 1000),
        "verdict": again["design"]["resolution"]["words"],
    }


@flow("prints.preview_high")
def preview_high() -> Facts:
    """Ask for the fine picture; a worker draws it from the whole photo."""
    design = new_design(name={"text": "Luna"})
    robin = customer()
    began = time.monotonic()
    queued = robin.post(
        f"/api/designs/{design['id']}/preview/?quality=high", wanted=HTTPStatus.ACCEPTED
    )
    wait_until(
        lambda: robin.get(f"/api/jobs/{queued['job_id']}/")["status"] == "completed",
        "the fine preview",
    )
    spent = time.monotonic() - began
    shown = robin.get(f"/api/designs/{design['id']}/")
    with Image.open(io.BytesIO(robin.fetch(shown["preview_image_url"]))) as seen:
        width = seen.width
    expect(width, 2000, "the fine picture's width")
    return {"job": queued["job_id"], "seconds_to_picture": round(spent, 1), "width": width}


@flow("prints.finalize_render")
def finalize_render() -> Facts:
    """Finalise: print files at 300 DPI with bleed, compared with the preview."""
    design = new_design(name={"text": "Milo"})
    finalised(design)
    again = customer().post(f"/api/designs/{design['id']}/finalize/", wanted=HTTPStatus.ACCEPTED)
    expect(again["status"], "ready", "finalising the same again")
    render = RenderJob.objects.get(design_id=design["id"], kind="print")
    # 206 by 256 mm with the bleed.
    expect((render.width, render.height), (2433, 3024), "pixels of the print")
    expect(render.attempt, 1, "attempts")
    return {
        "pixels": f"{render.width} x {render.height}",
        "drawn_s": round(render.seconds or 0, 2),
        "parity": round(render.parity or 0, 2),
        "mb": round((render.byte_size or 0) / 1e6, 1),
    }


@flow("prints.checkout")
def checkout() -> Facts:
    """Order, pay at Stripe, and find the order in production with its files."""
    design = new_design(name={"text": "Coco"})
    finalised(design)
    order = ordered(design, quantity=2)
    expect((order["status"], order["payment_status"]), ("draft", "unpaid"), "a new order")
    # Two posters of 19.00, a tube to Quebec for 11.00 + 2.50, GST and QST on both.
    sums = [order[name] for name in ("items_total", "shipping_total", "tax_total", "total")]
    expect(sums, ["38.00", "13.50", "7.72", "59.22"], "the sums from the tables")
    began = time.monotonic()
    session = paid(order)
    spent = time.monotonic() - began
    wait_until(
        lambda: Order.objects.filter(pk=order["id"], status="in_production").exists(),
        "the order in production",
    )
    shown = customer().get(f"/api/orders/{order['id']}/")
    expect(
        [each["after"] for each in shown["history"] if each["field"] == "status"],
        ["draft", "pending_payment", "paid", "in_production"],
        "the order's history",
    )
    return {
        "order": f"#{shown['number']}",
        "total": f"{shown['total']} {shown['currency']}",
        "paid_after_s": round(spent, 2),
        "session": session[:16],
    }


@flow("prints.webhook_idempotent")
def webhook_idempotent() -> Facts:
    """Hear everything twice and out of order: paid once, counted once."""
    account = StripeAccount()
    design = new_design(name={"text": "Nala"})
    finalised(design)
    order = ordered(design)
    account.misbehave(
        {"kind": "webhook_duplicate", "rate": 1.0, "operation": ".*"},
        {"kind": "webhook_reorder", "rate": 1.0, "seconds": 1.0, "operation": ".*"},
    )
    try:
        session = paid(order)
    finally:
        account.misbehave()
    for event in account.events(kind="checkout.session.completed"):
        if event["data"]["object"]["id"] == session:
            account.resend(event["id"], times=3)
    row = Order.objects.get(pk=order["id"])
    wait_until(
        lambda: StripeEvent.objects.filter(order=row, type="payment_intent.succeeded").exists(),
        "all of Stripe's events",
    )
    time.sleep(1.5)
    row.refresh_from_db()
    moves = list(row.history.filter(field="payment_status").values_list("after", flat=True))
    expect(moves, ["succeeded"], "moves of the payment")
    expect(str(row.paid_total), order["total"], "what counts as paid")
    logged = list(StripeEvent.objects.filter(order=row).values_list("event_id", flat=True))
    expect(len(logged), len(set(logged)), "events logged once each")
    return {"events": len(logged), "paid": f"{row.paid_total} {row.currency}"}


@flow("prints.render_retry")
def render_retry() -> Facts:
    """Lose the photo for a moment: the render says why, tries again, and ends well."""
    design = new_design(name={"text": "Simba"})
    row = Design.objects.select_related("photo").get(pk=design["id"])
    stored = Path(settings.VAR_DIR) / "files" / row.photo.original_key
    stored.rename(stored.with_suffix(".away"))
    try:
        customer().post(f"/api/designs/{design['id']}/finalize/", wanted=HTTPStatus.ACCEPTED)
        failed = wait_until(
            lambda: RenderJob.objects.filter(design=row, status="failed").first(), "the failure"
        )
    finally:
        stored.with_suffix(".away").rename(stored)
    expect(Design.objects.get(pk=row.pk).status, "failed", "the design meanwhile")
    wait_until(
        lambda: RenderJob.objects.filter(design=row, status="completed").exists(),
        "the next attempt",
    )
    done = RenderJob.objects.get(design=row)
    expect(done.attempt, 2, "attempts")
    return {"reason": failed.failure_reason, "attempts": done.attempt}


@flow("prints.reorder")
def reorder() -> Facts:
    """Order the same again, at today's price, changed before it is paid."""
    old = Order.objects.filter(status="in_production", channel="print_shop").latest("created_at")
    size = PrintSize.objects.get(sku=SKU, shop_id=Desk.at().shop_id)
    robin = customer()
    before = size.price
    PrintSize.objects.filter(pk=size.pk).update(price=before + 2)
    try:
        new = robin.post(f"/api/orders/{old.pk}/reorder/", wanted=HTTPStatus.CREATED)
    finally:
        PrintSize.objects.filter(pk=size.pk).update(price=before)
    copy = Design.objects.get(pk=new["lines"][0]["design"])
    expect(copy.original_design_id, old.lines.get().design_id, "what it was copied from")
    expect(new["lines"][0]["unit_price"], f"{before + 2:.2f}", "today's price")
    changed = {**copy.document, "name": {**copy.document["name"], "text": "Nala II"}}
    robin.patch(f"/api/designs/{copy.pk}/", {"document": changed})
    original = Design.objects.get(copies=copy)
    expect(original.document, copy.document, "the original, after its copy was changed")
    return {"order": f"#{new['number']}", "of": f"#{old.number}", "total": new["total"]}


@flow("prints.export")
def export() -> Facts:
    """Export the orders as CSV, and find the paid one in it."""
    staff = member_of_staff()
    asked = staff.post(
        "/api/admin/exports/", {"exporter": "orders.orders", "bom": True}, wanted=202
    )
    here = f"/api/admin/exports/{asked['id']}/"
    done = wait_until(lambda: _done(staff.get(here)), "the export")
    expect(done["processed_records"], Order.objects.for_shop(Desk.at().shop_id).count(), "rows")
    content = staff.fetch(done["file_url"]).decode("utf-8")
    expect(content[0], "\ufeff", "the byte order mark")
    lines = [line for line in content.splitlines() if "robin@example.com" in line]
    expect(len(lines), Order.objects.filter(email="robin@example.com").count(), "Robin's lines")
    return {"rows": done["processed_records"], "bytes": len(content.encode())}


def _done(export: dict[str, Any]) -> dict[str, Any] | None:
    return export if export["state"] == "done" else None


@flow("prints.status_mail")
def status_mail() -> Facts:
    """Send the parcel: the customer is told once, with the tracking number."""
    staff = member_of_staff()
    order = Order.objects.filter(status="in_production").earliest("created_at")
    here = f"/api/admin/orders/{order.pk}/"
    refused = staff.ask("PUT", here, {"status": "delivered"})
    expect(
        (refused.status, refused.body["allowed"]),
        (409, ["ready_to_ship", "canceled"]),
        "the answer to a move that is not there",
    )
    parcel = {"carrier": "Canada Post", "tracking_number": "PG123456785CA"}
    for body in (
        {"status": "ready_to_ship"},
        {"status": "shipped", **parcel},
        {"status": "delivered"},
    ):
        moved = staff.ask("PUT", here, body)
        expect((moved.status, moved.body["status"]), (200, body["status"]), "the order's move")
    mails = Mail.objects.filter(key__startswith=f"order:{order.pk}:")
    wanted = {"confirmed", "shipped", "delivered"}
    wait_until(
        lambda: {mail.key.rpartition(":")[2] for mail in mails.filter(state="sent")} >= wanted,
        "the mails",
    )
    expect(mails.count(), len(wanted), "mails about the order")
    return {"order": f"#{order.number}", "mails": sorted(wanted)}
