"""Every GraphQL document this project sends, each a named constant.

Pages are flat lists of 250: Shopify prices a list by the logarithm of its length, so one page
of 250 costs 11 nodes where ten pages of 25 cost 60 (contract §3.2), and a product with 2,048
variants needs no loop inside a loop. A document's ``name`` is also its operation in the log.
"""

from dataclasses import dataclass
from typing import Final

API_VERSION: Final = "2026-10"
ROWS_PER_PAGE: Final = 250  # the most that `first:` and `ids:` may ask (contract §3.1)


@dataclass(frozen=True, slots=True)
class Document:
    """A GraphQL operation; ``changes`` says whether it may change something abroad."""

    name: str
    text: str
    changes: bool = False


_PRODUCT = """id title handle status vendor productType tags createdAt updatedAt
      featuredMedia { preview { image { url altText } } }"""

_VARIANT = """id title sku barcode position price compareAtPrice updatedAt inventoryQuantity
      inventoryPolicy inventoryItem { id tracked unitCost { amount } }"""

_LEVELS = """nodes { updatedAt location { id }
          quantities(names: ["available", "on_hand", "committed", "incoming"]) { name quantity } }
        pageInfo { hasNextPage endCursor }"""

SHOP_FACTS: Final = Document(
    "ShopFacts",
    """query ShopFacts {
  shop {
    id name myshopifyDomain currencyCode ianaTimezone taxesIncluded
    plan { publicDisplayName shopifyPlus partnerDevelopment }
    resourceLimits { maxProductVariants }
  }
}""",
)

GRANTED_SCOPES: Final = Document(
    "GrantedScopes",
    """query GrantedScopes {
  currentAppInstallation { id accessScopes { handle } }
}""",
)

LOCATION_PAGE: Final = Document(
    "LocationPage",
    """query LocationPage($after: String) {
  locations(first: 50, after: $after, includeInactive: true) {
    nodes { id name isActive fulfillsOnlineOrders shipsInventory updatedAt }
    pageInfo { hasNextPage endCursor }
  }
}""",
)

PRODUCT_PAGE: Final = Document(
    "ProductPage",
    f"""query ProductPage($after: String) {{
  products(first: 250, after: $after, sortKey: ID) {{
    nodes {{
      {_PRODUCT}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}""",
)

# Sorted by time, so the list shifts while it is paged: callers merge by id (contract §6).
PRODUCTS_CHANGED: Final = Document(
    "ProductsChanged",
    f"""query ProductsChanged($since: String!, $after: String) {{
  products(first: 250, after: $after, query: $since, sortKey: UPDATED_AT) {{
    nodes {{
      {_PRODUCT}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}""",
)

VARIANT_PAGE: Final = Document(
    "VariantPage",
    f"""query VariantPage($after: String, $filter: String) {{
  productVariants(first: 250, after: $after, query: $filter, sortKey: ID) {{
    nodes {{
      product {{ id }}
      {_VARIANT}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}""",
)

# Scalars alone: 13 points where VariantPage costs 35, so a whole shop can be looked over often.
VARIANT_PAGE_FLAT: Final = Document(
    "VariantPageFlat",
    """query VariantPageFlat($after: String) {
  productVariants(first: 250, after: $after, sortKey: ID) {
    nodes {
      id title sku barcode position price compareAtPrice updatedAt inventoryQuantity
      inventoryPolicy
    }
    pageInfo { hasNextPage endCursor }
  }
}""",
)

VARIANTS_BY_IDS: Final = Document(
    "VariantsByIds",
    f"""query VariantsByIds($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    id
    ... on ProductVariant {{
      product {{ id }}
      {_VARIANT}
    }}
  }}
}}""",
)

PRODUCTS_THERE: Final = Document(
    "ProductsThere",
    """query ProductsThere($ids: [ID!]!) {
  nodes(ids: $ids) { id }
}""",
)

PRODUCT_BY_ID: Final = Document(
    "ProductById",
    f"""query ProductById($id: ID!, $after: String) {{
  product(id: $id) {{
      {_PRODUCT}
    variants(first: 250, after: $after) {{
      nodes {{
      {_VARIANT}
      }}
      pageInfo {{ hasNextPage endCursor }}
    }}
  }}
}}""",
)

VARIANT_PRICE_CHECK: Final = Document(
    "VariantPriceCheck",
    """query VariantPriceCheck($ids: [ID!]!) {
  nodes(ids: $ids) { id ... on ProductVariant { price compareAtPrice updatedAt } }
}""",
)

# `levels` is asked for as few as the shop has locations: 2 cost 68 points a page, 10 cost 167.
STOCK_PAGE: Final = Document(
    "StockPage",
    f"""query StockPage($after: String, $levels: Int!) {{
  inventoryItems(first: 250, after: $after) {{
    nodes {{
      id sku tracked updatedAt
      inventoryLevels(first: $levels) {{
        {_LEVELS}
      }}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}""",
)

STOCK_BY_ITEM_IDS: Final = Document(
    "StockByItemIds",
    f"""query StockByItemIds($ids: [ID!]!, $levels: Int!) {{
  nodes(ids: $ids) {{
    id
    ... on InventoryItem {{
      sku tracked updatedAt
      inventoryLevels(first: $levels) {{
        {_LEVELS}
      }}
    }}
  }}
}}""",
)

LEVELS_OF_ITEM: Final = Document(
    "LevelsOfItem",
    f"""query LevelsOfItem($id: ID!, $after: String) {{
  inventoryItem(id: $id) {{
    id
    inventoryLevels(first: 250, after: $after) {{
        {_LEVELS}
    }}
  }}
}}""",
)

# Thin on purpose: scalars of the payload's own objects are free, so a call costs 10 + 0.2 per
# variant and nothing more (contract §10).
PRICE_WRITE: Final = Document(
    "PriceWrite",
    """mutation PriceWrite(
  $productId: ID!, $variants: [ProductVariantsBulkInput!]!, $partial: Boolean!
) {
  productVariantsBulkUpdate(
    productId: $productId, variants: $variants, allowPartialUpdates: $partial
  ) {
    productVariants { id price compareAtPrice updatedAt }
    userErrors { field message code }
  }
}""",
    changes=True,
)

HOOK_LIST: Final = Document(
    "HookList",
    """query HookList($after: String) {
  webhookSubscriptions(first: 50, after: $after) {
    nodes { id topic uri format includeFields filter apiVersion { handle } createdAt updatedAt }
    pageInfo { hasNextPage endCursor }
  }
}""",
)

HOOK_CREATE: Final = Document(
    "HookCreate",
    """mutation HookCreate($topic: WebhookSubscriptionTopic!, $sub: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $sub) {
    webhookSubscription {
      id topic uri format includeFields filter apiVersion { handle } createdAt updatedAt
    }
    userErrors { field message }
  }
}""",
    changes=True,
)

HOOK_DELETE: Final = Document(
    "HookDelete",
    """mutation HookDelete($id: ID!) {
  webhookSubscriptionDelete(id: $id) {
    deletedWebhookSubscriptionId
    userErrors { field message }
  }
}""",
    changes=True,
)

CATALOGUE_COUNTS: Final = Document(
    "CatalogueCounts",
    """query CatalogueCounts {
  productsCount(limit: null) { count precision }
  productVariantsCount(limit: null) { count precision }
}""",
)

ALL: Final = (
    SHOP_FACTS,
    GRANTED_SCOPES,
    LOCATION_PAGE,
    PRODUCT_PAGE,
    PRODUCTS_CHANGED,
    VARIANT_PAGE,
    VARIANT_PAGE_FLAT,
    VARIANTS_BY_IDS,
    PRODUCTS_THERE,
    PRODUCT_BY_ID,
    VARIANT_PRICE_CHECK,
    STOCK_PAGE,
    STOCK_BY_ITEM_IDS,
    LEVELS_OF_ITEM,
    PRICE_WRITE,
    HOOK_LIST,
    HOOK_CREATE,
    HOOK_DELETE,
    CATALOGUE_COUNTS,
)
