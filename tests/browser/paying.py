"""Stripe in a browser: a stand-in for its script, which pays at localstripe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from django.test import Client
from hosting import OURS
from playwright.sync_api import BrowserContext, Route
from stripe_site import Stripe, signed

SCRIPTS, CALLS = "https://js.stripe.com/**", "https://api.stripe.com/**"
STRIPE_JS = """
window.Stripe = (key) => ({
  elements: ({ clientSecret }) => ({
    secret: clientSecret,
    create: () => {
      const heard = {};
      return {
        on: (name, deed) => { heard[name] = deed; },
        mount: (place) => {
          const label = document.createElement("label");
          const input = document.createElement("input");
          label.textContent = "Card number";
          input.id = "number";
          label.htmlFor = "number";
          place.append(label, input);
          heard.ready();
        },
      };
    },
  }),
  confirmPayment: async ({ elements, confirmParams }) => {
    const answer = await fetch("https://api.stripe.com/pay", {
      method: "POST",
      body: JSON.stringify({
        key, secret: elements.secret, number: document.getElementById("number").value,
      }),
    });
    const said = await answer.json();
    if (said.error) return said;
    location.href = confirmParams.return_url;
    return new Promise(() => {});
  },
});
"""


@contextmanager
def stripe_in(context: BrowserContext, stripe: Stripe) -> Iterator[None]:
    """Stripe's two addresses, as the browser finds them."""

    def pay(route: Route) -> None:
        said = json.loads(route.request.post_data or "{}")
        assert said["key"] == "pk_test_obole"
        stands = stripe.pay(said["secret"].partition("_secret_")[0], said["number"])
        refused = {"error": {"message": "Your card was declined."}}
        answer = {"status": stands} if stands == "succeeded" else refused
        route.fulfill(json=answer, headers={"Access-Control-Allow-Origin": "*"})

    script = {"body": STRIPE_JS, "content_type": "text/javascript"}
    context.route(SCRIPTS, lambda route: route.fulfill(**script))
    context.route(CALLS, pay)
    try:
        yield
    finally:
        context.unroute(SCRIPTS)
        context.unroute(CALLS)


def deliver(stripe: Stripe) -> None:
    """Let Stripe tell the site what was paid."""
    for event in stripe.events("payment_intent.succeeded"):
        answer = Client().post("/stripe/events", **signed(event), secure=True, HTTP_HOST=OURS)
        assert answer.status_code == 200
