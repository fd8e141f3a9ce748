"""The addresses of the wallet."""

from __future__ import annotations

from django.urls import path

from payments.deposits.pages import bank, wallet, withdrawing

urlpatterns = [
    path("wallet/", wallet.show_wallet, name="wallet"),
    path("wallet/payments/", wallet.list_deposits, name="deposits"),
    path("wallet/pay-in/", wallet.choose_way, name="pay_in"),
    path("wallet/pay-in/bank/", bank.show_bank_transfer, name="bank_transfer"),
    path("wallet/pay-back/", withdrawing.show_withdrawal, name="withdraw"),
]
