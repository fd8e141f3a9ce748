"""Ledger accounts and the transfers between them. Knows nothing of clicks."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from things.triggers import FirmTrigger, FirmTriggerSql, refuse

KEY_LENGTH = 120

_ISO_CURRENCY = r"^[A-Z]{3}$"

# Note [Balances]: kept by this one trigger, for one transfer as for a million.
# It also is the foreign key of both sides: each (account, currency) that a transfer names must
# match a row, or the statement fails. Checked so, once for all rows of a statement, it costs a
# tenth of what two composite foreign keys cost that look up each row by itself, and it cannot
# be outlived: no account is ever deleted, and none changes its currency (see the triggers of
# LedgerAccount). Rows are locked in one order everywhere, so that two statements never wait for
# each other in a circle: those with an owner by number, then the site's own, for which every
# shard of a settlement waits and which are so held for the shortest time. `moved` is in that
# order, and without hash and merge joins (`InOrderTriggerSql`) the updates follow it.
_KEEP_BALANCES = """
    WITH moved AS MATERIALIZED (
        SELECT account_id, currency,
            sum(amount)::bigint AS amount, sum(released)::bigint AS released
        FROM (
            SELECT debited_id, currency, -amount, released FROM posted
            UNION ALL
            SELECT credited_id, currency, amount, 0 FROM posted
        ) AS side (account_id, currency, amount, released)
        GROUP BY account_id, currency
        ORDER BY account_id
    ), owned AS (
        UPDATE payments_ledgeraccount AS account
        SET balance = account.balance + moved.amount, held = account.held - moved.released
        FROM moved
        WHERE account.id = moved.account_id AND account.currency = moved.currency
            AND account.owner_id IS NOT NULL
        RETURNING account.id
    ), of_the_site AS (
        UPDATE payments_ledgeraccount AS account
        SET balance = account.balance + moved.amount, held = account.held - moved.released
        FROM moved
        WHERE account.id = moved.account_id AND account.currency = moved.currency
            AND account.owner_id IS NULL AND (SELECT count(*) FROM owned) >= 0
        RETURNING account.id
    )
    SELECT (SELECT count(*) FROM moved)
        - (SELECT count(*) FROM owned) - (SELECT count(*) FROM of_the_site)
        INTO unmatched;
    IF unmatched <> 0 THEN
        RAISE EXCEPTION 'a transfer names an account that is not there or has another currency'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF EXISTS (
        SELECT FROM posted
        LEFT JOIN payments_transfer AS original ON original.id = posted.mirrors_id
            AND original.debited_id = posted.credited_id
            AND original.credited_id = posted.debited_id
            AND original.amount >= posted.amount
        WHERE posted.mirrors_id IS NOT NULL AND original.id IS NULL
    ) THEN
        RAISE EXCEPTION 'a correction does not go back the way of the transfer that it names'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
"""


class InOrderTriggerSql(FirmTriggerSql):
    """A trigger whose function joins row by row, in the order of what it reads first."""

    def get_template(self) -> str:
        """As any firm trigger's; PostgreSQL sets the settings back when the function returns."""
        return (
            super()
            .get_template()
            .replace(
                "LANGUAGE plpgsql;",
                "LANGUAGE plpgsql SET enable_hashjoin = off SET enable_mergejoin = off;",
            )
        )


class InOrderTrigger(FirmTrigger):
    """A firm trigger that takes rows in order."""

    sql_class = InOrderTriggerSql


class LedgerAccount(models.Model):
    """Where money is: a user's or the site's own, of one kind and currency.

    `balance` and `held` are in micros. Balances are only ever moved by transfers; `held` is the
    part of a wallet that open budgets have laid their hand on.
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
                condition=Q(kind="outside", held=0) | Q(balance__gte=F("held"), held__gte=0),
                name="ledger_account_covers_what_is_held",
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
            models.CheckConstraint(
                condition=Q(currency__regex=_ISO_CURRENCY), name="ledger_account_currency_code"
            ),
        ]
        triggers = [
            refuse(
                "account_opens_empty",
                pgtrigger.Insert,
                condition="NEW.balance <> 0 OR NEW.held <> 0",
                why="a ledger account opens empty",
            ),
            refuse(
                "account_stays_itself",
                pgtrigger.Update,
                condition=(
                    "(NEW.id, NEW.owner_id, NEW.kind, NEW.currency, NEW.rail) IS DISTINCT FROM"
                    " (OLD.id, OLD.owner_id, OLD.kind, OLD.currency, OLD.rail)"
                ),
                why="only transfers and holds change a ledger account",
            ),
            # Depth 0 is a statement of its own; the update by the transfers' trigger has depth 1.
            refuse(
                "balance_only_by_transfer",
                pgtrigger.Update,
                condition="OLD.balance <> NEW.balance AND pg_trigger_depth() = 0",
                why="only a transfer moves a balance",
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
        """What can be spent, in micros: the balance without what is held."""
        return self.balance - self.held


# Out of and into any account but `settling`: by kind, as an index cannot look at the account.
_OUT_OF_AN_ACCOUNT = ~Q(kind__in=["earning", "fee"])
_INTO_AN_ACCOUNT = ~Q(kind="share")


class TransferQuerySet(models.QuerySet["Transfer"]):
    """Questions about transfers."""

    def of_account(self, account: LedgerAccount) -> TransferQuerySet:
        """Those out of and into an account that is not the site's `settling`."""
        return self.filter(
            (Q(debited=account) & _OUT_OF_AN_ACCOUNT) | (Q(credited=account) & _INTO_AN_ACCOUNT)
        )


class Transfer(models.Model):
    """An amount that went from one ledger account to another: never changed, never deleted.

    `amount` and `released` are in micros. `released` is the part of the debited account's hold
    that ends with the transfer. A correction is a transfer that mirrors the old one and names it.
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
        db_index=False,  # the unique constraint holds the few that are corrections
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
            models.UniqueConstraint(
                fields=["mirrors"],
                condition=Q(mirrors__isnull=False),
                name="transfer_corrected_once",
            ),
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
                condition=(Q(kind="mirror") & Q(mirrors__isnull=False))
                | (~Q(kind="mirror") & Q(mirrors__isnull=True)),
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
        ]
        triggers = [
            InOrderTrigger(
                name="transfers_keep_balances",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="posted"),  # type: ignore[no-untyped-call]
                declare=[("unmatched", "BIGINT")],
                func=_KEEP_BALANCES,
            ),
            refuse(
                "transfer_is_never_changed", pgtrigger.Update, why="transfers are kept as they are"
            ),
            refuse("transfer_is_never_deleted", pgtrigger.Delete, why="transfers are kept"),
            refuse("transfers_are_never_truncated", pgtrigger.Truncate, why="transfers are kept"),
        ]

    def __str__(self) -> str:
        return self.key
