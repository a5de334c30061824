"""How a customer can pay on the payment page, and what each test card does (contract §10)."""

import msgspec

from sandbox.stripe.words import words

# What the payment page offers: a card, and bank debits that clear days later.
SIMULATED = ("card", "acss_debit", "us_bank_account", "sepa_debit")
DELAYED = frozenset(SIMULATED) - {"card"}
# Bank debits know some currencies only.
_CURRENCIES = {
    "acss_debit": ("cad", "usd"),
    "us_bank_account": ("usd",),
    "sepa_debit": ("eur",),
}
ALL_METHODS = frozenset(
    words(
        "acss_debit affirm afterpay_clearpay alipay alma amazon_pay au_becs_debit bacs_debit "
        "bancontact billie bizum blik boleto card cashapp crypto customer_balance eps fpx giropay "
        "grabpay ideal kakao_pay klarna konbini kr_card link mb_way mobilepay multibanco "
        "naver_pay nz_bank_account oxxo p24 pay_by_bank payco paynow paypal paypay payto pix "
        "promptpay revolut_pay samsung_pay satispay scalapay sepa_debit sequra sofort sunbit "
        "swish twint upi us_bank_account wechat_pay zip"
    )
)


def fitting(currency: str) -> list[str]:
    """The methods that take a currency."""
    return [name for name in SIMULATED if currency in _CURRENCIES.get(name, (currency,))]


class Card(msgspec.Struct, frozen=True):
    """A test card: `decline` is the decline code, `dispute` why it is disputed afterwards."""

    number: str
    brand: str = "visa"
    code: str = ""
    decline: str = ""
    dispute: str = ""
    words: str = "Your card was declined."

    @property
    def last4(self) -> str:
        """The last four digits."""
        return self.number[-4:]


CARDS = {
    card.number: card
    for card in (
        Card("4242424242424242"),
        Card("5555555555554444", brand="mastercard"),
        Card("378282246310005", brand="amex"),
        Card("4000000000000002", code="card_declined", decline="generic_decline"),
        Card(
            "4000000000009995",
            code="card_declined",
            decline="insufficient_funds",
            words="Your card has insufficient funds.",
        ),
        Card(
            "4000000000000069",
            code="expired_card",
            decline="expired_card",
            words="Your card has expired.",
        ),
        Card("4000000000000259", dispute="fraudulent"),
    )
}
