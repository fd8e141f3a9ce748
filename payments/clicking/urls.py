"""The addresses through which a click comes in, and where one's own are seen."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from payments.clicking import act, claim_pages, pages, popup, standing_pages
from payments.clicking import identity_pages as identities

urlpatterns = [
    path("claim/<int:thing_id>", identities.show_claim, name="claim"),
    path(
        "claim/<int:thing_id>/owner/<path:address>",
        identities.show_claim,
        name="claim_by_address",
    ),
    path("sites/names/", identities.list_identities, name="identities"),
    path("sites/names/look/", identities.look_for_addresses, name="look_for_addresses"),
    path(
        "sites/names/<int:identifier_id>/give-up/",
        identities.give_up_identity,
        name="give_up_identity",
    ),
    path("sites/<int:site_id>/check/", claim_pages.check_site, name="check_site"),
    path("sites/<int:site_id>/give-up/", claim_pages.give_up_site, name="give_up_site"),
    path("embed/act/click", act.act_click, name="act_click"),
    path("embed/act/undo", act.act_undo, name="act_undo"),
    path("embed/act/connect", act.act_connect, name="act_connect"),
    path("embed/act/check", act.act_check, name="act_check"),
    path("embed/act/disconnect", act.act_disconnect, name="act_disconnect"),
    path("thing/<int:thing_id>", popup.show_thing, name="thing"),
    path("thing/<int:thing_id>/<slug:name>", popup.show_thing, name="thing_with_name"),
    path("t/<int:thing_id>", RedirectView.as_view(pattern_name="thing", query_string=True)),
    path("submit/auto", popup.submit, name="submit"),
    path("click", popup.click, name="click"),
    path("click/take-back", popup.take_back, name="take_back"),
    path("click/repeat", popup.repeat, name="repeat_click"),
    path("clicks/", pages.list_clicks, name="clicks"),
    path("clicks/<int:thing_id>/take-back", pages.undo_click, name="undo_click"),
    path("clicks/<int:thing_id>/show", pages.show_one, name="show_click"),
    path("clicks/standing/", standing_pages.list_standing, name="standing_clicks"),
    path(
        "clicks/standing/<int:thing_id>",
        standing_pages.change_standing,
        name="change_standing_click",
    ),
    path("clicks/waiting/", pages.list_waiting, name="waiting_clicks"),
    path("clicks/kept/<int:kept_id>/drop", pages.drop_kept, name="drop_kept_click"),
    path("connections/", pages.list_connections, name="connections"),
    path("connections/<int:connection_id>/end", pages.end_connection, name="end_connection"),
]
