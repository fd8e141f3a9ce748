"""Charts as pages show them: a picture with a name, and the figures as a table."""

from __future__ import annotations

from django.template import Context, Template
from django.utils import translation

from payments.charts import Month, MonthChart, Portion, ShareChart, recent_months
from things.periods import Period


def written(tag: str, chart: object) -> str:
    return Template("{% load components %}" + tag).render(Context({"chart": chart}))


class TestMonthChart:
    def chart(self) -> MonthChart:
        september = Period(2010, 9)
        months = recent_months(
            {september: (5_140_000, 2_000_000)},
            last=september,
            count=3,
            urls={september: "/there/"},
        )
        return MonthChart("Given and got", months, ("Given", "Got"), "EUR")

    def test_is_a_picture_with_a_name_and_a_table(self) -> None:
        with translation.override("fr"):
            html = written("{% month_chart chart %}", self.chart())

        assert '<svg class="picture" role="img" aria-label="Given and got">' in html
        assert "<title>Septembre 2010: 5,14\xa0€</title>" in html
        assert '<a href="/there/">Septembre 2010</a>' in html
        assert html.count("<tr") == 4

    def test_leaves_the_table_out_beside_another(self) -> None:
        html = written("{% month_chart chart beside='months' %}", self.chart())

        assert 'aria-describedby="months"' in html
        assert "<table" not in html

    def test_has_no_style_of_its_own(self) -> None:
        assert "style" not in written("{% month_chart chart %}", self.chart())

    def test_can_be_empty(self) -> None:
        chart = MonthChart("Nothing", [Month(Period(2010, 9), (0,))], ("Given",))

        assert "<rect" in written("{% month_chart chart %}", chart)


class TestShareChart:
    def test_puts_small_portions_together_in_the_picture_alone(self) -> None:
        portions = [Portion(f"creator {turn}", 100 - turn, "/c/") for turn in range(9)]
        html = written("{% share_chart chart %}", ShareChart("Whom", portions, "Creator"))

        picture, table = html.split("</figcaption>")[1].split("<table")
        assert picture.count("<rect") == 7
        assert "Others: 279" in picture
        assert table.count('role="rowheader"') == 9

    def test_writes_amounts_and_parts(self) -> None:
        portions = [Portion("Ben", 2_000_000), Portion("Cleo", 1_000_000)]
        with translation.override("fr"):
            html = written(
                "{% share_chart chart %}", ShareChart("À qui", portions, "Créateur", "EUR")
            )

        assert ">2,00\xa0€<" in html
        assert "66,7\xa0%" in html
