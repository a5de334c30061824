"""Product pictures, drawn when asked for: a shape per product type in the product's two colours."""

from html import escape

from sandbox.shopify.entities import Product

SHAPES: dict[str, str] = {
    "Dog Collar": '<circle cx="100" cy="96" r="52" fill="none" stroke="{a}" stroke-width="18"/>'
    '<circle cx="100" cy="158" r="14" fill="{a}"/>',
    "Pet Bed": '<ellipse cx="100" cy="120" rx="74" ry="40" fill="{a}"/>'
    '<ellipse cx="100" cy="110" rx="48" ry="22" fill="{b}"/>',
    "Mug": '<rect x="50" y="58" width="80" height="90" rx="10" fill="{a}"/>'
    '<path d="M130 78h18a22 22 0 0 1 0 50h-18" fill="none" stroke="{a}" stroke-width="12"/>',
    "Candle": '<rect x="64" y="80" width="72" height="80" rx="8" fill="{a}"/>'
    '<path d="M100 36c18 22 14 36 0 40c-14-4-18-18 0-40z" fill="#f59e0b"/>',
    "T-Shirt": '<path d="M64 50l-36 24 16 28 18-10v64h76V92l18 10 '
    '16-28-36-24q-36 26-72 0z" fill="{a}"/>',
    "Dog Treats": '<path d="M58 84a18 18 0 1 1 22-18h40a18 18 0 1 1 22 18a18 18 0 1 1-22 18H80'
    'a18 18 0 1 1-22-18z" transform="translate(0 24)" fill="{a}"/>',
    "Cat Toy": '<ellipse cx="96" cy="112" rx="52" ry="30" fill="{a}"/>'
    '<circle cx="60" cy="86" r="14" fill="{a}"/>'
    '<path d="M148 112q30-10 20-40" fill="none" stroke="{a}" stroke-width="6"/>',
    "Phone Case": '<rect x="62" y="34" width="76" height="138" rx="16" fill="{a}"/>'
    '<rect x="72" y="44" width="26" height="26" rx="8" fill="{b}"/>',
    "Greeting Card": '<rect x="40" y="60" width="120" height="84" rx="6" fill="{a}"/>'
    '<path d="M40 64l60 46 60-46" fill="none" stroke="{b}" stroke-width="6"/>',
    "Blanket": '<rect x="44" y="48" width="112" height="104" rx="8" fill="{a}"/>'
    '<path d="M44 82h112M44 118h112M82 48v104M118 48v104" stroke="{b}" stroke-width="6"/>',
    "Dog Coat": '<path d="M46 70h92l18 20v50h-22v-22H72v22H50v-40z" fill="{a}"/>'
    '<path d="M72 70v48" stroke="{b}" stroke-width="5"/>',
    "Ornament": '<rect x="90" y="44" width="20" height="16" fill="{a}"/>'
    '<circle cx="100" cy="112" r="52" fill="{a}"/>'
    '<path d="M52 112h96" stroke="{b}" stroke-width="8"/>',
}
OTHER = '<rect x="52" y="64" width="96" height="84" rx="8" fill="{a}"/>'


def svg(product: Product) -> str:
    """The picture of a product."""
    dark, light = product.colours
    shape = SHAPES.get(product.product_type, OTHER).format(a=dark, b=light)
    turn = product.id % 7 - 3
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200" role="img">'
        f"<title>{escape(product.title)}</title>"
        f'<rect width="200" height="200" rx="16" fill="{light}"/>'
        f'<g transform="rotate({turn * 3} 100 100)">{shape}</g></svg>'
    )
