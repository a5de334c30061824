"""The documents of bulk exports (contract §9), and the query that Shopify runs for one.

Starting and cancelling are mutations that change nothing in the shop, so ``changes`` is false: the
panic switch does not stop an export, and a lost answer to a start costs one of five places until
the orphan has ended. :meth:`connectors.shopify.bulk.StockExports.find_running` finds it again.
"""

from typing import Final

from .documents import Document

# Shopify runs it without pages. The ids of parents are compulsory; an item has its levels as lines
# of their own behind it.
STOCK_QUERY: Final = """{
  inventoryItems {
    edges { node {
      id sku tracked updatedAt
      inventoryLevels { edges { node {
        id updatedAt location { id }
        quantities(names: ["available", "on_hand", "committed", "incoming"]) { name quantity }
      } } }
    } }
  }
}"""

_OPERATION = "id status errorCode createdAt objectCount rootObjectCount url query"

# Grouped: an item is complete when the next one begins. Ungrouped, only the end of the file says
# so, and every item of the shop would have to be kept until then.
STOCK_EXPORT_START: Final = Document(
    "StockExportStart",
    f"""mutation StockExportStart($query: String!) {{
  bulkOperationRunQuery(query: $query, groupObjects: true) {{
    bulkOperation {{ {_OPERATION} }}
    userErrors {{ field message code }}
  }}
}}""",
)

EXPORT_POLL: Final = Document(
    "ExportPoll",
    f"""query ExportPoll($id: ID!) {{
  bulkOperation(id: $id) {{ {_OPERATION} }}
}}""",
)

EXPORT_LIST: Final = Document(
    "ExportList",
    f"""query ExportList {{
  bulkOperations(first: 10, query: "operation_type:query", sortKey: CREATED_AT) {{
    nodes {{ {_OPERATION} }}
  }}
}}""",
)

EXPORT_CANCEL: Final = Document(
    "ExportCancel",
    """mutation ExportCancel($id: ID!) {
  bulkOperationCancel(id: $id) {
    bulkOperation { id status }
    userErrors { field message }
  }
}""",
)

ALL: Final = (STOCK_EXPORT_START, EXPORT_POLL, EXPORT_LIST, EXPORT_CANCEL)
