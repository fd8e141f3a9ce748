"""Ledger accounts and the transfers between them. Knows nothing of clicks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import BigIntegerField, Case, F, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce, TruncMonth
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from payments.ledger.triggers import KEEP_BALANCES, InOrderTrigger, InOrderTriggerSql
from things.periods import Period
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


# Out of and into any account but `settling`: by kind, as an index cannot look at the account.
_OUT_OF_AN_ACCOUNT = ~Q(kind__in=["earning", "fee"])
_INTO_AN_ACCOUNT = ~Q(kind="share")

# Note [Months of transfers]: a transfer belongs to the month in which it is about, whenever it was
# posted. What a month end moves is about the end of its month, which is the first moment of the
# next one, and belongs to the month that ended.
_OF_A_MONTH_END = Q(kind__in=["share", "earning", "fee"])


def before(period: Period) -> Q:
    """The transfers of the months before one: Note [Months of transfers]."""
    starts_at = period.starts_at
    return (_OF_A_MONTH_END & Q(about_at__lte=starts_at)) | (
        ~_OF_A_MONTH_END & Q(about_at__lt=starts_at)
    )


class TransferQuerySet(models.QuerySet["Transfer"]):
    """Questions about transfers."""

    def of_account(self, account: LedgerAccount) -> TransferQuerySet:
        """Those out of and into an account that is not the site's `settling`."""
        return self.filter(
            (Q(debited=account) & _OUT_OF_AN_ACCOUNT) | (Q(credited=account) & _INTO_AN_ACCOUNT)
        )

    def of_accounts(self, accounts: Sequence[LedgerAccount]) -> TransferQuerySet:
        """As `of_account`, of several accounts."""
        return self.filter(
            (Q(debited__in=accounts) & _OUT_OF_AN_ACCOUNT)
            | (Q(credited__in=accounts) & _INTO_AN_ACCOUNT)
        )

    def in_months(self, first: Period, last: Period) -> TransferQuerySet:
        """Those of the months from `first` to `last`: Note [Months of transfers]."""
        return self.filter(before(last.next) & ~before(first))

    def with_month(self) -> TransferQuerySet:
        """Each with `month`, the first day of its month: Note [Months of transfers]."""
        belongs_at = Case(
            When(_OF_A_MONTH_END, then=F("about_at") - timedelta(microseconds=1)),
            default=F("about_at"),
        )
        zone = timezone.get_default_timezone()
        return self.annotate(
            month=TruncMonth(belongs_at, tzinfo=zone, output_field=models.DateField())
        )

    def remaining(self) -> dict[int, int]:
        """By number, the micros of each that no correction takes back which stands itself."""
        corrections = Transfer.objects.filter(mirrors=OuterRef("pk")).order_by()
        undone = Transfer.objects.filter(mirrors__mirrors=OuterRef("pk")).order_by()
        left = F("amount") - _total(corrections, "mirrors") + _total(undone, "mirrors__mirrors")
        return dict(self.order_by().values_list("pk", left))


def _total(rows: TransferQuerySet, grouped: str) -> Coalesce:
    total = rows.values(grouped).values(total=Sum("amount"))
    return Coalesce(Subquery(total), 0, output_field=BigIntegerField())


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
                fields=["debited", "id"], condition=_OUT_OF_AN_ACCOUNT, name="transfer_by_debited"
            ),
            models.Index(
                fields=["credited", "id"], condition=_INTO_AN_ACCOUNT, name="transfer_by_credited"
            ),
            # For the sum of a transfer's corrections, which the trigger asks for.
            models.Index(
                fields=["mirrors"],
                condition=Q(mirrors__isnull=False),
                name="transfer_by_original",
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
