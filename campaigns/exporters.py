"""What of campaigns can be exported: the list; a campaign's variants, moves and prices."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Func, QuerySet, TextField
from django.db.models.functions import Cast, Coalesce

from foundation.exports.api import (
    Column,
    Exporter,
    Filter,
    InvalidExport,
    Local,
    Params,
    both_clocks,
    person,
    register,
)
from pricing.api import LEDGER_PRICES, WARES, ledger_of_campaign

from .enums import CampaignState
from .forms.filters import CampaignFilterForm
from .models import Campaign
from .queries.campaigns import OVER_TAB, campaigns_matching
from .queries.variants import SHOWN, moves_of, variants_of

MOVES_SHOWN: Final = ("moves", "edits")
PRICES_SHOWN: Final = "ledger"
MOST_TEXT: Final = 200
_SHOWN_WORDS: Final = {
    "on": "those it is on",
    "waiting": "those that wait",
    "left": "those it leaves alone",
    "off": "those it is not on",
    "edits": "edits outside",
}


class _Numbers(Func):
    """Positions of triggers as people count them, with a space between."""

    template = (
        "array_to_string(ARRAY(SELECT held + 1 FROM unnest(%(expressions)s) AS held "
        "ORDER BY held), ' ')"
    )
    output_field = TextField()

    def __init__(self) -> None:
        super().__init__(F("holding"))


def _list_filter(_shop_id: UUID, posted: Mapping[str, str]) -> Params:
    form = CampaignFilterForm(posted)
    InvalidExport.unless_valid(form)
    return form.params()


def _list_rows(shop_id: UUID, params: Params) -> QuerySet[Any]:
    chosen = CampaignFilterForm(params).chosen()
    return campaigns_matching(shop_id, chosen).order_by("-created_at", "-pk")


def _list_words(params: Params) -> str:
    labels = {**dict(CampaignState.choices), OVER_TAB: "Over"}
    said = [str(labels[params["state"]]).lower()] if "state" in params else []
    if "q" in params:
        said.append(f"matching “{params['q']}”")
    return ", ".join(said) or "everything"


def _campaign_of(shop_id: UUID, params: Mapping[str, str]) -> Campaign:
    try:
        campaign_id = UUID(params.get("campaign", ""))
    except ValueError as error:
        raise InvalidExport("say which campaign.") from error
    campaign: Campaign | None = Campaign.objects.for_shop(shop_id).filter(pk=campaign_id).first()
    if campaign is None:
        raise InvalidExport("there is no such campaign in this shop.")
    return campaign


def _narrowed(*shown: str) -> Any:
    """Return the ``clean`` of an exporter of one campaign, with the filters of its table."""

    def clean(shop_id: UUID, posted: Mapping[str, str]) -> Params:
        campaign = _campaign_of(shop_id, posted)
        show, text = posted.get("show", ""), posted.get("q", "").strip()
        if show not in ("", *shown):
            message = f"what is shown must be one of {', '.join(shown)}."
            raise InvalidExport(message)
        if len(text) > MOST_TEXT or "\x00" in text:
            message = f"a search has at most {MOST_TEXT} characters."
            raise InvalidExport(message)
        said = {"show": show, "q": text}
        return {
            "campaign": str(campaign.pk),
            "name": campaign.name,
            **{name: value for name, value in said.items() if value},
        }

    return clean


def _shown(*values: str) -> tuple[Filter, ...]:
    return (
        Filter("campaign", "The id of the campaign", required=True),
        Filter("show", "Which rows, as on the campaign's page", values),
        Filter("q", "A part of SKU or title"),
    )


def _words(params: Params) -> str:
    said = [params["name"]]
    if params.get("show") in _SHOWN_WORDS:
        said.append(_SHOWN_WORDS[params["show"]])
    if "q" in params:
        said.append(f"matching “{params['q']}”")
    return ", ".join(said)


def _variant_rows(shop_id: UUID, params: Params) -> QuerySet[Any]:
    campaign = _campaign_of(shop_id, params)
    return variants_of(campaign, params.get("show", "all"), params.get("q", "")).order_by("pk")


def _move_rows(shop_id: UUID, params: Params) -> QuerySet[Any]:
    campaign = _campaign_of(shop_id, params)
    edits = params.get("show") == "edits"
    return moves_of(campaign, edits=edits, text=params.get("q", "")).order_by("-pk")


CAMPAIGNS = register(
    Exporter(
        name="campaigns.campaigns",
        title="Campaigns",
        columns=(
            Column("campaign", "pk", plain=True),
            Column("name", "name"),
            Column("state", "state", plain=True),
            Column("reason", "state_reason"),
            Column("account", "connection__account"),
            Column("priority", "layer__priority", plain=True),
            Column("follows_catalogue", Cast("follows_catalogue", TextField()), plain=True),
            Column("variants", "variants_total", plain=True),
            Column("on", "variants_on", plain=True),
            Column("times_put", "trigger_count", plain=True),
            Column("starts", Local("starts_at"), plain=True),
            Column("ends", Local("ends_at"), plain=True),
            Column("began_at", Local("activated_at"), plain=True),
            Column("over_at", Local("over_at"), plain=True),
            *both_clocks("created_at"),
            Column("created_by", person("created_by")),
        ),
        filters=(
            Filter("state", "Where a campaign stands", (*CampaignState.values, OVER_TAB)),
            Filter("q", "Words of the name"),
        ),
        clean=_list_filter,
        rows=_list_rows,
        words=_list_words,
    )
)


def _price_rows(shop_id: UUID, params: Params) -> QuerySet[Any]:
    campaign = _campaign_of(shop_id, params)
    return ledger_of_campaign(shop_id, campaign.pk, params.get("q", "")).order_by("-pk")


VARIANTS = register(
    Exporter(
        name="campaigns.variants",
        title="Variants of a campaign",
        columns=(
            *WARES,
            Column("on", Cast("on", TextField()), plain=True),
            Column("triggers_that_hold", _Numbers(), plain=True),
            Column("switched_by_hand", Cast("by_hand", TextField()), plain=True),
            Column("stock", "last_stock", plain=True),
            Column("currency", "campaign__shop__currency", plain=True),
            Column("price_shown", "variant__price", plain=True),
            Column("compare_at_shown", "variant__compare_at", plain=True),
            Column(
                "own_price",
                Coalesce("variant__covered__base_price", "variant__price"),
                plain=True,
            ),
            *both_clocks("moved_at"),
            Column("rests_until", Local("look_again_at"), plain=True),
            Column("left_alone_since", Local("let_go_at"), plain=True),
        ),
        filters=_shown(*SHOWN),
        clean=_narrowed(*SHOWN),
        rows=_variant_rows,
        words=_words,
    )
)
MOVES = register(
    Exporter(
        name="campaigns.moves",
        title="What happened under a campaign",
        columns=(
            Column("move", "pk", plain=True),
            *both_clocks("at"),
            *WARES,
            Column("what", "kind", plain=True),
            Column("cause", "cause", plain=True),
            Column("why", "why"),
            Column("stock", "stock", plain=True),
            Column("by", person("actor")),
            Column("request_id", "request_id"),
        ),
        filters=_shown(*MOVES_SHOWN),
        clean=_narrowed(*MOVES_SHOWN),
        rows=_move_rows,
        words=_words,
    )
)
PRICES = register(
    Exporter(
        name="campaigns.prices",
        title="Prices a campaign wrote",
        columns=(
            Column("entry", "pk", plain=True),
            *both_clocks("at"),
            *WARES,
            Column("cause", "cause", plain=True),
            Column("by", person("actor")),
            *LEDGER_PRICES,
            Column("own_price", "base_price", plain=True),
            Column("job", "job__name"),
            Column("shopify_request_id", "vendor_request_id"),
        ),
        filters=_shown(PRICES_SHOWN),
        clean=_narrowed(PRICES_SHOWN),
        rows=_price_rows,
        words=_words,
    )
)
