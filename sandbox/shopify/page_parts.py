"""Pieces of HTML of the pages for people."""

from html import escape
from typing import Any
from urllib.parse import quote

from sandbox.shopify.entities import Product, Variant
from sandbox.shopify.state import Shop

STYLE = """
:root{--ink:#1c1917;--soft:#78716c;--line:#e7e5e4;--paper:#fafaf9;--card:#fff;--go:#15803d}
@media(prefers-color-scheme:dark){:root{--ink:#f5f5f4;--soft:#a8a29e;--line:#44403c;
--paper:#1c1917;--card:#292524;--go:#4ade80}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1080px;padding:16px;font:16px/1.5 system-ui,sans-serif;
color:var(--ink);background:var(--paper)}
a{color:inherit}h1{font-size:1.5rem;margin:.5rem 0}small,.soft{color:var(--soft)}
header{display:flex;gap:16px;flex-wrap:wrap;align-items:baseline;
border-bottom:1px solid var(--line);padding-bottom:8px;margin-bottom:16px}
nav{display:flex;gap:12px}
.grid{display:grid;gap:12px;grid-template-columns:repeat(auto-fill,minmax(150px,1fr))}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:12px;
text-decoration:none;display:block}.card img{width:100%;border-radius:8px;display:block}
.card b{display:block;margin-top:8px;line-height:1.25}
.gauge{height:10px;border-radius:5px;background:var(--line);overflow:hidden;max-width:320px}
.gauge i{display:block;height:100%;background:var(--go)}
table{border-collapse:collapse;width:100%;display:block;overflow-x:auto}
th,td{text-align:left;padding:6px 10px;border-bottom:1px solid var(--line);white-space:nowrap;
vertical-align:middle}td form{display:inline-flex;gap:6px;margin:0 6px 0 0}
input,button{font:inherit;padding:5px 9px;border:1px solid var(--line);border-radius:8px;
background:var(--card);color:inherit}td input{width:5.5rem}button{cursor:pointer}
.top{display:flex;gap:16px;align-items:center;flex-wrap:wrap;margin:8px 0 16px}
.top img{width:120px;border-radius:12px}.tag{border:1px solid var(--line);border-radius:99px;
padding:1px 9px;font-size:.85rem}
@media(max-width:640px){td:last-child{white-space:normal;min-width:12rem}
td form{margin:3px 6px 3px 0}}
.search{display:flex;gap:8px;margin:12px 0}.search input{flex:1}
"""


def page(title: str, body: str) -> str:
    """A whole page."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)} · sandbox</title><style>{STYLE}</style></head><body>"
        '<header><a href="/"><b>Shopify sandbox</b></a>'
        '<span class="soft">a stand-in, nothing here is real</span></header>'
        f"<h1>{escape(title)}</h1>{body}</body></html>"
    )


def gauge(shop: Shop) -> str:
    """The bucket as a bar."""
    status = shop.bucket.reading()
    share = 100 * status["level"] / status["maximum"]
    return (
        '<div class="gauge" role="meter" aria-label="points" aria-valuemin="0" '
        f'aria-valuemax="100" aria-valuenow="{share:.0f}"><i style="width:{share:.0f}%"></i></div>'
        f"<small>{status['level']:,.0f} of {status['maximum']:,.0f} points, "
        f"{status['rate']:,.0f} per second · {status['calls']:,} calls, "
        f"{status['throttled']:,} throttled</small>"
    )


def shop_card(shop: Shop) -> str:
    """A shop on the first page."""
    first = next(iter(shop.products.values()), None)
    image = f'<img alt="" src="/pictures/{shop.domain}/{first.id}.svg">' if first else ""
    return (
        f'<a class="card" href="/shops/{shop.domain}">{image}<b>{escape(shop.facts.name)}</b>'
        f"<small>{shop.domain}<br>{len(shop.products):,} products, {len(shop.variants):,} variants"
        f"<br>{shop.facts.plan}</small></a>"
    )


def shop_head(shop: Shop) -> str:
    """Links and the bucket above every page of a shop."""
    base = f"/shops/{shop.domain}"
    return (
        f'<div class="top"><nav><a href="{base}">Products</a> · '
        f'<a href="{base}/deliveries">Deliveries</a> · <a href="{base}/effects">Effects</a></nav>'
        f"<div>{gauge(shop)}</div>"
        f'<form method="post" action="{base}/drain"><button>Drain the bucket</button></form></div>'
    )


def search_box(shop: Shop, text: str, found: int) -> str:
    """Search in the vendor's syntax."""
    return (
        f'<form class="search" action="/shops/{shop.domain}"><input name="q" aria-label="Search" '
        f'placeholder="mug, tag:winter, vendor:Northpaw, status:draft" value="{escape(text)}">'
        f"<button>Search</button></form><p><small>{found:,} products</small></p>"
    )


def product_card(shop: Shop, product: Product) -> str:
    """A product in the list."""
    variants = shop.variants_of(product)
    low = min((variant.price for variant in variants), key=float, default="0.00")
    stock = sum(shop.available(variant) for variant in variants)
    status = "" if product.status == "ACTIVE" else f" · {product.status.lower()}"
    return (
        f'<a class="card" href="/shops/{shop.domain}/{product.id}">'
        f'<img loading="lazy" alt="" src="/pictures/{shop.domain}/{product.id}.svg">'
        f"<b>{escape(product.title)}</b><small>from ${low} · {len(variants)} variants<br>"
        f"{stock:,} in stock{status}</small></a>"
    )


def pager(shop: Shop, text: str, at: int, step: int, found: int) -> str:
    """Links to the pages before and after."""
    links = []
    for label, start in (("← back", at - step), ("more →", at + step)):
        if 0 <= start < found:
            links.append(
                f'<a href="/shops/{shop.domain}?q={quote(text)}&amp;at={start}">{label}</a>'
            )
    return f"<p>{' · '.join(links)}</p>"


def product_head(shop: Shop, product: Product) -> str:
    """Picture and facts of a product."""
    tags = " ".join(f'<span class="tag">{escape(tag)}</span>' for tag in product.tags)
    return (
        f'<div class="top"><img alt="" src="/pictures/{shop.domain}/{product.id}.svg"><div>'
        f"{escape(product.product_type)} by {escape(product.vendor)}<br>"
        f"<small>{product.status.lower()} · id {product.id}</small><br>{tags}</div></div>"
    )


def variant_row(shop: Shop, variant: Variant) -> str:
    """A variant with its buttons."""
    base = f"/shops/{shop.domain}/act"
    hidden = f'<input type="hidden" name="variant" value="{variant.id}">'
    tracked = shop.items[variant.item_id].tracked
    stock = f"{shop.available(variant):,}" if tracked else "not tracked"
    was = f" <s>${variant.compare_at}</s>" if variant.compare_at else ""
    sell = f'<form method="post" action="{base}/sell">{hidden}<button>Sell 1</button></form>'
    more = f'<form method="post" action="{base}/restock">{hidden}<button>Restock 10</button></form>'
    return (
        f'<tr id="v{variant.id}"><td>{escape(variant.title)}<br><small>'
        f"{escape(variant.sku or 'no SKU')}</small><td>${variant.price}{was}<td>{stock}<td>"
        f'{sell}{more if tracked else ""}<form method="post" action="{base}/edit">{hidden}'
        f'<input name="price" value="{variant.price}" aria-label="Price">'
        f'<input name="compare_at" value="{variant.compare_at or ""}" aria-label="Compare at">'
        "<button>Set price</button></form></tr>"
    )


def deliveries_table(rows: list[dict[str, Any]]) -> str:
    """The latest deliveries."""
    if not rows:
        return "<p>No webhook went out yet: subscribe to a topic and change something.</p>"
    body = "".join(
        f"<tr><td>{row['id']}<td>{escape(row['topic'])}<td>{row['status']}<td>"
        f"{len(row['attempts'])}<td>{escape(_last(row))}<td>"
        f"<small>{row['triggered_at'][:23]}</small><td><small>{escape(row['uri'])}</small></tr>"
        for row in rows
    )
    return (
        "<table><thead><tr><th>#<th>Topic<th>Status<th>Tries<th>Last answer<th>Triggered<th>To"
        f"</tr></thead><tbody>{body}</tbody></table>"
    )


def _last(row: dict[str, Any]) -> str:
    if not row["attempts"]:
        return ""
    attempt = row["attempts"][-1]
    return str(attempt["status"] or attempt["problem"])


def effects_table(rows: list[dict[str, Any]]) -> str:
    """The latest effects."""
    if not rows:
        return "<p>Nothing was written yet.</p>"
    body = "".join(
        f"<tr><td><small>{row['at'][:19]}</small><td>{row['source']}<td>{escape(row['operation'])}"
        f"<td>{row['variant_id'] or ''}<td>{_value(row.get('before'))}"
        f"<td>{_value(row.get('after'))}<td>{escape(_outcome(row))}</tr>"
        for row in rows
    )
    return (
        "<table><thead><tr><th>When<th>Who<th>What<th>Variant<th>Before<th>After<th>Outcome</tr>"
        f"</thead><tbody>{body}</tbody></table>"
    )


def _outcome(row: dict[str, Any]) -> str:
    if row["changed"]:
        return "changed"
    return ", ".join(row.get("refused", [])) or "same"


def _value(value: dict[str, Any] | None) -> str:
    if not value:
        return ""
    return escape(" / ".join("none" if part is None else str(part) for part in value.values()))
