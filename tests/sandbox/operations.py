"""One operation per need, by name: the example operations of the vendor's contract."""

OPERATIONS: dict[str, str] = {
    "PriceWrite": """
mutation PriceWrite(
  $productId: ID!
  $variants: [ProductVariantsBulkInput!]!
  $partial: Boolean = false
) {
  productVariantsBulkUpdate(
    productId: $productId
    variants: $variants
    allowPartialUpdates: $partial
  ) {
    product {
      id
      updatedAt
    }
    productVariants {
      id
      price
      compareAtPrice
      updatedAt
    }
    userErrors {
      field
      message
      code
    }
  }
}
""",
    "PriceWriteThin": """
mutation PriceWriteThin($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkUpdate(productId: $productId, variants: $variants) {
    productVariants {
      id
      price
      compareAtPrice
      updatedAt
    }
    userErrors {
      field
      message
      code
    }
  }
}
""",
    "ProductCreate": """
mutation ProductCreate($product: ProductCreateInput!) {
  productCreate(product: $product) {
    product {
      id
      handle
      status
      updatedAt
      variants(first: 1) {
        nodes {
          id
          inventoryItem {
            id
          }
        }
      }
    }
    userErrors {
      field
      message
    }
  }
}
""",
    "ProductEdit": """
mutation ProductEdit($product: ProductUpdateInput!) {
  productUpdate(product: $product) {
    product {
      id
      title
      handle
      status
      tags
      vendor
      productType
      descriptionHtml
      updatedAt
    }
    userErrors {
      field
      message
    }
  }
}
""",
    "ProductRemove": """
mutation ProductRemove($id: ID!) {
  productDelete(input: {id: $id}) {
    deletedProductId
    userErrors {
      field
      message
    }
  }
}
""",
    "StockSet": """
mutation StockSet($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup {
      id
      createdAt
      reason
      referenceDocumentUri
      changes {
        name
        delta
        quantityAfterChange
        item {
          id
        }
        location {
          id
        }
      }
    }
    userErrors {
      field
      message
      code
    }
  }
}
""",
    "StockAdjust": """
mutation StockAdjust($input: InventoryAdjustQuantitiesInput!, $key: String!) {
  inventoryAdjustQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup {
      id
      createdAt
      reason
      changes {
        name
        delta
        quantityAfterChange
        item {
          id
        }
        location {
          id
        }
      }
    }
    userErrors {
      field
      message
      code
    }
  }
}
""",
    "HookCreate": """
mutation HookCreate($topic: WebhookSubscriptionTopic!, $sub: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $sub) {
    webhookSubscription {
      id
      topic
      uri
      name
      filter
      format
      includeFields
      apiVersion {
        handle
      }
      createdAt
      updatedAt
    }
    userErrors {
      field
      message
    }
  }
}
""",
    "HookUpdate": """
mutation HookUpdate($id: ID!, $sub: WebhookSubscriptionInput!) {
  webhookSubscriptionUpdate(id: $id, webhookSubscription: $sub) {
    webhookSubscription {
      id
      topic
      uri
    }
    userErrors {
      field
      message
    }
  }
}
""",
    "HookDelete": """
mutation HookDelete($id: ID!) {
  webhookSubscriptionDelete(id: $id) {
    deletedWebhookSubscriptionId
    userErrors {
      field
      message
    }
  }
}
""",
    "HookList": """
query HookList($topics: [WebhookSubscriptionTopic!], $after: String) {
  webhookSubscriptions(first: 50, topics: $topics, after: $after) {
    nodes {
      id
      topic
      uri
      format
      includeFields
      filter
      name
      apiVersion {
        handle
      }
      createdAt
      updatedAt
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
""",
    "VariantsByIds": """
query VariantsByIds($ids: [ID!]!) {
  nodes(ids: $ids) {
    __typename
    id
    ... on ProductVariant {
      price
      compareAtPrice
      sku
      updatedAt
      product {
        id
      }
      inventoryItem {
        id
      }
    }
  }
}
""",
    "VariantPriceCheck": """
query VariantPriceCheck($ids: [ID!]!) {
  nodes(ids: $ids) {
    id
    ... on ProductVariant {
      price
      compareAtPrice
      updatedAt
    }
  }
}
""",
    "VariantPage": """
query VariantPage($after: String, $filter: String) {
  productVariants(first: 250, after: $after, query: $filter, sortKey: ID) {
    nodes {
      id
      sku
      price
      compareAtPrice
      updatedAt
      inventoryQuantity
      product {
        id
      }
      inventoryItem {
        id
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
""",
    "VariantPageFlat": """
query VariantPageFlat($after: String, $filter: String) {
  productVariants(first: 250, after: $after, query: $filter, sortKey: ID) {
    nodes {
      id
      sku
      price
      compareAtPrice
      updatedAt
      inventoryQuantity
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
""",
    "ProductsChanged": """
query ProductsChanged($since: String!, $after: String) {
  products(first: 50, after: $after, query: $since, sortKey: UPDATED_AT) {
    nodes {
      id
      title
      handle
      status
      vendor
      productType
      tags
      createdAt
      updatedAt
      totalInventory
      options {
        id
        name
        position
        values
      }
      variants(first: 25) {
        nodes {
          id
          sku
          barcode
          price
          compareAtPrice
          position
          updatedAt
          inventoryQuantity
          inventoryPolicy
          selectedOptions {
            name
            value
          }
          inventoryItem {
            id
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
""",
    "ProductFull": """
query ProductFull($id: ID!, $after: String) {
  product(id: $id) {
    id
    title
    handle
    status
    vendor
    productType
    tags
    descriptionHtml
    updatedAt
    variantsCount {
      count
      precision
    }
    variants(first: 100, after: $after) {
      nodes {
        id
        sku
        price
        compareAtPrice
        updatedAt
        inventoryItem {
          id
          unitCost {
            amount
            currencyCode
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
""",
    "VariantOne": """
query VariantOne($id: ID!) {
  productVariant(id: $id) {
    id
    price
    compareAtPrice
    updatedAt
    product {
      id
    }
  }
}
""",
    "PickerSearch": """
query PickerSearch($q: String!, $after: String) {
  products(first: 25, query: $q, after: $after, sortKey: TITLE) {
    nodes {
      id
      title
      handle
      status
      featuredMedia {
        preview {
          image {
            url
            altText
          }
        }
      }
      totalInventory
      variantsCount {
        count
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
""",
    "StockPage": """
query StockPage($after: String, $filter: String) {
  inventoryItems(first: 50, after: $after, query: $filter) {
    nodes {
      id
      sku
      tracked
      updatedAt
      variants(first: 5) {
        nodes {
          id
          product {
            id
          }
        }
      }
      inventoryLevels(first: 10) {
        nodes {
          id
          updatedAt
          location {
            id
          }
          quantities(names: ["available", "on_hand", "committed", "incoming"]) {
            name
            quantity
            updatedAt
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
""",
    "StockOne": """
query StockOne($item: ID!, $location: ID!) {
  inventoryItem(id: $item) {
    id
    variants(first: 5) {
      nodes {
        id
        price
        compareAtPrice
        product {
          id
        }
      }
    }
    inventoryLevel(locationId: $location) {
      id
      quantities(names: ["available"]) {
        name
        quantity
        updatedAt
      }
    }
  }
}
""",
    "StockByItemIds": """
query StockByItemIds($ids: [ID!]!) {
  nodes(ids: $ids) {
    id
    ... on InventoryItem {
      variants(first: 5) {
        nodes {
          id
        }
      }
      inventoryLevels(first: 20) {
        nodes {
          location {
            id
          }
          quantities(names: ["available"]) {
            name
            quantity
          }
        }
      }
    }
  }
}
""",
    "LocationPage": """
query LocationPage($after: String) {
  locations(first: 50, after: $after, includeInactive: true) {
    nodes {
      id
      name
      isActive
      fulfillsOnlineOrders
      shipsInventory
      updatedAt
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
""",
    "CatalogueCounts": """
query CatalogueCounts($filter: String) {
  productsCount(query: $filter, limit: null) {
    count
    precision
  }
}
""",
    "VariantTotal": """
query VariantTotal {
  productVariantsCount(limit: null) {
    count
    precision
  }
}
""",
    "ShopFacts": """
query ShopFacts {
  shop {
    id
    name
    myshopifyDomain
    currencyCode
    ianaTimezone
    taxesIncluded
    plan {
      publicDisplayName
      shopifyPlus
      partnerDevelopment
    }
    resourceLimits {
      maxProductVariants
      maxProductOptions
      locationLimit
    }
  }
}
""",
    "GrantedScopes": """
query GrantedScopes {
  currentAppInstallation {
    id
    accessScopes {
      handle
    }
  }
}
""",
    "Versions": """
query Versions {
  publicApiVersions {
    handle
    displayName
    supported
  }
}
""",
}
