"""The pictures of giving: what was given a month, and whom it went to."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from payments.charts import MonthChart, Portion, ShareChart, recent_months
from payments.giving.months import MonthLine
from payments.giving.recipients import Recipients
from things.periods import Period

MONTHS = 12


def chart_of_months(lines: Sequence[MonthLine], *, last: Period) -> list[MonthChart]:
    """What was given a month, in the year up to a month: a chart for each currency."""
    charts = []
    for currency in sorted({line.wallet.currency for line in lines}):
        given = {
            line.period: (line.wallet.given,)
            for line in lines
            if line.wallet.currency == currency and line.wallet.given > 0
        }
        urls = {period: reverse("giving_month", args=[period]) for period in given}
        months = recent_months(given, last=last, count=MONTHS, urls=urls)
        if any(month.values[0] for month in months):
            caption = _("Given a month, in %(currency)s") % {"currency": currency}
            charts.append(MonthChart(caption, months, (_("Given"),), currency))
    return charts


def chart_of_recipients(recipients: Recipients) -> ShareChart:
    """Whom it went to: those who got most, and the others together."""
    portions = [
        Portion(
            one.creator.get_full_name(),
            one.amount,
            reverse("creator", args=[one.creator.username]),
        )
        for one in recipients.named
    ]
    if recipients.others:
        others = ngettext("%(number)d other", "%(number)d others", recipients.others)
        label = others % {"number": recipients.others}
        portions.append(Portion(label, recipients.amount_of_others))
    return ShareChart(_("Whom it went to"), portions, _("Creator"), recipients.currency)
