"""The door to what other apps' JSON views say about prices."""

from .accounts import account_of
from .documents import PricingRuleSerializer, SelectionSerializer
from .fields import RulesField, SavedFilterField, SelectionField
from .jobs import StoredRules
from .ledger import LedgerEntrySerializer, ledger_entry
from .requests import MEANS_NOTHING
from .rows import PriceSerializer, VariantSerializer, variant_of

__all__ = [
    "MEANS_NOTHING",
    "LedgerEntrySerializer",
    "PriceSerializer",
    "PricingRuleSerializer",
    "RulesField",
    "SavedFilterField",
    "SelectionField",
    "SelectionSerializer",
    "StoredRules",
    "VariantSerializer",
    "account_of",
    "ledger_entry",
    "variant_of",
]
