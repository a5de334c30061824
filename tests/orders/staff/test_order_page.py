"""One order's page: what it says in every state, and what may be done with it by whom."""

from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from foundation.audit.models import AuditEvent
from foundation.mail.models import Mail
from foundation.shops.models import User
from orders.enums import RenderStatus
from orders.models import Dispute, Order, StripeEvent
from orders.sales.letters import key_of

from .asking import said_after, text_of, words_of
from .conftest import logged_in
from .making import Desk, S, renders_of, standing

pytestmark = pytest.mark.django_db


def page(order: Order, verb: str = "") -> str:
    return f"/orders/{order.pk}/{f'{verb}/' if verb else ''}"


def buttons(client: Client, order: Order) -> set[str]:
    """Return the verbs that the page offers."""
    said = text_of(client, page(order))
    verbs = ["ship", "refund", "cancel", "reprint", "note", "receipt"]
    verbs += [f"move/{to}" for to in ("in_production", "ready_to_ship", "delivered")]
    return {verb for verb in verbs if f'"{page(order, verb)}"' in said}


def test_what_is_offered_follows_state_and_role(
    desk: Desk, viewer: User, colleague: User, approver: User
) -> None:
    people = {"viewer": viewer, "editor": colleague, "approver": approver}
    draft, paid = desk.draft(), desk.order(S.PAID)
    producing, ready = desk.order(S.IN_PRODUCTION), desk.order(S.READY_TO_SHIP)
    shipped, free = desk.order(S.SHIPPED), desk.draft(status="canceled")
    money, seen = {"refund", "cancel"}, {"receipt"}
    for order, editor, approver_too in (
        (draft, {"note"}, {"cancel"}),
        (paid, {"note", "move/in_production"} | seen, money),
        (producing, {"note", "move/ready_to_ship", "reprint"} | seen, money),
        (ready, {"note", "ship", "reprint"} | seen, money),
        (shipped, {"note", "move/delivered", "reprint"} | seen, {"refund"}),
        (free, {"note"}, set()),
    ):
        offered = {who: buttons(logged_in(person), order) for who, person in people.items()}
        assert offered == {
            "viewer": editor & seen,
            "editor": editor,
            "approver": editor | approver_too,
        }, order.status


def test_the_page_says_what_was_ordered_and_what_it_cost(as_owner: Client, desk: Desk) -> None:
    order = desk.order(S.IN_PRODUCTION, lines=2)
    said = words_of(as_owner, page(order))
    for words in (
        "4 pieces",
        "2 × Poster, 6 x 8 cm",
        "POSTER-6X8CM · 6 × 8 cm, 3 mm bleed, 100 DPI",
        "print files completed 0.42 of 255 off the preview",
        "PNG, 1.2 MB",
        "48.00 CAD 24.00 CAD each",
        "Items 96.00 CAD Shipping (Standard) 16.50 CAD HST 13 % 14.63 CAD Total 127.13 CAD",
        "Paid 127.13 CAD",
        "Ada Lovelace 12 Queen St Toronto ON M5V 2T6 Canada",
    ):
        assert words in said, words


def test_all_that_happened_stands_in_one_line_of_time(
    as_owner: Client, desk: Desk, owner: User
) -> None:
    order = desk.order(S.READY_TO_SHIP)
    said_after(as_owner, page(order, "ship"), {"carrier": "Post", "tracking_number": "RA 12"})
    said_after(as_owner, page(order, "note"), {"note": "Call first", "seen": ""})
    desk.refund(order, "3.00", reason="A bent corner", requested_by=owner)
    StripeEvent.objects.create(
        shop_id=order.shop_id,
        connection=desk.account,
        event_id="evt_1",
        type="charge.succeeded",
        created_at=timezone.now(),
        by_sweep=True,
        outcome="applied",
        order=order,
    )
    Mail.objects.create(
        shop_id=order.shop_id,
        key=key_of(order.pk, "shipped"),
        to=order.email,
        subject="On its way",
        state="sent",
        sent_at=timezone.now(),
    )
    said = words_of(as_owner, page(order)).partition("What happened")[2]
    for words in (
        f"Refund of 3.00 CAD asked for by {owner} A bent corner",
        f"Note changed by {owner} Call first",
        f"Shipped by {owner}",
        "Money: paid",
        "Payment 1 brought",
        "Payment page 1 opened",
        "Made: draft",
        "Mail to ada@example.com was sent: On its way",
        "Stripe told charge.succeeded",
        "evt_1, applied, found by the sweep",
    ):
        assert said.count(words) == 1, words


def test_what_waits_for_a_person_is_said_with_its_remedy(
    as_owner: Client, desk: Desk, viewer: User
) -> None:
    odd = desk.draft()
    attempt = desk.attempt(odd, state="succeeded", received=Decimal("1.00"))
    said = text_of(as_owner, page(odd))
    assert "Another amount was paid than the order costs." in said
    assert f'"/orders/{odd.pk}/payments/{attempt.pk}/"' in said
    assert f"payments/{attempt.pk}" not in text_of(logged_in(viewer), page(odd))
    stuck = desk.order(S.PAID, rendered=False)
    desk.fail_render(stuck, "The paper is out.", next_attempt_at=None)
    said = words_of(as_owner, page(stuck))
    assert "The print files of its design could not be made: The paper is out." in said
    assert "Render again" in said
    fine = words_of(as_owner, page(desk.order(S.SHIPPED, rendered=True)))
    assert "It is paid, and not in production." not in fine


def test_a_disputed_order_stands_still(as_owner: Client, desk: Desk) -> None:
    order = desk.order(S.READY_TO_SHIP, payment_status="disputed")
    Dispute.objects.create(
        shop_id=order.shop_id,
        attempt=order.attempts.get(),
        stripe_dispute_id="dp_1",
        status="needs_response",
        reason="product_not_received",
        amount=order.total,
        currency="CAD",
        opened_at=timezone.now(),
        read_at=timezone.now(),
    )
    assert buttons(as_owner, order) == {"note", "reprint", "receipt"}
    said = words_of(as_owner, page(order))
    assert "Reason: product not received; Stripe calls it needs response." in said
    assert ("Say when" in said, "can still be paid back" in said) == (False, False)
    said = words_of(as_owner, page(order, "cancel"))
    assert "An order whose payment is disputed cannot be cancelled" in said
    assert ("Kept in the order's history" in said, "Back to the order" in said) == (False, True)
    answer = as_owner.post(page(order, "ship"), {"tracking_number": "1"})
    assert answer.status_code == 422
    assert "bank disputes the payment" in answer.content.decode()
    assert standing(order)[0] == "ready_to_ship"


def test_a_lost_dispute_says_that_the_money_is_gone(as_owner: Client, desk: Desk) -> None:
    order = desk.order(S.SHIPPED, payment_status="disputed")
    Dispute.objects.create(
        shop_id=order.shop_id,
        attempt=order.attempts.get(),
        stripe_dispute_id="dp_1",
        status="lost",
        reason="fraudulent",
        amount=order.total,
        currency="CAD",
        opened_at=timezone.now(),
        read_at=timezone.now(),
        closed_at=timezone.now(),
    )
    said = words_of(as_owner, page(order))
    assert f"The customer's bank has taken {order.total} CAD back for good." in said
    assert ("refund" in buttons(as_owner, order), "can still be paid back" in said) == (
        False,
        False,
    )


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("open", "A payment page is open for the customer."),
        ("processing", "bank is clearing the payment"),
        ("expired", "The payment page has expired."),
        ("failed", "The payment failed. The customer can open"),
    ],
)
def test_an_unpaid_order_says_where_its_payment_stands(
    as_owner: Client, desk: Desk, state: str, words: str
) -> None:
    order = desk.draft(status="pending_payment")
    desk.attempt(order, state=state, failure_reason="expired_or_canceled_card")
    said = words_of(as_owner, page(order))
    shown = [each for each in _PAYMENTS if each in said]
    assert (shown, words in said) == ([words], True)
    assert "expired_or_canceled_card" not in said


_PAYMENTS = (
    "A payment page is open for the customer.",
    "bank is clearing the payment",
    "The payment page has expired.",
    "The payment failed. The customer can open",
)


def test_what_stripe_told_in_a_whole_second_follows_its_cause(as_owner: Client, desk: Desk) -> None:
    order = desk.order(S.PAID)
    made = order.created_at.replace(microsecond=0)
    order.attempts.update(paid_at=made, created_at=order.created_at)
    said = words_of(as_owner, page(order))
    assert said.index("Payment 1 brought") < said.index("Made: draft")


def test_to_ship_asks_for_the_parcel(as_editor: Client, desk: Desk) -> None:
    order = desk.order(S.READY_TO_SHIP)
    assert as_editor.post(page(order, "move/shipped"))["Location"] == page(order, "ship")
    wrong = {"tracking_url": "javascript:alert(1)"}
    assert as_editor.post(page(order, "ship"), wrong).status_code == 422
    assert standing(order)[0] == "ready_to_ship"
    parcel = {
        "carrier": "Canada Post",
        "tracking_number": "RA1",
        "tracking_url": "https://carrier.example/RA1",
    }
    assert "The customer is told by mail." in said_after(as_editor, page(order, "ship"), parcel)
    row = Order.objects.get(pk=order.pk)
    assert row.status == "shipped"
    assert {name: getattr(row, name) for name in parcel} == parcel
    # The same form again changes nothing and says why.
    answer = as_editor.post(page(order, "ship"), {"tracking_number": "OTHER"})
    assert (answer.status_code, "Somebody was quicker" in answer.content.decode()) == (422, True)
    assert Order.objects.get(pk=order.pk).tracking_number == "RA1"


def test_a_parcel_without_tracking_may_go(as_editor: Client, desk: Desk) -> None:
    order = desk.order(S.READY_TO_SHIP)
    said_after(as_editor, page(order, "ship"))
    assert standing(order)[0] == "shipped"


def test_only_moves_there_are(as_editor: Client, desk: Desk) -> None:
    order = desk.order(S.IN_PRODUCTION)
    for to in ("paid", "draft", "canceled", "nonsense"):
        assert as_editor.post(page(order, f"move/{to}")).status_code == 404
    assert "It can become: ready to ship" in said_after(as_editor, page(order, "move/delivered"))
    assert standing(order)[0] == "in_production"


def test_nothing_unrendered_is_produced(as_editor: Client, desk: Desk) -> None:
    order = desk.order(S.PAID, rendered=False)
    said = said_after(as_editor, page(order, "move/in_production"))
    assert "The print files of 1 of its designs are not made yet" in said
    assert standing(order)[0] == "paid"


def test_a_note_of_a_colleague_is_not_lost(
    as_editor: Client, as_owner: Client, desk: Desk, colleague: User
) -> None:
    order = desk.draft()
    said_after(as_editor, page(order, "note"), {"note": "Call first", "seen": ""})
    answer = as_owner.post(page(order, "note"), {"note": "Ring twice", "seen": ""})
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "It says now: “Call first”" in said
    assert "Ring twice" in said
    assert Order.objects.get(pk=order.pk).note == "Call first"
    both = {"note": "Call first\r\nRing twice", "seen": "Call first"}
    said_after(as_owner, page(order, "note"), both)
    assert Order.objects.get(pk=order.pk).note == "Call first\nRing twice"
    events = AuditEvent.objects.filter(verb="orders.order.noted").order_by("pk")
    assert [(each.actor_id == colleague.pk, each.details) for each in events] == [
        (True, {"before": ""}),
        (False, {"before": "Call first"}),
    ]
    # Saving what it says already leaves no trace.
    said_after(as_owner, page(order, "note"), {"note": both["note"], "seen": "anything"})
    assert events.count() == 2


def test_chosen_lines_are_printed_again(as_editor: Client, desk: Desk, colleague: User) -> None:
    order = desk.order(S.SHIPPED, lines=2)
    for wrong in ({"reason": "Bent"}, {"lines": ["0"]}, {"lines": ["7"], "reason": "Bent"}):
        assert as_editor.post(page(order, "reprint"), wrong).status_code == 422
    assert not order.reprints.exists()
    said = said_after(as_editor, page(order, "reprint"), {"lines": ["1"], "reason": "Bent"})
    again = order.reprints.get()
    assert (again.status, str(again.total), again.reprint_reason) == (
        "in_production",
        "0.00",
        "Bent",
    )
    assert [line.version_id for line in again.lines.all()] == [
        order.lines.get(position=1).version_id
    ]
    assert f"{again} free reprint: Bent In production" in said
    assert f"Printed again free of charge, from order {order} : Bent" in words_of(
        as_editor, page(again)
    )
    assert {each.actor_id for each in again.history.filter(cause="reprint")} == {colleague.pk}


def test_failed_print_files_are_made_again(as_editor: Client, desk: Desk) -> None:
    order, other = desk.order(S.PAID, rendered=False), desk.draft(quantity=1)
    desk.fail_render(order, next_attempt_at=None)
    render = renders_of(order).get()
    again = f"/orders/{order.pk}/renders/{render.pk}/again/"
    assert "The print files are made once more." in said_after(as_editor, again)
    assert renders_of(order).get().status == RenderStatus.QUEUED
    assert "Nothing was begun anew. It is queued." in said_after(as_editor, again)
    assert AuditEvent.objects.filter(verb="orders.print.again").count() == 1
    stray = desk.draft()
    desk.forget_designs()
    foreign = renders_of(desk.draft()).get()
    assert other.pk != stray.pk
    assert as_editor.post(f"/orders/{order.pk}/renders/{foreign.pk}/again/").status_code == 404


def test_print_files_are_for_editors_and_recorded(
    as_editor: Client, desk: Desk, viewer: User, colleague: User
) -> None:
    order = desk.order(S.IN_PRODUCTION)
    file = page(order, "lines/0/pdf")
    assert logged_in(viewer).get(file).status_code == 403
    answer = as_editor.get(file)
    assert answer.status_code == 302
    fetched = Client().get(answer["Location"])
    assert fetched["Content-Disposition"] == (
        f'attachment; filename="{order.number:07d}-1-2x-POSTER-6X8CM.pdf"'
    )
    render = renders_of(order).get()
    assert fetched.getvalue() == f"pdf of {render.pk}".encode()
    event = AuditEvent.objects.get(verb="orders.print.fetched")
    assert (event.actor_id, event.details) == (colleague.pk, {"line": 1, "kind": "pdf"})
    for path in ("lines/0/exe", "lines/5/pdf"):
        assert as_editor.get(page(order, path)).status_code == 404
    unmade = desk.order(S.PAID, rendered=True)
    renders_of(unmade).update(status="queued", image_key="")
    assert as_editor.get(page(unmade, "lines/0/pdf"))["Location"] == page(unmade)


def test_strangers_find_nothing_of_an_order(desk: Desk, stranger: User) -> None:
    order = desk.order(S.IN_PRODUCTION)
    attempt, render = order.attempts.get(), renders_of(order).get()
    desk.fail_render(order)
    client = logged_in(stranger)
    for path in ("", "receipt", "lines/0/picture", "lines/0/pdf", f"payments/{attempt.pk}"):
        assert client.get(page(order, path)).status_code == 404, path
    for path in (f"payments/{attempt.pk}", f"renders/{render.pk}/again", "move/ready_to_ship"):
        assert client.post(page(order, path)).status_code == 404, path
    assert standing(order) == ("in_production", "succeeded")
    assert renders_of(order).get().status == RenderStatus.FAILED


def test_the_picture_is_that_of_the_frozen_version(as_owner: Client, desk: Desk) -> None:
    order = desk.order(S.IN_PRODUCTION)
    picture = page(order, "lines/0/picture")
    before = as_owner.get(picture).getvalue()
    design = order.lines.get().design
    assert design is not None
    design.document = {
        **design.document,
        "background": {**design.document["background"], "kind": "plain"},
    }
    design.save()
    answer = as_owner.get(picture)
    assert (answer["Content-Type"], answer.getvalue()) == ("image/webp", before)
    assert before[8:12] == b"WEBP"


@pytest.mark.parametrize("lines", [1, 3])
def test_the_page_costs_the_same_for_one_and_three(
    lines: int, as_owner: Client, desk: Desk, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    order = desk.order(S.IN_PRODUCTION, lines=lines)
    for _ in range(lines):
        desk.refund(order, "1.00")
        StripeEvent.objects.create(
            shop_id=order.shop_id,
            connection=desk.account,
            event_id=f"evt_{_}",
            type="charge.refunded",
            created_at=timezone.now(),
            outcome="applied",
            order=order,
        )
    as_owner.get(page(order))
    with django_assert_num_queries(17):
        as_owner.get(page(order))
