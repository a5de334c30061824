"""Input of the connection pages: what a merchant copies out of Shopify's admin."""

import re
from urllib.parse import urlsplit

from django import forms

from connectors.stripe.api import is_secret_key

# Shopify's own rule for shop domains, in lower case (contract §2).
SHOP_DOMAIN = re.compile(r"[a-z0-9][a-z0-9_-]*\.myshopify\.com")
HANDLE = re.compile(r"[a-z0-9][a-z0-9_-]*")
ADMIN_HOST = "admin.shopify.com"


def normalised_domain(text: str) -> str:
    """Turn what people paste into ``name.myshopify.com``.

    Understands the bare name, the domain, any address below it, and the admin's address
    ``admin.shopify.com/store/name``. Raises :class:`forms.ValidationError`.
    """
    given = text.strip().lower()
    if HANDLE.fullmatch(given):
        return f"{given}.myshopify.com"
    try:
        parts = urlsplit(given if "://" in given else f"https://{given}")
        host = parts.hostname or ""
    except ValueError:
        host, parts = "", urlsplit("")
    pieces = [piece for piece in parts.path.split("/") if piece]
    if host == ADMIN_HOST and pieces[:1] == ["store"] and len(pieces) > 1:
        host = f"{pieces[1]}.myshopify.com"
    if not SHOP_DOMAIN.fullmatch(host):
        raise forms.ValidationError(
            "This is not a Shopify domain. It ends in .myshopify.com, even where customers see "
            "another one; Shopify's admin shows it under Settings → Domains."
        )
    return host


def _secret_field(label: str, help_text: str, *, required: bool = True) -> forms.CharField:
    # Never rendered with a value: what was stored is not shown again, nor what was mistyped.
    return forms.CharField(
        label=label,
        required=required,
        max_length=200,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "off", "spellcheck": "false"}, render_value=False
        ),
        help_text=help_text,
    )


FIRST_KEY_HELP = (
    "In Shopify's admin: Settings → Apps and sales channels → Develop apps → your app → API "
    "credentials → “Admin API access token”. It begins with shpat_ and is shown once, when the "
    "app is installed."
)
SECOND_KEY_HELP = (
    "On the same page: “API secret key”. It begins with shpss_ (older ones do not). Shopify signs "
    "webhooks with it; without it we could not tell Shopify's messages from a stranger's."
)


class ShopifyForm(forms.Form):
    """A custom app's three values."""

    account = forms.CharField(
        label="Shop domain",
        max_length=255,
        widget=forms.TextInput(attrs={"placeholder": "your-shop.myshopify.com"}),
        help_text="The .myshopify.com domain, from Settings → Domains; the admin's address "
        "from your browser does as well.",
    )
    access_token = _secret_field("Access token", FIRST_KEY_HELP)
    webhook_secret = _secret_field("Webhook secret", SECOND_KEY_HELP)

    def clean_account(self) -> str:
        """Return the domain in the one form it is stored in."""
        return normalised_domain(self.cleaned_data["account"])

    def clean_access_token(self) -> str:
        """Refuse the values people confuse with the token."""
        return _checked_token(self.cleaned_data["access_token"])

    def clean_webhook_secret(self) -> str:
        """Refuse a token in the secret's place."""
        return _checked_secret(self.cleaned_data["webhook_secret"])


class SecretsForm(forms.Form):
    """New credentials for a connection; what is left empty stays."""

    access_token = _secret_field("New access token", FIRST_KEY_HELP, required=False)
    webhook_secret = _secret_field(
        "New webhook secret",
        "The one before it stays valid beside it: Shopify signs with the old one for up to an "
        "hour after a rotation.",
        required=False,
    )

    def clean_access_token(self) -> str:
        """Refuse the values people confuse with the token."""
        return _checked_token(self.cleaned_data["access_token"])

    def clean_webhook_secret(self) -> str:
        """Refuse a token in the secret's place."""
        return _checked_secret(self.cleaned_data["webhook_secret"])

    def clean(self) -> dict[str, str]:
        """Ask for at least one of the two."""
        cleaned = super().clean() or {}
        if not self.errors and not any(cleaned.values()):
            raise forms.ValidationError("Both fields are empty, so nothing would change.")
        return cleaned


STRIPE_KEY_HELP = (
    "At Stripe: Developers → API keys → “Secret key”, or better a restricted key that may write "
    "Checkout Sessions, Refunds and Webhook Endpoints and read the rest. It begins with sk_ or rk_."
)


class StripeForm(forms.Form):
    """An account and its key; the webhook endpoint is made by us."""

    account = forms.CharField(
        label="Account id",
        max_length=40,
        widget=forms.TextInput(attrs={"placeholder": "acct_…"}),
        help_text="Settings → Business → Account details. We compare it with the key's account, so "
        "that no other account's payments are taken for yours.",
    )
    secret_key = _secret_field("Secret key", STRIPE_KEY_HELP)

    def clean_account(self) -> str:
        """Refuse what is no account's id."""
        given = str(self.cleaned_data["account"]).strip()
        if not re.fullmatch(r"acct_[A-Za-z0-9]{8,32}", given):
            raise forms.ValidationError("An account's id begins with acct_. Copy it again.")
        return given

    def clean_secret_key(self) -> str:
        """Refuse the values people confuse with the key."""
        return _checked_key(self.cleaned_data["secret_key"])


class StripeSecretsForm(forms.Form):
    """A new key for a connection; the webhook secret is changed by a button of its own."""

    secret_key = _secret_field("New secret key", STRIPE_KEY_HELP)

    def clean_secret_key(self) -> str:
        """Refuse the values people confuse with the key."""
        return _checked_key(self.cleaned_data["secret_key"])


class ReasonForm(forms.Form):
    """Why a connection is parked."""

    reason = forms.CharField(max_length=300)


def _checked_token(text: str) -> str:
    token = text.strip()
    if token.startswith("shpss_"):
        raise forms.ValidationError(
            "This is the API secret key. The token is beside it and begins with shpat_."
        )
    if re.search(r"\s|[^\x21-\x7e]", token):
        raise forms.ValidationError("A token has no spaces and no special letters. Copy it again.")
    return token


def _checked_key(text: str) -> str:
    key = text.strip()
    if key.startswith("pk_"):
        raise forms.ValidationError(
            "This is the publishable key, which may do nothing here. The secret key stands below "
            "it and begins with sk_."
        )
    if key.startswith("whsec_"):
        raise forms.ValidationError(
            "This is a webhook's secret. We make the webhook endpoint ourselves and need the key."
        )
    if not is_secret_key(key):
        raise forms.ValidationError(
            "A secret key looks like sk_live_… or rk_live_…, without spaces. Copy it again."
        )
    return key


def _checked_secret(text: str) -> str:
    secret = text.strip()
    if secret.startswith("shpat_"):
        raise forms.ValidationError(
            "This is the access token. The API secret key stands on the same page."
        )
    return secret
