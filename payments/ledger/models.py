"""Ledger accounts and the transfers between them. Knows nothing of clicks."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.ledger.questions import (
    INTO_AN_ACCOUNT,
    MOST_OF_ALL,
    OUT_IN_TIME,
    OUT_OF_AN_ACCOUNT,
    TransferQuerySet,
)
from payments.ledger.triggers import KEEP_BALANCES, InOrderTrigger, InOrderTriggerSql
from things.triggers import refuse

__all__ = ["InOrderTriggerSql", "LedgerAccount", "Transfer"]  # migrations find the first here

KEY_LENGTH = 120


def _update_of(*columns: str) -> pgtrigger.Operation:
    """Updates that set one of the columns; others cost the trigger nothing."""
    return pgtrigger.UpdateOf(*columns)  # type: ignore[no-untyped-call]


class LedgerAccount(models.Model):
    """Where money is: a user's or the site's own, of one kind and currency.

    `balance`, `held` and `owed` are in micros. Balances are only ever moved by transfers; `held` is
    the part of a wallet that open budgets have laid their hand on. `owed` is a wallet's debt: what
    a payment that was taken back left missing of what is held, or below zero. Whatever comes in
    pays it first, see docs/decisions/debts.md.
    """

    class Kind(models.TextChoices):
        """What the money in it is for."""

        WALLET = "wallet", _("wallet")
        EARNINGS = "earnings", _("earnings")
        PAYABLE = "payable", _("in a payout on its way")
        FEES = "fees", _("fees of the site")
        SETTLING = "settling", _("being settled")
        OUTSIDE = "outside", _("outside")

    SITE_KINDS = (Kind.FEES, Kind.SETTLING, Kind.OUTSIDE)

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="ledger_accounts",
        db_index=False,  # the unique constraint begins with it
        verbose_name=_("owner"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    currency = models.CharField(_("currency"), max_length=3)
    rail = models.CharField(
        _("rail"),
        max_length=20,
        blank=True,
        help_text=_("By which way money comes in or goes out."),
    )
    balance = models.BigIntegerField(_("balance"), default=0)
    held = models.BigIntegerField(_("held"), default=0)
    owed = models.BigIntegerField(_("owed"), default=0, db_default=0)

    class Meta:
        verbose_name = _("ledger account")
        verbose_name_plural = _("ledger accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "kind", "currency", "rail"],
                name="ledger_account_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(kind="outside", held=0)
                | Q(balance__gte=F("held") - F("owed"), held__gte=0),
                name="ledger_account_covers_what_is_held",
            ),
            models.CheckConstraint(
                condition=Q(owed=0) | Q(kind="wallet", owed__gt=0, owed=F("held") - F("balance")),
                name="ledger_account_owes_what_is_missing",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["wallet", "earnings", "payable"], owner__isnull=False)
                | Q(kind__in=["fees", "settling", "outside"], owner__isnull=True),
                name="ledger_account_owner_fits_kind",
            ),
            models.CheckConstraint(
                condition=(Q(kind="outside") & ~Q(rail="")) | (~Q(kind="outside") & Q(rail="")),
                name="ledger_account_rail_fits_kind",
            ),
            models.CheckConstraint(
                condition=Q(held=0) | Q(kind="wallet"), name="ledger_account_only_wallets_hold"
            ),
        ]
        indexes = [
            # For the operator's list of debts, and for each month end.
            models.Index(fields=["id"], condition=Q(owed__gt=0), name="ledger_account_in_debt"),
        ]
        triggers = [
            refuse(
                "account_opens_empty",
                pgtrigger.Insert,
                condition="NEW.balance <> 0 OR NEW.held <> 0 OR NEW.owed <> 0",
                why="a ledger account opens empty",
            ),
            # Not a CHECK, which would run with each change of a balance, at a seventh of its cost.
            refuse(
                "account_has_a_currency",
                pgtrigger.Insert,
                condition="NEW.currency !~ '^[A-Z]{3}$'",
                why="a currency has three capital letters",
            ),
            refuse(
                "account_stays_itself",
                _update_of("id", "owner_id", "kind", "currency", "rail"),
                condition=(
                    "(NEW.id, NEW.owner_id, NEW.kind, NEW.currency, NEW.rail) IS DISTINCT FROM"
                    " (OLD.id, OLD.owner_id, OLD.kind, OLD.currency, OLD.rail)"
                ),
                why="only transfers and holds change a ledger account",
                when=pgtrigger.After,
            ),
            # Depth 0 is a statement of its own; the update by the transfers' trigger has depth 1.
            refuse(
                "balance_only_by_transfer",
                _update_of("balance"),
                condition="pg_trigger_depth() = 0 AND OLD.balance <> NEW.balance",
                why="only a transfer moves a balance",
                when=pgtrigger.After,
            ),
            refuse(
                "debt_only_by_transfer",
                _update_of("owed"),
                condition="pg_trigger_depth() = 0 AND NEW.owed > OLD.owed",
                why="only a payment that is taken back makes a debt",
                when=pgtrigger.After,
            ),
            refuse("account_is_never_deleted", pgtrigger.Delete, why="ledger accounts are kept"),
            refuse(
                "accounts_are_never_truncated", pgtrigger.Truncate, why="ledger accounts are kept"
            ),
        ]

    def __str__(self) -> str:
        whose = f"{self.get_kind_display()} {self.currency}"
        return f"{whose} ({self.rail or self.owner_id or '-'})"

    @property
    def free(self) -> int:
        """What can be spent, in micros: the balance without what is held; 0 in debt."""
        return self.balance - self.held + self.owed


class Transfer(models.Model):
    """An amount that went from one ledger account to another: never changed, never deleted.

    `amount` and `released` are in micros. `released` is the part of the debited account's hold
    that ends with the transfer. A correction is a transfer that goes back the way of an old one and
    names it; all corrections of one together are at most its amount, without those that are undone
    by a correction of their own, which is final. A correction of the kind `chargeback` has happened
    outside already: it alone can take a wallet into debt.
    """

    class Kind(models.TextChoices):
        """What the money moved for."""

        DEPOSIT = "deposit", _("deposit")
        SHARE = "share", _("given in a month")
        EARNING = "earning", _("earned in a month")
        FEE = "fee", _("fee")
        TIP = "tip", _("tip")
        REGIVEN = "regiven", _("earnings into giving")
        PAYOUT = "payout", _("payout requested")
        PAID = "paid", _("paid out")
        MIRROR = "mirror", _("correction")
        CHARGEBACK = "chargeback", _("payment taken back")

    CORRECTIONS = (Kind.MIRROR, Kind.CHARGEBACK)

    # References without a foreign key: see Note [Balances].
    debited = models.ForeignKey(
        LedgerAccount,
        on_delete=models.PROTECT,
        related_name="debits",
        db_constraint=False,
        db_index=False,
        verbose_name=_("from"),
    )
    credited = models.ForeignKey(
        LedgerAccount,
        on_delete=models.PROTECT,
        related_name="credits",
        db_constraint=False,
        db_index=False,
        verbose_name=_("to"),
    )
    amount = models.BigIntegerField(_("amount"))
    released = models.BigIntegerField(_("hold released"), default=0)
    mirrors = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="mirrored_by",
        db_constraint=False,
        db_index=False,  # a partial index holds the few that are corrections
        verbose_name=_("corrects"),
    )
    about_at = models.DateTimeField(_("about"))
    posted_at = models.DateTimeField(_("posted"))
    currency = models.CharField(_("currency"), max_length=3)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    key = models.CharField(_("key"), max_length=KEY_LENGTH)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        constraints = [
            # Not `unique=True`, which adds an index for LIKE to each insert.
            models.UniqueConstraint(fields=["key"], name="transfer_key_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="transfer_amount_above_zero",
            ),
            models.CheckConstraint(
                condition=Q(released__gte=0), name="transfer_releases_nothing_negative"
            ),
            models.CheckConstraint(
                condition=~Q(debited=F("credited")), name="transfer_between_two_accounts"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["mirror", "chargeback"], mirrors__isnull=False)
                | (~Q(kind__in=["mirror", "chargeback"]) & Q(mirrors__isnull=True)),
                name="transfer_correction_names_its_original",
            ),
            models.CheckConstraint(condition=~Q(key=""), name="transfer_has_a_key"),
        ]
        # For `of_account`. What the site's account between givers and creators takes and gives
        # is most of all rows and nobody's statement: it is in neither index.
        indexes = [
            models.Index(
                fields=["debited", "id"], condition=OUT_OF_AN_ACCOUNT, name="transfer_by_debited"
            ),
            # Statements page by page, and balances at an instant, of accounts with millions: in the
            # order of their moments, and added up without a look at the rows. A month end adds
            # nothing to the first, and a row for each creator to the second.
            models.Index(
                fields=["debited", "posted_at", "id"],
                include=["amount", "kind"],
                condition=OUT_IN_TIME,
                name="transfer_out_in_time",
            ),
            models.Index(
                fields=["credited", "posted_at", "id"],
                include=["amount", "kind"],
                condition=INTO_AN_ACCOUNT,
                name="transfer_in_in_time",
            ),
            # For the sum of a transfer's corrections, which the trigger asks for.
            models.Index(
                fields=["mirrors"],
                condition=Q(mirrors__isnull=False),
                name="transfer_by_original",
            ),
            # Balances at an instant. A thousandth of a tree's size, as rows lie in this order.
            BrinIndex(fields=["posted_at"], name="transfer_by_moment"),
            # One kind, latest first. What month ends write by the million is not in it, and costs
            # them nothing: it lies together, where an operator's list finds it.
            models.Index(
                fields=["kind", "-id"],
                condition=~Q(kind__in=MOST_OF_ALL),
                name="transfer_by_kind",
            ),
        ]
        triggers = [
            InOrderTrigger(
                name="transfers_keep_balances",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="posted"),  # type: ignore[no-untyped-call]
                declare=[("unmatched", "BIGINT")],
                func=KEEP_BALANCES,
            ),
            refuse(
                "transfer_is_never_changed", pgtrigger.Update, why="transfers are kept as they are"
            ),
            refuse("transfer_is_never_deleted", pgtrigger.Delete, why="transfers are kept"),
            refuse("transfers_are_never_truncated", pgtrigger.Truncate, why="transfers are kept"),
        ]

    def __str__(self) -> str:
        return self.key
