"""What each kind of rule looks for: one statement each, over all clicks of a period."""

from payments.abuse.models import AbuseRule
from payments.abuse.rules import (
    new_accounts,
    one_address,
    quick_card,
    rings,
    second_account,
)

# By kind, the statement. Its parameters are the rule's thresholds, `period` (the first day),
# `starts_at` and `ends_at`. A row is a creator: their number, figures, and the givers.
STATEMENTS: dict[AbuseRule.Kind, str] = {
    AbuseRule.Kind.RING: rings.STATEMENT,
    AbuseRule.Kind.NEW_ACCOUNTS: new_accounts.STATEMENT,
    AbuseRule.Kind.QUICK_CARD: quick_card.STATEMENT,
    AbuseRule.Kind.ONE_ADDRESS: one_address.STATEMENT,
    AbuseRule.Kind.SECOND_ACCOUNT: second_account.STATEMENT,
}
