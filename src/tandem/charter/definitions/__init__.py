"""What can be declared in a charter, as frozen declarative objects.

Answers: which words, with which types and meanings, a charter may use.
Writes no table. Must never know an engine, read a file, or decide
whether something is allowed.
"""

from tandem.charter.definitions.audiences import (
    All,
    Any,
    Audience,
    AudienceCondition,
    Condition,
    DidCondition,
    DidMeasure,
    Not,
    TraitCondition,
    walk,
)
from tandem.charter.definitions.base import Definition, Key, Rule
from tandem.charter.definitions.campaigns import Campaign, Export, Goal, Message
from tandem.charter.definitions.charter import Charter
from tandem.charter.definitions.comparisons import Ago, Comparison, Operator, Test, Value
from tandem.charter.definitions.identity import Blocked, IdentityRules, KindRule, Normalise
from tandem.charter.definitions.policies import Grant, Policy, Role
from tandem.charter.definitions.project import (
    EmailSettings,
    EngineName,
    Function,
    Limits,
    Owners,
    Project,
    Security,
)
from tandem.charter.definitions.purposes import Channel, Purpose, Purposes
from tandem.charter.definitions.sources import (
    ConsentSpec,
    ConsentState,
    EventSpec,
    FieldSpec,
    FieldType,
    FilesSpec,
    Format,
    IdentifierSpec,
    Mode,
    RecordSpec,
    Source,
    SuppressSpec,
    TimeSpec,
    When,
    WhenTest,
)
from tandem.charter.definitions.traits import Trait, TraitOperator

__all__ = [
    "Ago",
    "All",
    "Any",
    "Audience",
    "AudienceCondition",
    "Blocked",
    "Campaign",
    "Channel",
    "Charter",
    "Comparison",
    "Condition",
    "ConsentSpec",
    "ConsentState",
    "Definition",
    "DidCondition",
    "DidMeasure",
    "EmailSettings",
    "EngineName",
    "EventSpec",
    "Export",
    "FieldSpec",
    "FieldType",
    "FilesSpec",
    "Format",
    "Function",
    "Goal",
    "Grant",
    "IdentifierSpec",
    "IdentityRules",
    "Key",
    "KindRule",
    "Limits",
    "Message",
    "Mode",
    "Normalise",
    "Not",
    "Operator",
    "Owners",
    "Policy",
    "Project",
    "Purpose",
    "Purposes",
    "RecordSpec",
    "Role",
    "Rule",
    "Security",
    "Source",
    "SuppressSpec",
    "Test",
    "TimeSpec",
    "Trait",
    "TraitCondition",
    "TraitOperator",
    "Value",
    "When",
    "WhenTest",
    "walk",
]
