"""Seeding: a believable catalogue, the same for the same seed."""

import random
from collections.abc import Iterator
from itertools import product as combinations
from operator import itemgetter

import msgspec

from sandbox.shopify import clock
from sandbox.shopify.entities import (
    KIND_OF,
    Facts,
    Item,
    Level,
    Location,
    Option,
    Product,
    Variant,
    key_of,
)
from sandbox.shopify.state import Shop
from sandbox.shopify.store import Store
from sandbox.shopify.wares import LINES, Line

YEAR_MS = 365 * 24 * 3600 * 1000
SMALLEST_TOTAL = 10  # variants per product on average, so that 300 products have 3,000 variants
SIZES = (1, 1, 2, 3, 4, 5, 6, 6, 8, 9, 10, 12, 12, 15, 16, 18, 20, 24)
LARGEST = 24
GIANT = 250
SPECIALS_FROM = 100  # catalogues smaller than this have no special cases

PLACES = ("Toronto warehouse", "Queen Street shop", "Ottawa pop-up")


class Wish(msgspec.Struct, kw_only=True):
    """What a shop shall hold."""

    products: int
    variants_per_product: int | None = None
    seed: int = 1


class Seeder:
    """Builds one shop's records in memory."""

    def __init__(self, facts: Facts, wish: Wish) -> None:
        """The facts' `next_id` counts all ids of the shop."""
        self.facts = facts
        self.wish = wish
        self.random = random.Random(f"{wish.seed}:{facts.domain}")
        self.now = clock.now_ms()
        self.places = [
            Location(
                id=self.number(),
                name=name,
                active=True,
                primary=at == 0,
                online=at < 2,  # noqa: PLR2004 - the pop-up does not ship
                ships=at < 2,  # noqa: PLR2004 - the pop-up does not ship
                created=self.now - 2 * YEAR_MS,
                updated=self.now - YEAR_MS,
            )
            for at, name in enumerate(PLACES)
        ]
        self.handles: set[str] = set()

    def number(self) -> int:
        """The next id."""
        self.facts.next_id += 1
        return self.facts.next_id - 1

    def sizes(self) -> list[int]:
        """Variants of each product."""
        wish = self.wish
        if wish.variants_per_product:
            return [wish.variants_per_product] * wish.products
        sizes = [self.random.choice(SIZES) for _ in range(wish.products)]
        if wish.products >= SPECIALS_FROM:
            sizes[7] = GIANT
        order = list(range(wish.products))
        self.random.shuffle(order)
        for at in order:
            if sum(sizes) >= SMALLEST_TOTAL * wish.products:
                break
            sizes[at] = max(sizes[at], LARGEST)
        return sizes

    def records(self) -> Iterator[msgspec.Struct]:
        """Everything, products one by one."""
        yield from self.places
        special = not self.wish.variants_per_product and self.wish.products >= SPECIALS_FROM
        for at, size in enumerate(self.sizes()):
            yield from self.product(at, size, special=special)

    def product(self, at: int, size: int, *, special: bool) -> Iterator[msgspec.Struct]:
        """One product with variants, items and stock."""
        chance = self.random
        line = LINES[at % len(LINES)]
        title = f"{chance.choice(line.makes)} {chance.choice(line.nouns)}"
        handle = title.lower().replace(" ", "-").replace("'", "")
        if handle in self.handles:
            handle = f"{handle}-{at + 1}"
            title = f"{title} No. {at + 1}"
        self.handles.add(handle)
        created = self.now - chance.randrange(30 * 24 * 3600 * 1000, 2 * YEAR_MS)
        updated = created + chance.randrange(0, self.now - created)
        status = chance.choices(("ACTIVE", "DRAFT", "ARCHIVED"), (88, 8, 4))[0]
        if size > LARGEST:
            status = "ACTIVE"
        options, choices = self.options(line, size)
        record = Product(
            id=self.number(),
            title=title,
            handle=handle,
            vendor=chance.choice(line.vendors),
            product_type=line.product_type,
            tags=sorted(chance.sample(line.tags, chance.randint(1, len(line.tags)))),
            status=status,
            description=f"<p>{title}. {line.sentence}</p>",
            options=options,
            variant_ids=[],
            created=created,
            updated=updated,
            published=created if status == "ACTIVE" else None,
            colours=chance.choice(line.colours),
        )
        base = chance.randrange(line.lowest, line.highest)
        on_sale = chance.random() < 0.15  # noqa: PLR2004 - share of products on sale
        tracked = chance.random() > 0.06  # noqa: PLR2004 - share of untracked products
        no_sku = special and at == 3  # noqa: PLR2004 - the product without SKUs
        stem = f"{line.code}-{at + 1:04d}"
        if special and at == 5 + len(LINES):
            stem = f"{LINES[5].code}-{6:04d}"  # shares its SKUs with the sixth product
        rows: list[msgspec.Struct] = [record]
        for position, choice in enumerate(choices, start=1):
            cents = base + (position - 1) % 6 * chance.choice((0, 100, 200))
            rows += self.variant(
                record,
                position=position,
                choice=choice,
                dollars=cents // 100,
                on_sale=on_sale,
                tracked=tracked,
                sku=None if no_sku else f"{stem}-{position:03d}",
            )
        yield from rows

    def options(self, line: Line, size: int) -> tuple[list[Option], list[list[str]]]:
        """Option names with values, and the choices of each variant."""
        if size == 1:
            return [Option(self.number(), "Title", ["Default Title"])], [["Default Title"]]
        (first_name, first), (second_name, second) = line.options
        if size <= len(first):
            pairs = [[value] for value in first[:size]]
            names = [first_name]
        else:
            wide = -(-size // len(first))
            values = list(second) + [f"Style {n}" for n in range(len(second) + 1, wide + 1)]
            pairs = [list(pair) for pair in combinations(first, values[:wide])][:size]
            names = [first_name, second_name]
        options = [
            Option(self.number(), name, list(dict.fromkeys(pair[at] for pair in pairs)))
            for at, name in enumerate(names)
        ]
        return options, pairs

    def variant(  # noqa: PLR0913 - one variant has this many facts
        self,
        product: Product,
        *,
        position: int,
        choice: list[str],
        dollars: int,
        on_sale: bool,
        tracked: bool,
        sku: str | None,
    ) -> Iterator[msgspec.Struct]:
        """One variant with its item and stock; prices end in .99, .95, .49 or .00."""
        chance = self.random
        cents = dollars * 100 + chance.choice((99, 95, 49, 0))
        variant = Variant(
            id=self.number(),
            product_id=product.id,
            item_id=self.number(),
            title=" / ".join(choice),
            sku=sku,
            barcode=f"0{77_800_000_000 + self.facts.next_id % 100_000_000}" if sku else None,
            price=_dollars(cents),
            compare_at=_dollars(cents * 5 // 4 // 100 * 100 + 99) if on_sale else None,
            position=position,
            choices=choice,
            policy="DENY" if tracked or position % 2 else "CONTINUE",
            taxable=True,
            created=product.created,
            updated=product.updated,
        )
        product.variant_ids.append(variant.id)
        yield variant
        costed = chance.random() > 0.05  # noqa: PLR2004 - a few items have no cost
        yield Item(
            id=variant.item_id,
            variant_id=variant.id,
            tracked=tracked,
            requires_shipping=True,
            cost=_dollars(cents * chance.randint(38, 62) // 100) if costed else None,
            created=product.created,
            updated=product.updated,
        )
        for at, place in enumerate(self.places):
            if at and chance.random() < 0.4:  # noqa: PLR2004 - not every place stocks everything
                continue
            yield Level(
                item_id=variant.item_id,
                location_id=place.id,
                created=product.created,
                updated=product.updated,
                available=max(0, int(chance.gauss(14, 12))) if tracked else 0,
                committed=chance.choice((0, 0, 0, 1, 2)) if tracked else 0,
            )


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def seed(store: Store, facts: Facts, wish: Wish, shop: Shop) -> None:
    """Fill an empty shop and the store with it."""
    seeder = Seeder(facts, wish)
    encode = msgspec.json.encode
    rows = []
    for record in seeder.records():
        rows.append((key_of(record), facts.domain, KIND_OF[type(record)], encode(record)))
        shop.keep(record)
    rows.append((key_of(facts), facts.domain, "facts", encode(facts)))
    rows.sort(key=itemgetter(0))
    with store.transaction() as connection:
        connection.executemany("INSERT INTO record VALUES (?, ?, ?, ?)", rows)
