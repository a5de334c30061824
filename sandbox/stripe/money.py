"""Currencies of the vendor: which it takes, their decimals, the least charge (contract §7)."""

from decimal import ROUND_HALF_UP, Decimal

from sandbox.stripe.words import words

CURRENCIES = frozenset(
    words(
        "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd "
        "bwp byn bzd cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp "
        "gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw "
        "kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad "
        "ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek "
        "sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst "
        "xaf xcd xof xpf yer zar zmw"
    )
)
NO_DECIMALS = frozenset(words("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"))
# Stripe wants these to be multiples of ten.
THREE_DECIMALS = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
LEAST = {
    "usd": 50, "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500,
    "dkk": 250, "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000,
    "myr": 200, "nok": 300, "nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
}  # fmt: skip
MOST = 99_999_999


def decimals(currency: str) -> int:
    """How many decimals the smallest unit stands for."""
    return 0 if currency in NO_DECIMALS else 3 if currency in THREE_DECIMALS else 2


def least(currency: str) -> int:
    """The least amount that can be charged."""
    return LEAST.get(currency, 50)


def rounded(amount: Decimal) -> int:
    """A whole number of smallest units, half up."""
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def shown(amount: int, currency: str) -> str:
    """For people: `$24.00 CAD`."""
    digits = decimals(currency)
    sign = {"cad": "$", "usd": "$", "eur": "€", "gbp": "£"}.get(currency, "")
    value = Decimal(amount).scaleb(-digits)
    return f"{sign}{value:,.{digits}f} {currency.upper()}"
