"""What stands between a right password and being signed in."""

from __future__ import annotations

from typing import Any

from allauth.account.stages import EmailVerificationStage


class ConfirmAddress(EmailVerificationStage):
    """Who has an address confirms it first. Users from before there were addresses have none."""

    def handle(self) -> tuple[Any, bool]:
        """A page that asks for the code, or on to the next stage."""
        if self.login.user is not None and not self.login.user.email:
            return None, True
        answer: tuple[Any, bool] = super().handle()
        return answer
