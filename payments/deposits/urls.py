"""The addresses of the wallet."""

from __future__ import annotations

from django.urls import path

from payments.deposits.pages import wallet, withdrawing

urlpatterns = [
    path("wallet/", wallet.show_wallet, name="wallet"),
    path("wallet/payments/", wallet.list_deposits, name="deposits"),
    path("wallet/pay-in/", wallet.choose_way, name="pay_in"),
    path("wallet/pay-back/", withdrawing.show_withdrawal, name="withdraw"),
]
