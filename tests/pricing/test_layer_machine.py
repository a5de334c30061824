"""Layers put and taken, prices edited and changed by jobs, in any order, against a small model.

The model knows each variant's own price, the layers on it, and those that have let go of it. What
the shop shows must always be what the model computes from these: no price is remembered from
another sale, and no edit is lost.
"""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import ClassVar

import pytest
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import invariant

from catalog_sync.api import Selection
from catalog_sync.models import Variant
from config.demo.merchant import Merchant, PriceTag
from foundation.work.enums import Group
from pricing.api import Action, Cause, LayerMove, OutsideEditPolicy, Rule, simple_rule
from pricing.models import AuditTrailEntry, CoveredVariant, PricingJob, ProcessingResult
from pricing.outside import note_prices_seen
from pricing.services import bring_in_line, lay, make_layer, take_back_in, take_layer
from tests.pricing.conftest import TestDesk, work
from tests.pricing.stories import ShopMachine, run_stories, step

pytestmark = pytest.mark.django_db(transaction=True)

VARIANTS = 3
PRICES = st.integers(500, 9_999).map(lambda cents: Decimal(cents) / 100)
PLACES = st.integers(0, VARIANTS - 1)
SETS = st.sets(PLACES, min_size=1)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Sale:
    """A layer as the model knows it: the highest priority wins."""

    name: str
    priority: int
    policy: OutsideEditPolicy
    rule: Rule
    price: Callable[[Decimal], Decimal]
    builds_on: bool = False


def off(percent: int) -> Callable[[Decimal], Decimal]:
    return lambda price: (price * (100 - percent) / 100).quantize(CENT, ROUND_HALF_UP)


SALES = (
    Sale(
        "low",
        10,
        OutsideEditPolicy.OVERRULE,
        simple_rule(Action.PERCENT, -10),
        off(10),
    ),
    Sale(
        "middle",
        20,
        OutsideEditPolicy.ADOPT,
        simple_rule(Action.PERCENT, -50),
        off(50),
        builds_on=True,
    ),
    Sale(
        "high",
        30,
        OutsideEditPolicy.OVERRULE,
        simple_rule(Action.SET, 7),
        lambda _: Decimal(7),
    ),
)
LAYERS = st.integers(0, len(SALES) - 1)


@dataclass
class Modelled:
    """One variant: what is the merchant's, what lies over it, what the shop shows."""

    own: PriceTag
    shown: PriceTag
    stack: set[int] = field(default_factory=set)
    let_go: set[int] = field(default_factory=set)
    shows: int | None = None
    """The sale whose price is shown."""
    untold: bool = False
    """Edited, and nobody here knows it yet."""

    def follow(self) -> None:
        price, shows = self.own[0], None
        for each in sorted(self.stack, key=lambda at: SALES[at].priority):
            sale = SALES[each]
            price, shows = sale.price(price if sale.builds_on else self.own[0]), each
        if self.shown != (price, self.own[1]):
            # What shows the same price as before is not written, so nobody knows whose it is now.
            self.shown, self.shows = (price, self.own[1]), shows

    def hear_edit(self) -> None:
        """The edit that is shown becomes known."""
        self.untold = False
        adopts = self.shows is not None and SALES[self.shows].policy is OutsideEditPolicy.ADOPT
        if self.stack and adopts:
            self.let_go |= self.stack
            self.stack = set()
        self.own, self.shows = (self.shown[0], self.own[1]), None
        self.follow()


class Shop(ShopMachine):
    """What campaigns, people here and people there do to three variants."""

    desk: TestDesk
    merchant: Merchant
    entered: ClassVar[set[tuple[int, Decimal]]] = set()

    def __init__(self) -> None:
        super().__init__()
        connection = self.desk.connection
        found = Variant.objects.for_shop(self.desk.shop_id).order_by("vendor_id")
        self.variants = list(found[:VARIANTS])
        self.ids = [variant.vendor_id for variant in self.variants]
        everything = self.merchant.prices()
        CoveredVariant.objects.all().delete()
        for variant in self.variants:
            price, compare_at = everything[variant.vendor_id]
            Variant.objects.filter(pk=variant.pk).update(
                price=price, compare_at=compare_at, vendor_updated_at=_second()
            )
        self.rest = {v: tag for v, tag in everything.items() if v not in self.ids}
        self.model = [Modelled(everything[v], everything[v]) for v in self.ids]
        self.layers = [
            make_layer(
                shop_id=self.desk.shop_id,
                connection_id=connection.pk,
                ref=uuid.uuid4(),
                name=sale.name,
                rules=[sale.rule],
                priority=sale.priority,
                builds_on=sale.builds_on,
                outside_edits=sale.policy,
            )
            for sale in SALES
        ]

    def _move(self, layer: int, places: set[int], *, on: bool) -> None:
        refs = {self.variants[at].pk: uuid.uuid4() for at in places}
        lay(
            shop_id=self.desk.shop_id,
            connection_id=self.desk.connection.pk,
            moves=[LayerMove(self.variants[at].pk, self.layers[layer], on) for at in places],
            cause=Cause.CAMPAIGN,
            name="Model",
            refs=refs,
        )
        for at in places:
            modelled = self.model[at]
            if on and layer not in modelled.let_go:
                modelled.stack.add(layer)
            elif not on:
                modelled.stack.discard(layer)
        self._written(places)

    def _written(self, places: set[int]) -> None:
        """A job looks at a variant when what it should show is not what we believe it shows."""
        for at in places:
            modelled = self.model[at]
            believed = Variant.objects.get(pk=self.variants[at].pk)
            edit = modelled.shown
            shows = modelled.shows
            modelled.follow()
            if modelled.untold:
                target = modelled.shown
                modelled.shown, modelled.shows = edit, shows
                if target != (believed.price, believed.compare_at):
                    modelled.hear_edit()
        work(Group.REMOTE, Group.FAST, Group.REMOTE)

    @step(layer=LAYERS, places=SETS)
    def put(self, layer: int, places: set[int]) -> None:
        self._move(layer, places, on=True)

    @step(layer=LAYERS, places=SETS)
    def take(self, layer: int, places: set[int]) -> None:
        self._move(layer, places, on=False)

    @step(layer=LAYERS)
    def end(self, layer: int) -> None:
        take_layer(self.layers[layer], cause=Cause.CAMPAIGN, name="Model")
        places = set()
        for at, modelled in enumerate(self.model):
            if layer in modelled.stack | modelled.let_go:
                modelled.stack.discard(layer)
                modelled.let_go.discard(layer)
                places.add(at)
        self._written(places)

    @step(layer=LAYERS, place=PLACES)
    def take_back_in(self, layer: int, place: int) -> None:
        take_back_in(self.layers[layer], [self.variants[place].pk])
        self.model[place].let_go.discard(layer)

    @step(place=PLACES, price=PRICES, told=st.booleans())
    def edit(self, place: int, price: Decimal, told: bool) -> None:
        variant, modelled = self.ids[place], self.model[place]
        # The vendor's times have whole seconds: the same price twice in one is one edit.
        while (variant, price) in self.entered:
            price += CENT
        self.entered.add((variant, price))
        self.merchant.edit([(variant, price)])
        known = Variant.objects.get(pk=self.variants[place].pk)
        changed = (price, modelled.shown[1]) != (known.price, known.compare_at)
        modelled.shown = (price, modelled.shown[1])
        modelled.untold = changed
        if told and changed:
            self._tell(place)
            modelled.hear_edit()
            work(Group.FAST, Group.REMOTE, Group.FAST, Group.REMOTE)

    def _tell(self, place: int) -> None:
        """Let the mirror and the ledger know what the shop shows, as its webhook would."""
        known, moment = Variant.objects.get(pk=self.variants[place].pk), _second()
        price, compare_at = self.model[place].shown
        old = (str(known.price), known.compare_at)
        Variant.objects.filter(pk=known.pk).update(price=price, vendor_updated_at=moment)
        note_prices_seen(
            shop_id=self.desk.shop_id,
            connection_id=self.desk.connection.pk,
            seen=[[known.vendor_id, str(price), compare_at, moment, *old]],
            request_id="",
        )

    @step(place=PLACES, amount=st.integers(-300, 300).filter(bool))
    def job(self, place: int, amount: int) -> None:
        """A price job changes the own price; what somebody edited unseen, it keeps."""
        step = Decimal(amount) / 100
        modelled = self.model[place]
        if modelled.untold or modelled.own[0] + step < 1:
            return
        job = self.desk.plan(
            "Model",
            simple_rule(Action.AMOUNT, step),
            selection=Selection(variant_ids=(self.variants[place].pk,)),
        )
        self.desk.run(job)
        work(Group.FAST, Group.REMOTE)
        modelled.own = (modelled.own[0] + step, modelled.own[1])
        modelled.follow()

    @invariant()
    def the_shop_shows_what_the_model_says(self) -> None:
        shown = self.merchant.prices()
        expected = dict(zip(self.ids, (each.shown for each in self.model), strict=True))
        assert {v: shown[v] for v in self.ids} == expected
        assert {v: tag for v, tag in shown.items() if v not in self.ids} == self.rest
        assert not ProcessingResult.objects.filter(outcome="intended").exists()
        assert not PricingJob.objects.filter(kind="campaign", state="running").exists()

    @invariant()
    def own_prices_are_kept_as_long_as_they_are_needed(self) -> None:
        rows = {row.variant_id: row for row in CoveredVariant.objects.all()}
        for variant, modelled in zip(self.variants, self.model, strict=True):
            row = rows.get(variant.pk)
            stack = set() if row is None else {self.layers.index(each) for each in row.stack}
            assert stack == modelled.stack
            if row is not None and not modelled.untold:
                assert (row.base_price, row.base_compare_at) == modelled.own

    @invariant()
    def the_ledger_ends_with_what_is_shown(self) -> None:
        for variant, modelled in zip(self.variants, self.model, strict=True):
            last = AuditTrailEntry.objects.filter(variant=variant).order_by("-pk").first()
            if last is not None and not modelled.untold:
                assert (last.price_after, last.compare_at_after) == modelled.shown

    def at_rest(self) -> None:
        """Leave a shop without campaigns, and with nothing unsaid, to the next example.

        Of an edit that a job of ours met first, the mirror hears by the webhook; what was kept
        until then is let go of by the net below all.
        """
        for at, modelled in enumerate(self.model):
            known = Variant.objects.get(pk=self.variants[at].pk)
            if (known.price, known.compare_at) != modelled.shown:
                self._tell(at)
            if modelled.untold:
                modelled.hear_edit()
        work(Group.FAST, Group.REMOTE)
        for layer in range(len(SALES)):
            self.end(layer=layer)
        bring_in_line()
        self.the_shop_shows_what_the_model_says()
        assert not CoveredVariant.objects.exists()


def _second() -> dt.datetime:
    # Shopify's times have whole seconds.
    return timezone.now().replace(microsecond=0)


def test_layers_in_any_order(desk: TestDesk, merchant: Merchant) -> None:
    Shop.desk, Shop.merchant = desk, merchant
    run_stories(Shop, stories=20, steps=15)
