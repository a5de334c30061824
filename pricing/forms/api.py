"""The door to what other apps' pages reuse: choosing variants, and the rule editor.

Their templates are those of ``templates/pricing/new/``, their scripts those of ``static/pricing/``.
"""

from pricing.choice import Choice, choice_context, choice_of, variants_of

from .choosing import ChoiceForm, hidden_field, number_field
from .rules import as_plain
from .taking_over import TakenOver, choice_fields, put_address, put_rules, take_over
from .verbs import LocalTimeField, moment_of
from .vocabulary import vocabulary

__all__ = [
    "Choice",
    "ChoiceForm",
    "LocalTimeField",
    "TakenOver",
    "as_plain",
    "choice_context",
    "choice_fields",
    "choice_of",
    "hidden_field",
    "moment_of",
    "number_field",
    "put_address",
    "put_rules",
    "take_over",
    "variants_of",
    "vocabulary",
]
