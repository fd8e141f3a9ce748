"""The parts of pages: what they write, in both languages."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation

from accounts.models import User
from things.models import Thing


def written(source: str, **context: Any) -> str:
    return Template("{% load components %}" + source).render(Context(context))


class TestAmount:
    @pytest.mark.parametrize(
        ("tag", "text"),
        [
            ("{% amount 183571 'EUR' %}", ">0,18\xa0€<"),
            ("{% amount 183571 'EUR' exact=True %}", ">0,18<small>3571</small>\xa0€<"),
            ("{% amount 5000000 'EUR' exact=True %}", ">5,00\xa0€<"),
            ("{% amount 5000000 'EUR' sign=True %}", ">+5,00\xa0€<"),
            ("{% amount -5000000 'EUR' %}", ">−5,00\xa0€<"),
        ],
    )
    def test_is_written_as_the_language_does(self, tag: str, text: str) -> None:
        with translation.override("fr"):
            assert text in written(tag)

    def test_can_be_read_by_programs(self) -> None:
        assert 'value="0.183571"' in written("{% amount 183571 'EUR' %}")


class TestThing:
    @pytest.fixture
    def song(self) -> Thing:
        owner = User(username="ben", display_name="Ben & Bea")
        return Thing(
            pk=7, url="https://ben.example/song", title="A <song>", owner=owner, language="fr_FR"
        )

    def test_has_its_title_creator_host_and_clicks(self, song: Thing) -> None:
        html = written("{% thing song count=1234 %}", song=song)

        assert '<a href="/thing/7" lang="fr">A &lt;song&gt;</a>' in html
        assert '<a href="/profile/ben">Ben &amp; Bea</a> · ben.example · 1,234 clicks' in html

    def test_leads_to_the_site_where_it_is_asked_to(self, song: Thing) -> None:
        html = written("{% thing song to='site' creator=False %}", song=song)

        assert 'href="https://ben.example/song" rel="nofollow noopener"' in html
        assert "Ben" not in html


class TestButton:
    def test_is_a_button_of_one_kind(self) -> None:
        html = written("{% button 'End' kind='link' label='End the connection' %}")

        assert html.strip() == '<button class="link" aria-label="End the connection">End</button>'

    def test_is_a_link_with_an_address(self) -> None:
        assert '<a class="button primary" href="/x?a=1&amp;b=2">' in written(
            "{% button 'Go' href=address %}", address="/x?a=1&b=2"
        )

    def test_refuses_other_kinds(self) -> None:
        with pytest.raises(TemplateSyntaxError, match="huge"):
            written("{% button 'End' kind='huge' %}")


class TestNotice:
    @pytest.mark.parametrize(
        ("kind", "opening"),
        [
            ("success", '<div class="notice success" role="status">'),
            ("error", '<div class="notice error" role="alert">'),
            ("warning", '<div class="notice warning">'),
        ],
    )
    def test_is_read_out_where_it_must(self, kind: str, opening: str) -> None:
        html = written(
            "{% notice kind title=title %}<p>Done</p>{% endnotice %}", kind=kind, title="<b>"
        )

        assert html.startswith(opening)
        assert "&lt;b&gt;" in html
        assert "<p>Done</p>" in html


class TestTable:
    SOURCE = (
        "{% table 'Months' %}{% column 'Month' %}{% column 'Given' number=True %}"
        "{% row total=True %}{% cell %}All{% endcell %}{% cell %}6{% endcell %}{% endrow %}"
        "{% for name in names %}{% row %}{% cell %}{{ name }}{% endcell %}{% cell %}3{% endcell %}"
        "{% endrow %}{% endfor %}{% endtable %}"
    )

    def test_names_its_cells_and_rows(self) -> None:
        html = written(self.SOURCE, names=["May & June"])

        assert '<caption class="unseen">Months</caption>' in html
        assert '<th role="columnheader" scope="col" class="n">Given</th>' in html
        assert '<th role="rowheader" scope="row">May &amp; June</th>' in html
        assert '<td role="cell" class="n" data-label="Given">3</td>' in html

    def test_puts_totals_into_the_foot(self) -> None:
        html = written(self.SOURCE, names=["May"])

        body, foot = html.split("</tbody>")
        assert "May" in body
        assert "All" not in body
        assert "All" in foot

    def test_refuses_more_cells_than_columns(self) -> None:
        with pytest.raises(TemplateSyntaxError, match="more cells"):
            written(
                "{% table 'x' %}{% column 'a' %}{% row %}{% cell %}{% endcell %}"
                "{% cell %}{% endcell %}{% endrow %}{% endtable %}"
            )

    def test_refuses_a_row_outside(self) -> None:
        with pytest.raises(TemplateSyntaxError, match="inside a table"):
            written("{% row %}{% endrow %}")

    def test_spans_columns(self) -> None:
        html = written(
            "{% table 'x' %}{% column 'a' %}{% column 'b' number=True %}{% column 'c' %}"
            "{% row %}{% cell %}1{% endcell %}{% cell span=2 %}2{% endcell %}{% endrow %}"
            "{% endtable %}"
        )

        assert '<td role="cell" colspan="2">2</td>' in html


class Plan(forms.Form):
    amount = forms.CharField(label="A month", help_text="At least 2.")
    often = forms.BooleanField(label="Every month", required=False)
    how = forms.ChoiceField(label="How", choices=[("a", "A")], widget=forms.RadioSelect)
    key = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> None:
        self.add_error(None, "Nothing fits")


class TestForm:
    def test_ties_help_and_error_to_the_control(self) -> None:
        html = written("{% field form.amount inputmode='decimal' after='EUR' %}", form=Plan({}))

        assert 'aria-describedby="id_amount_helptext id_amount_error"' in html
        assert 'inputmode="decimal"' in html
        assert 'aria-invalid="true"' in html
        assert 'id="id_amount_error"><p>This field is required.</p>' in html
        assert '<p class="help" id="id_amount_helptext">At least 2.</p>' in html

    def test_sums_up_what_is_wrong_and_takes_the_focus(self) -> None:
        html = written("{{ form }}", form=Plan({}))

        assert 'role="alert" tabindex="-1" autofocus' in html
        assert "<li>Nothing fits</li>" in html
        assert '<a href="#id_amount">A month: This field is required.</a>' in html
        assert "<legend>How</legend>" in html
        assert html.count('name="key"') == 1

    def test_says_nothing_of_a_fresh_one(self) -> None:
        assert "alert" not in written("{{ form }}", form=Plan())


class TestPaging:
    def test_keeps_what_else_the_address_asks_for(self) -> None:
        request = RequestFactory().get("/?tag=tea%26milk&page=2")
        page = Paginator(range(9), 3).page(2)

        html = written("{% paging page %}", page=page, request=request)

        assert 'rel="prev" href="?tag=tea%26milk&amp;page=1"' in html
        assert 'rel="next" href="?tag=tea%26milk&amp;page=3"' in html
        assert "Page 2 of 3" in html

    def test_is_nothing_for_one_page(self) -> None:
        assert written("{% paging page %}", page=Paginator(range(2), 3).page(1)).strip() == ""


class TestTabs:
    def test_mark_where_one_is(self) -> None:
        request = RequestFactory().get("/months/")

        html = written(
            "{% tabs 'Money' %}{% tab 'months' 'Months' %}"
            "{% tab '/things/' 'Things' %}{% endtabs %}",
            request=request,
        )

        assert '<nav class="tabs" aria-label="Money">' in html
        assert '<a href="/months/" aria-current="page">Months</a>' in html
        assert '<a href="/things/">Things</a>' in html


class TestFigures:
    def test_are_a_list_of_names_and_figures(self) -> None:
        html = written(
            "{% figures %}{% figure 'Budget' first=True note='a month' %}<b>5</b>{% endfigure %}"
            "{% endfigures %}"
        )

        assert html == (
            '<dl class="figures"><div class="first"><dt>Budget</dt><dd><b>5</b></dd>'
            '<dd class="figure-note">a month</dd></div></dl>'
        )
