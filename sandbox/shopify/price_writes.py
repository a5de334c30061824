"""`productVariantsBulkUpdate` (contract §4.1), to the letter."""

from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.shopify import money
from sandbox.shopify.entities import Item, Product, Variant
from sandbox.shopify.ids import number_of
from sandbox.shopify.plan import resolves
from sandbox.shopify.state import Work

if TYPE_CHECKING:
    from sandbox.shopify.execution import Call

Doc: TypeAlias = dict[str, Any]

# Own wording where the contract records none.
HIGH = "must be less than 1000000000000000000"


def _error(at: int | None, path: list[str], message: str, code: str) -> Doc:
    field = path if at is None else ["variants", str(at), *path]
    return {"field": field, "message": message, "code": code}


def _payload(product: Product | None, variants: list[Variant] | None, errors: list[Doc]) -> Doc:
    return {"product": product, "productVariants": variants, "userErrors": errors}


@resolves("Mutation", "productVariantsBulkUpdate")
def bulk_update(_root: None, args: Doc, call: "Call") -> Doc:
    """Check every row, then write all valid rows (partial) or all or nothing."""
    shop = call.shop
    number = number_of(args["productId"], "Product")
    product = None if number is None else shop.products.get(number)
    if product is None:
        code = "PRODUCT_DOES_NOT_EXIST"
        return _payload(None, None, [_error(None, ["productId"], "Product does not exist", code)])
    if product.suspended:
        message = "Product is suspended"
        return _payload(product, None, [_error(None, ["productId"], message, "PRODUCT_SUSPENDED")])
    call.world.before_price_write(call, product, args["variants"])
    writer = _Writer(call, product, args["variants"])
    writer.check()
    partial = bool(args.get("allowPartialUpdates"))
    if writer.errors and not partial:
        writer.log_refused(written=False)
        return _payload(product, None, writer.errors)
    writer.write()
    return _payload(product, list(writer.named.values()), writer.errors)


class _Writer:
    """One call: rows are checked first, memory is touched afterwards."""

    def __init__(self, call: "Call", product: Product, rows: list[Doc]) -> None:
        self.call = call
        self.shop = call.shop
        self.product = product
        self.rows = rows
        self.errors: list[Doc] = []
        self.named: dict[int, Variant] = {}
        self.good: list[tuple[Variant, Doc]] = []
        self.refused: list[tuple[int | None, Doc, list[Doc]]] = []

    def check(self) -> None:
        for at, row in enumerate(self.rows):
            variant, errors = self.check_row(at, row)
            if variant is not None:
                self.named[variant.id] = variant
            if errors or variant is None:
                self.errors.extend(errors)
                self.refused.append((variant.id if variant else None, row, errors))
            else:
                self.good.append((variant, row))

    def check_row(self, at: int, row: Doc) -> tuple[Variant | None, list[Doc]]:
        if row.get("id") is None:
            code = "PRODUCT_VARIANT_ID_MISSING"
            return None, [_error(at, ["id"], "Product variant is missing ID attribute", code)]
        number = number_of(row["id"], "ProductVariant")
        variant = None if number is None else self.shop.variants.get(number)
        if variant is None or variant.product_id != self.product.id:
            code = "PRODUCT_VARIANT_DOES_NOT_EXIST"
            return None, [_error(at, ["id"], "Product variant does not exist", code)]
        errors: list[Doc] = []
        if row.get("inventoryQuantities") is not None:
            code = "NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE"
            message = "Inventory quantities can only be provided during create."
            errors.append(_error(at, ["inventoryQuantities"], message, code))
        errors += self.check_amount(at, row, "compareAtPrice", "Compare at price")
        errors += self.check_amount(at, row, "price", "Price")
        if not errors and self.call.settings.refuse_low_compare_at:
            errors += self.check_compare_at(at, row, variant)
        return variant, errors

    def check_amount(self, at: int, row: Doc, name: str, label: str) -> list[Doc]:
        if name not in row or (row[name] is None and name == "compareAtPrice"):
            return []
        problem = self.amount_problem(row[name])
        if problem is None:
            return []
        text, code = problem
        return [_error(at, [name], f"{label} {text}", code)]

    def amount_problem(self, value: Any) -> tuple[str, str] | None:
        """What is wrong with an amount, and the code for it."""
        digits = self.shop.facts.digits
        if value is None:
            return "can't be blank", "BLANK"
        if money.canonical(str(value), digits) is not None:
            return None
        amount = money.read(value)
        if amount < 0:
            return "must be greater than or equal to 0", "GREATER_THAN_OR_EQUAL_TO"
        if amount >= money.TOO_HIGH:
            return HIGH, "INVALID_INPUT"
        refuse = self.call.settings.extra_decimals == "refuse"
        if refuse and money.has_extra_digits(amount, digits):
            return f"may have at most {digits} decimals", "INVALID_INPUT"
        return None

    def check_compare_at(self, at: int, row: Doc, variant: Variant) -> list[Doc]:
        price = row.get("price", variant.price)
        compare_at = row.get("compareAtPrice", variant.compare_at)
        if compare_at is None or money.read(compare_at) > money.read(price):
            return []
        message = "Compare at price must be greater than price"
        return [_error(at, ["compareAtPrice"], message, "INVALID_INPUT")]

    def work(self) -> Work:
        operation = "productVariantsBulkUpdate"
        request_id = self.call.request_id
        return Work(self.shop, source="api", operation=operation, request_id=request_id)

    def log_refused(self, *, written: bool, work: Work | None = None) -> None:
        work = work or self.work()
        for number, row, errors in self.refused:
            codes = [error["code"] for error in errors]
            self.log_attempt(work, number, row, codes)
        if not written:
            for variant, row in self.good:
                self.log_attempt(work, variant.id, row, ["NOT_PARTIAL"])
            self.call.world.commit(work)

    def log_attempt(self, work: Work, number: int | None, row: Doc, codes: list[str]) -> None:
        variant = self.named.get(number) if number else None
        now = prices(variant) if variant else None
        asked = {key: row[key] for key in ("price", "compareAtPrice") if key in row}
        work.effect(
            changed=False,
            variant_id=number,
            product_id=self.product.id,
            before=now,
            after=now,
            asked=asked,
            refused=codes,
        )

    def write(self) -> None:
        work = self.work()
        touched = False
        for variant, row in self.good:
            touched |= self.write_row(work, variant, row)
        self.log_refused(written=True, work=work)
        if touched:
            work.edit(self.product)
            self.product.updated = work.at
            work.touched_products[self.product.id] = None
        self.call.world.commit(work)

    def write_row(self, work: Work, variant: Variant, row: Doc) -> bool:
        """Apply one row; returns whether updatedAt moves."""
        before = prices(variant)
        after = self.target(variant, row)
        item = self.shop.items[variant.item_id]
        changes = _changes(variant, item, row, after, self.shop.facts.digits)
        changed = bool(changes)
        if changed or self.call.settings.unchanged_write_bumps:
            apply_changes(work, variant, item, changes)
            moved = True
        else:
            moved = False
        work.effect(
            changed=changed,
            variant_id=variant.id,
            product_id=variant.product_id,
            before=before,
            after=after,
        )
        return moved

    def target(self, variant: Variant, row: Doc) -> Doc:
        digits = self.shop.facts.digits
        after = prices(variant)
        if "price" in row:
            after["price"] = money.stored(row["price"], digits)
        if "compareAtPrice" in row:
            asked = row["compareAtPrice"]
            after["compare_at_price"] = None if asked is None else money.stored(asked, digits)
        return after


def prices(variant: Variant) -> Doc:
    """Price and compare-at price as the effects log shows them."""
    return {"price": variant.price, "compare_at_price": variant.compare_at}


def _changes(variant: Variant, item: Item, row: Doc, after: Doc, digits: int) -> dict[str, Any]:
    """Attributes that move; those of the inventory item are prefixed with `item.`."""
    wanted: dict[str, Any] = {"price": after["price"], "compare_at": after["compare_at_price"]}
    for name, attribute in (("barcode", "barcode"), ("taxable", "taxable")):
        if name in row:
            wanted[attribute] = row[name]
    if row.get("inventoryPolicy"):
        wanted["policy"] = row["inventoryPolicy"]
    inner = row.get("inventoryItem") or {}
    if "sku" in inner:
        wanted["sku"] = inner["sku"] or None
    if "tracked" in inner:
        wanted["item.tracked"] = inner["tracked"]
    if "requiresShipping" in inner:
        wanted["item.requires_shipping"] = inner["requiresShipping"]
    if "cost" in inner:
        cost = inner["cost"]
        wanted["item.cost"] = None if cost is None else money.stored(cost, digits)
    return {
        name: value
        for name, value in wanted.items()
        if value != getattr(item if name.startswith("item.") else variant, name.rpartition(".")[2])
    }


def apply_changes(work: Work, variant: Variant, item: Item, changes: dict[str, Any]) -> None:
    """Change variant and item in memory, move their times and tell the subscribers of items."""
    work.edit(variant)
    variant.updated = work.at
    if any(name.startswith("item.") or name == "sku" for name in changes):
        work.edit(item)
        item.updated = work.at
        work.touched_items[item.id] = None
    for name, value in changes.items():
        setattr(item if name.startswith("item.") else variant, name.rpartition(".")[2], value)
