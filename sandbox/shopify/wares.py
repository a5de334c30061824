"""What the seeded shops sell: lines of goods of a Canadian gift and pet shop."""

from typing import NamedTuple, TypeAlias

Choices: TypeAlias = tuple[str, tuple[str, ...]]


class Line(NamedTuple):
    """A product type with everything that varies inside it; prices in cents."""

    product_type: str
    code: str
    makes: tuple[str, ...]
    nouns: tuple[str, ...]
    vendors: tuple[str, ...]
    tags: tuple[str, ...]
    options: tuple[Choices, Choices]
    lowest: int
    highest: int
    colours: tuple[tuple[str, str], ...]
    sentence: str


COLOURS = ("Colour", ("Charcoal", "Sand", "Forest", "Berry", "Sky", "Oat"))
APPAREL = ("Size", ("XS", "S", "M", "L", "XL", "2XL"))
WARM = (("#c2410c", "#fed7aa"), ("#9f1239", "#fecdd3"), ("#a16207", "#fef08a"))
COOL = (("#1e40af", "#bfdbfe"), ("#0f766e", "#99f6e4"), ("#3f6212", "#d9f99d"))

LINES: tuple[Line, ...] = (
    Line(
        "Dog Collar",
        "COL",
        ("Muskoka", "Algonquin", "Gaspé", "Yukon", "Harbourfront", "Laurentian"),
        ("Leather Collar", "Reflective Collar", "Braided Collar", "Hemp Collar"),
        ("Northpaw", "Maple & Mutt"),
        ("dog", "walk", "bestseller", "new"),
        (APPAREL, COLOURS),
        1800,
        4200,
        WARM,
        "Made to be pulled through creeks and dried on a radiator.",
    ),
    Line(
        "Pet Bed",
        "BED",
        ("Cloud", "Cottage", "Hearth", "Snowdrift", "Prairie"),
        ("Bolster Bed", "Donut Bed", "Cave Bed", "Travel Mat"),
        ("Sleepy Moose", "Maple & Mutt"),
        ("dog", "cat", "home", "winter"),
        (("Size", ("Small", "Medium", "Large", "Giant")), COLOURS),
        4900,
        15900,
        COOL,
        "The cover comes off for the wash.",
    ),
    Line(
        "Mug",
        "MUG",
        ("Loon Lake", "Birchbark", "Good Morning", "Rainy Day", "Northern Lights"),
        ("Stoneware Mug", "Enamel Mug", "Travel Mug", "Espresso Cup"),
        ("Kiln & Pine", "Dockside Pottery"),
        ("gift", "kitchen", "handmade", "bestseller"),
        (("Size", ("250 ml", "350 ml", "450 ml")), ("Glaze", ("Moss", "Cream", "Slate", "Rust"))),
        1600,
        3900,
        WARM,
        "Thrown by hand, each a little different.",
    ),
    Line(
        "Candle",
        "CAN",
        ("Cedar", "Maple Smoke", "First Snow", "Campfire", "Wild Rose"),
        ("Soy Candle", "Tin Candle", "Three-Wick Candle"),
        ("Wick & Willow", "Kiln & Pine"),
        ("gift", "home", "winter"),
        (
            ("Scent", ("Cedar", "Balsam", "Amber", "Citrus", "Linen")),
            ("Size", ("120 g", "220 g", "400 g", "650 g")),
        ),
        1400,
        4800,
        WARM,
        "Burns cleanly for a long evening.",
    ),
    Line(
        "T-Shirt",
        "TEE",
        ("Moose Crossing", "Plaid Bear", "Canoe Club", "Portage", "Toque Season"),
        ("T-Shirt", "Long Sleeve", "Ringer Tee"),
        ("Portage Apparel", "True North Prints"),
        ("apparel", "gift", "summer", "new"),
        (APPAREL, COLOURS),
        2400,
        4500,
        COOL,
        "Printed in small runs in Hamilton.",
    ),
    Line(
        "Dog Treats",
        "TRT",
        ("Bison", "Salmon", "Sweet Potato", "Peanut Butter", "Pumpkin"),
        ("Training Treats", "Jerky", "Biscuits", "Dental Chews"),
        ("Honest Bowl", "Northpaw"),
        ("dog", "food", "grain-free", "bestseller"),
        (
            ("Weight", ("100 g", "250 g", "500 g", "1 kg")),
            ("Flavour", ("Original", "Blueberry", "Cranberry", "Apple")),
        ),
        700,
        3200,
        WARM,
        "Five ingredients, all of them readable.",
    ),
    Line(
        "Cat Toy",
        "CAT",
        ("Feather", "Catnip", "Puzzle", "Whisker"),
        ("Wand", "Mouse", "Tunnel", "Ball Track"),
        ("Sleepy Moose", "Purrfect Play"),
        ("cat", "play", "new"),
        (("Pack", ("Single", "Pack of 3", "Pack of 6")), COLOURS),
        600,
        2900,
        COOL,
        "Outlasts most afternoons.",
    ),
    Line(
        "Phone Case",
        "CAS",
        ("Maple Leaf", "Aurora", "Paw Print", "Topo Map"),
        ("Phone Case", "Slim Case", "Wallet Case"),
        ("True North Prints", "Casewell"),
        ("gift", "tech", "custom"),
        (
            ("Model", tuple(f"Model {n}" for n in range(11, 36))),
            (
                "Finish",
                (
                    "Matte",
                    "Glossy",
                    "Soft",
                    "Clear",
                    "Wood",
                    "Cork",
                    "Glitter",
                    "Marble",
                    "Linen",
                    "Recycled",
                ),
            ),
        ),
        2200,
        4900,
        COOL,
        "Raised edges, printed to order.",
    ),
    Line(
        "Greeting Card",
        "CRD",
        ("Happy Birthday", "Thank You", "Get Well", "New Puppy", "With Love"),
        ("Letterpress Card", "Pop-Up Card", "Card Set"),
        ("Dockside Paper", "True North Prints"),
        ("gift", "paper", "stocking"),
        (("Pack", ("Single", "Set of 5", "Set of 10")), ("Envelope", ("Kraft", "White", "Red"))),
        450,
        2400,
        WARM,
        "Blank inside.",
    ),
    Line(
        "Blanket",
        "BLK",
        ("Hudson", "Lakeside", "Heritage", "Cabin"),
        ("Wool Blanket", "Throw", "Pet Blanket"),
        ("Sleepy Moose", "Heritage Looms"),
        ("home", "winter", "gift", "bestseller"),
        (("Size", ("Throw", "Twin", "Queen", "King")), COLOURS),
        3900,
        18900,
        WARM,
        "Woven from Canadian wool.",
    ),
    Line(
        "Dog Coat",
        "COA",
        ("Blizzard", "Drizzle", "Lumberjack", "Trailhead"),
        ("Parka", "Rain Coat", "Fleece", "Sweater"),
        ("Northpaw", "Portage Apparel"),
        ("dog", "winter", "walk"),
        (APPAREL, COLOURS),
        3400,
        9900,
        COOL,
        "Room for the shoulders, snug at the belly.",
    ),
    Line(
        "Ornament",
        "ORN",
        ("Snowy Owl", "Red Canoe", "Beaver", "Custom Paw"),
        ("Glass Ornament", "Wooden Ornament", "Felt Ornament"),
        ("Kiln & Pine", "Wick & Willow"),
        ("gift", "winter", "handmade", "custom"),
        (("Style", ("Classic", "Glitter", "Rustic")), ("Ribbon", ("Red", "Green", "Gold", "None"))),
        900,
        3400,
        WARM,
        "Comes in a box worth keeping.",
    ),
)
