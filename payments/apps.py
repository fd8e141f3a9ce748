"""The Django app of money."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    """Ledger, budgets, clicking, the month end and what creators earned."""

    name = "payments"
    verbose_name = _("Money")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """List the pages of settings that are about money, and what acts for people by itself."""
        from django.db.models.signals import post_migrate

        from accounts.privacy.leaving import Leaver, add_leaver
        from accounts.security.endings import OtherWay, add_other_way_in
        from accounts.settings_pages import add_settings_page
        from payments import leaving
        from payments.abuse.defaults import set_up_rules
        from payments.abuse.words import reasons_of
        from payments.clicking.connecting import disconnect_all, list_connections
        from payments.desk.groups import set_up_groups
        from payments.payouts.holds import add_reasons
        from payments.personal import register

        register()
        _let_pages_be_looked_at()
        add_leaver("payments", Leaver(leaving.reasons, leaving.rest, leaving.leave))

        add_settings_page("giving_settings", _("Who may know"), place=55)
        add_settings_page("refill_settings", _("Card and monthly refill"), place=60)
        add_settings_page("billing_settings", _("On your statements"), place=66)
        add_settings_page("payout_settings", _("Where you are paid"), place=65)
        title = _("Sites where one click is enough")
        add_other_way_in("connections", OtherWay(title, list_connections, disconnect_all))
        _let_payouts_read_the_bank()
        _let_confirmed_addresses_be_claimed()
        _keep_excluded_things_apart()
        add_reasons("abuse", reasons_of)
        post_migrate.connect(set_up_groups, sender=self)
        post_migrate.connect(set_up_rules, sender=self)


def _let_payouts_read_the_bank() -> None:
    """Deposits read the bank's files, and payouts stand beside them: neither imports the other."""
    from payments.deposits.bank.files import FileReader, Said, add_file_reader
    from payments.deposits.bank.outgoing import add_booking_reader
    from payments.payouts.answers import is_answer
    from payments.payouts.bank import read_booking, read_counts

    add_booking_reader(read_booking)
    add_file_reader(
        FileReader(is_answer, lambda content, at: Said("answer", read_counts(content, at)))
    )


def _let_pages_be_looked_at() -> None:
    """Those that show, change nothing, and open neither an account nor where money goes."""
    from accounts.conduct.looking import let_look_at

    let_look_at("front", "thing", "thing_with_name", "clicks", "standing_clicks", "waiting_clicks")
    let_look_at("giving", "giving_year", "giving_month", "giving_settings", "budget", "given_tips")
    let_look_at("wallet", "deposits", "creator_months", "creator_month", "tips", "payouts")
    let_look_at("earnings_papers", "identities", "months", "month")


def _keep_excluded_things_apart() -> None:
    """What staff excluded from a month does not come in again as a part of another thing."""
    from payments.clicking.exclusions.asking import why_not_merged
    from things.aliases.merging import add_objection

    add_objection("exclusions", why_not_merged)


def _let_confirmed_addresses_be_claimed() -> None:
    """What waits for somebody by their address is theirs once the address is confirmed."""
    from accounts.entrance.confirmed import when_confirmed
    from payments.clicking.tasks import claim_addresses_of_creator

    when_confirmed(
        "claims",
        lambda user: claim_addresses_of_creator.apply_async(
            kwargs={"user_id": user.pk}, retry=False, ignore_result=True
        ),
    )
