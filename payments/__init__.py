"""Everything that is about money: ledger, budgets, clicking, settlement, earnings."""
