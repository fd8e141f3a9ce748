"""The addresses of the button, of lists of things, and of feeds."""

from __future__ import annotations

from django.urls import path

from things.button import builder, views
from things.conduct import views as conduct
from things.mine import feed_views as feeds
from things.mine import views as mine
from things.pages import views as pages
from things.webhooks import pages as partner

urlpatterns = [
    path("embed/<int:thing_id>", views.show_frame, name="frame"),
    path("embed/", views.show_frame, name="frame_of_page"),
    # Flattr's address of its frame, and its loader's: an old page only changes the host.
    path("button/view/", views.show_frame, name="flattr_frame"),
    path("js/0.6/load.js", views.show_loader, name="flattr_loader"),
    path("button.js", views.show_loader, name="loader"),
    path("b/<slug:digest>/<str:name>", views.show_asset, name="button_asset"),
    path("count", views.show_counts, name="counts"),
    path("badge/<int:thing_id>.svg", views.show_badge, name="badge"),
    path("badge.svg", views.show_badge, name="plain_badge"),
    path("oembed", pages.oembed, name="oembed"),
    path("button/", builder.show_builder, name="button"),
    path("button/preview", builder.show_preview, name="button_preview"),
    path("sites/", pages.list_sites, name="sites"),
    path("partner/", partner.show_partner, name="partner"),
    path("partner/try/", partner.try_out, name="try_out"),
    path("partner/messages/<int:endpoint_id>/", partner.show_endpoint, name="endpoint"),
    path(
        "partner/messages/<int:endpoint_id>/change/",
        partner.change_endpoint,
        name="change_endpoint",
    ),
    path("partner/message/<int:delivery_id>/again/", partner.repeat_message, name="repeat_message"),
    path("things/mine/", mine.list_own, name="own_things"),
    path("things/mine/new/", mine.register, name="register_thing"),
    path("things/mine/<int:thing_id>/", mine.edit, name="own_thing"),
    path("things/mine/<int:thing_id>/move/", mine.move, name="move_thing"),
    path("things/mine/<int:thing_id>/merge/", mine.merge, name="merge_thing"),
    path("things/mine/<int:thing_id>/state/", mine.change_state, name="change_thing_state"),
    path("things/mine/feeds/", feeds.list_feeds, name="own_feeds"),
    path("things/mine/feeds/new/", feeds.register, name="register_feed"),
    path("things/mine/feeds/<int:feed_id>/", feeds.stop, name="stop_feed"),
    path("things/", pages.list_things, name="catalogue"),
    path("things.atom", pages.things_as_atom, name="catalogue_atom"),
    path("things.as", pages.things_as_stream, name="catalogue_stream"),
    path(
        "profile/<str:username>/clicks.atom",
        pages.creator_clicks_as_atom,
        name="creator_clicks_atom",
    ),
    path("profile/<str:username>.atom", pages.creator_as_atom, name="creator_atom"),
    path("profile/<str:username>", pages.show_creator, name="creator"),
    path("report/thing/<int:thing_id>", conduct.report_a_thing, name="report_thing"),
    path("report/person/<str:username>", conduct.report_a_person, name="report_person"),
    path("thing/<int:thing_id>.atom", pages.thing_as_atom, name="thing_atom"),
    path("thing/<int:thing_id>.as", pages.thing_as_stream, name="thing_stream"),
]
