"""The payment page's HTML: one small page, nothing from elsewhere, made for a phone first."""

from html import escape
from typing import Any, TypeAlias

from sandbox.stripe import money
from sandbox.stripe.payment_methods import CARDS
from sandbox.stripe.state import Record

Doc: TypeAlias = dict[str, Any]

STYLE = """
:root{color-scheme:light dark;--ink:#1a1f36;--soft:#5b6478;--line:#d9dde6;--paper:#f5f7fa;
--card:#fff;--go:#0b5fff;--on:#fff;--bad:#b3261e;--badbg:#fdecea}
@media(prefers-color-scheme:dark){:root{--ink:#eef1f6;--soft:#a3acbf;--line:#3a4254;
--paper:#12161f;--card:#1b2130;--go:#6ea2ff;--on:#0b1220;--bad:#ff9d94;--badbg:#3a1a18}}
*{box-sizing:border-box}
body{margin:0;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
main{max-width:960px;margin:0 auto;padding:16px;display:grid;gap:16px}
@media(min-width:760px){main{grid-template-columns:5fr 6fr;gap:40px;padding:48px 24px}}
h1{font-size:1.1rem;margin:0 0 4px}.due{font-size:2rem;font-weight:650;margin:0 0 16px}
.soft,small{color:var(--soft)}a{color:inherit}
ul{list-style:none;padding:0;margin:0}li{display:flex;justify-content:space-between;gap:16px;
padding:8px 0;border-bottom:1px solid var(--line)}
li span:last-child{white-space:nowrap}
form,.note{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:20px;
display:grid;gap:14px;align-content:start}
label{display:grid;gap:4px;font-weight:550}label.pick{display:flex;gap:10px;align-items:center;
font-weight:400;padding:10px 12px;border:1px solid var(--line);border-radius:8px}
label.pick span{flex:1}
input,select{font:inherit;font-weight:400;padding:11px 12px;border:1px solid var(--line);
border-radius:8px;background:var(--paper);color:inherit;width:100%;min-width:0}
label.pick input{width:auto}
fieldset{border:0;padding:0;margin:0;display:grid;gap:8px}legend{font-weight:550;padding:0 0 4px}
.pair{display:grid;gap:8px;grid-template-columns:1fr 1fr}
button{font:inherit;font-weight:650;padding:14px;border:0;border-radius:8px;background:var(--go);
color:var(--on);cursor:pointer}
:focus-visible{outline:3px solid var(--go);outline-offset:2px}
.bad{background:var(--badbg);color:var(--bad);padding:10px 12px;border-radius:8px;margin:0}
.tag{display:inline-block;border:1px solid var(--line);border-radius:99px;padding:0 10px;
font-size:.85rem}details{font-size:.9rem}code{font-size:.95em}
"""
METHODS = {
    "card": "Card",
    "acss_debit": "Pre-authorized debit (Canada)",
    "us_bank_account": "US bank account",
    "sepa_debit": "SEPA debit",
}
FIELDS = (
    ("line1", "Address", "address-line1"),
    ("city", "City", "address-level2"),
    ("state", "Province", "address-level1"),
    ("postal_code", "Postal code", "postal-code"),
)


def _whole(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>"
    )


def _note(title: str, words: str, back: str) -> str:
    link = f'<a href="{escape(back)}">← Back to the shop</a>' if back else ""
    return _whole(title, f'<div class="note"><h1>{title}</h1><p>{words}</p>{link}</div>')


def gone() -> str:
    """There is no such session."""
    return _note("Something went wrong", "The page you were looking for could not be found.", "")


def over(shop: str, session: Record, back: str) -> str:
    """The session is complete or expired."""
    if session.doc["status"] == "expired":
        words = "This payment link has expired. Nothing was charged. Go back and start again."
        return _note("This link has expired", words, back)
    words = f"This order at {escape(shop)} has been paid already. You need not do anything."
    if session.doc["payment_status"] == "unpaid":
        words = f"{escape(shop)} waits for your bank. You need not do anything."
    return _note("Already done", words, back)


def form(  # noqa: PLR0913 - what the page shows
    shop: str,
    session: Record,
    rates: list[Doc],
    *,
    back: str,
    problem: str,
    given: dict[str, str],
) -> str:
    """The page of an open session."""
    doc = session.doc
    due = money.shown(doc["amount_total"], doc["currency"])
    return _whole(
        f"Pay {shop}",
        _summary(shop, session, due, back)
        + _fields(doc, rates, due=due, problem=problem, given=given),
    )


def _summary(shop: str, session: Record, due: str, back: str) -> str:
    currency = session.doc["currency"]
    rows = "".join(
        f"<li><span>{escape(line['description'])}{_pieces(line['quantity'])}</span>"
        f"<span>{money.shown(line['amount_total'], currency)}</span></li>"
        for line in session.inside["lines"]
    )
    link = f'<p><a href="{escape(back)}">← Back to {escape(shop)}</a></p>' if back else ""
    return (
        f'<section>{link}<p class="tag">Test mode: nothing here is real</p>'
        f'<h1>{escape(shop)}</h1><p class="due">{due}</p><ul>{rows}</ul></section>'
    )


def _pieces(quantity: int) -> str:
    return f" <small>&times; {quantity}</small>" if quantity > 1 else ""


def _input(name: str, label: str, value: str, auto: str, extra: str = "") -> str:
    return (
        f'<label>{label}<input name="{name}" value="{escape(value)}" autocomplete="{auto}"'
        f"{extra}></label>"
    )


def _fields(doc: Doc, rates: list[Doc], *, due: str, problem: str, given: dict[str, str]) -> str:
    alert = f'<p class="bad" role="alert">{escape(problem)}</p>' if problem else ""
    email = given.get("email") or doc["customer_email"] or ""
    locked = " readonly" if doc["customer_email"] else ' type="email" required'
    parts = [alert, _input("email", "E-mail", email, "email", locked)]
    if doc["shipping_address_collection"] is not None:
        parts.append(_address(doc, given))
    if rates:
        parts.append(_shipping(rates, given))
    parts += [_methods(doc["payment_method_types"], given), _test_cards()]
    return f'<form method="post">{"".join(parts)}<button>Pay {due}</button></form>'


def _address(doc: Doc, given: dict[str, str]) -> str:
    countries = "".join(
        f"<option{' selected' if given.get('country') == country else ''}>{escape(country)}"
        for country in doc["shipping_address_collection"]["allowed_countries"]
    )
    fields = "".join(
        _input(name, label, given.get(name, ""), auto, " required") for name, label, auto in FIELDS
    )
    return (
        "<fieldset><legend>Ship to</legend>"
        f"{_input('name', 'Full name', given.get('name', ''), 'name', ' required')}{fields}"
        f'<label>Country<select name="country" autocomplete="country">{countries}</select></label>'
        "</fieldset>"
    )


def _shipping(rates: list[Doc], given: dict[str, str]) -> str:
    chosen = given.get("shipping", "0")
    rows = "".join(
        f'<label class="pick"><input type="radio" name="shipping" value="{index}"'
        f"{' checked' if chosen == str(index) else ''}><span>{escape(rate['display_name'])}</span>"
        f"{money.shown(rate['fixed_amount']['amount'], rate['fixed_amount']['currency'])}</label>"
        for index, rate in enumerate(rates)
    )
    return f"<fieldset><legend>Shipping</legend>{rows}</fieldset>"


def _methods(names: list[str], given: dict[str, str]) -> str:
    chosen = given.get("method", "card")
    options = "".join(
        f'<option value="{name}"{" selected" if chosen == name else ""}>{METHODS[name]}</option>'
        for name in names
    )
    card = given.get("card", "4242 4242 4242 4242")
    numeric = ' inputmode="numeric"'
    return (
        f'<label>Pay with<select name="method">{options}</select></label>'
        f"{_input('card', 'Card number', card, 'off', numeric)}"
        '<div class="pair">'
        f"{_input('expiry', 'Expires', given.get('expiry', '12 / 34'), 'off')}"
        f"{_input('cvc', 'CVC', given.get('cvc', '123'), 'off')}</div>"
        "<small>A bank debit clears or fails days later; the card fields are not used then.</small>"
    )


def _test_cards() -> str:
    rows = "".join(
        f"<li><code>{card.number}</code><span>{escape(_meaning(card.decline, card.dispute))}</span>"
        "</li>"
        for card in CARDS.values()
    )
    return f"<details><summary>Test cards</summary><ul>{rows}</ul></details>"


def _meaning(decline: str, dispute: str) -> str:
    if decline:
        return f"declined: {decline.replace('_', ' ')}"
    return f"pays, then is disputed: {dispute}" if dispute else "pays"
