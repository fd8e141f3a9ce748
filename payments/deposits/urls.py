"""The addresses of the wallet."""

from __future__ import annotations

from django.urls import path

from payments.deposits.pages import bank, wallet, withdrawing
from payments.deposits.stripe import webhook
from payments.deposits.stripe.pages import paying, refill

urlpatterns = [
    path("wallet/", wallet.show_wallet, name="wallet"),
    path("wallet/payments/", wallet.list_deposits, name="deposits"),
    path("wallet/pay-in/", wallet.choose_way, name="pay_in"),
    path("wallet/pay-in/bank/", bank.show_bank_transfer, name="bank_transfer"),
    path("wallet/pay-in/card/", paying.pay_by_card, name="pay_by_card"),
    path("wallet/pay-in/card/<int:deposit_id>/", paying.show_card_deposit, name="card_deposit"),
    path("stripe/events", webhook.receive_card_event, name="card_events"),
    path("settings/refill/", refill.show_refill, name="refill_settings"),
    path("settings/refill/end", refill.end, name="end_refill"),
    path("settings/refill/resume", refill.resume, name="resume_refill"),
    path("settings/refill/card", refill.set_card_up, name="set_card_up"),
    path("settings/refill/card/form", refill.show_card_setup, name="card_setup"),
    path("settings/refill/card/remove", refill.forget_card, name="forget_card"),
    path("wallet/pay-back/", withdrawing.show_withdrawal, name="withdraw"),
]
