"""The door to the mirror."""

from .charts import StepChart, step_chart
from .connecting import NEEDED_SCOPES, probe_connection
from .contracts import Facets, FacetValue, InvalidSelection, Selection, Totals
from .enums import (
    APP_REMOVED,
    PRICES_SEEN,
    STOCK_CHANGED,
    VARIANTS_CHANGED,
    ProductStatus,
    StockCause,
)
from .listening import NotListening, verify_listening
from .listing import variant_stock
from .matching import SelectionFacts, compile_selection, selection_matches
from .overview import overview
from .prices import apply_live_prices, lock_variants, lock_variants_named
from .queries import (
    CATALOGUE_ORDER,
    facets,
    location_names,
    selection_facts,
    totals,
    variants_found,
    variants_matching,
    with_levels,
)
from .reconciled import Reconciled, last_reconciliations
from .services import (
    NeverRead,
    start_full_sync,
    start_reconciliation,
    start_subscription_check,
)
from .shopify.client import shopify_client
from .stock_past import Steps, stock_at, stock_steps, stock_steps_by_location

__all__ = [
    "APP_REMOVED",
    "CATALOGUE_ORDER",
    "NEEDED_SCOPES",
    "PRICES_SEEN",
    "STOCK_CHANGED",
    "VARIANTS_CHANGED",
    "FacetValue",
    "Facets",
    "InvalidSelection",
    "NeverRead",
    "NotListening",
    "ProductStatus",
    "Reconciled",
    "Selection",
    "SelectionFacts",
    "StepChart",
    "Steps",
    "StockCause",
    "Totals",
    "apply_live_prices",
    "compile_selection",
    "facets",
    "last_reconciliations",
    "location_names",
    "lock_variants",
    "lock_variants_named",
    "overview",
    "probe_connection",
    "selection_facts",
    "selection_matches",
    "shopify_client",
    "start_full_sync",
    "start_reconciliation",
    "start_subscription_check",
    "step_chart",
    "stock_at",
    "stock_steps",
    "stock_steps_by_location",
    "totals",
    "variant_stock",
    "variants_found",
    "variants_matching",
    "verify_listening",
    "with_levels",
]
