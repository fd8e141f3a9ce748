// The card's page: Stripe's form for a payment or for a card to keep, and waiting for what came of it.
"use strict";

(() => {
  const form = document.querySelector("[data-card-form]");
  const waits = document.querySelector("[data-card-waits]");

  if (form && window.Stripe) {
    const { key, secret, kind } = form.dataset;
    const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
    const stripe = window.Stripe(key, { locale: document.documentElement.lang });
    const elements = stripe.elements({
      clientSecret: secret,
      appearance: { theme: dark ? "night" : "stripe" },
    });
    const element = elements.create("payment");
    const error = form.querySelector("[data-card-error]");
    const button = form.querySelector("button");
    const without = document.querySelector("[data-card-without]");

    const say = (words) => {
      error.textContent = words;
      error.hidden = !words;
    };
    element.on("ready", () => {
      without.hidden = true;
      form.hidden = false;
    });
    element.on("loaderror", () => {
      without.hidden = false;
      form.hidden = true;
    });
    // Stripe measures its form, which a hidden one cannot be.
    without.hidden = true;
    form.hidden = false;
    element.mount(form.querySelector("[data-card-element]"));

    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      button.disabled = true;
      say("");
      const confirm = kind === "setup" ? stripe.confirmSetup : stripe.confirmPayment;
      const answer = await confirm
        .call(stripe, { elements, confirmParams: { return_url: form.dataset.return } })
        .catch((refusal) => ({ error: refusal }));
      // Where all went well, Stripe has left this page.
      if (answer && answer.error) {
        say(answer.error.message || error.dataset.else);
        button.disabled = false;
      }
    });
  }

  if (waits) {
    // Some seconds are usual; whoever waits longer looks again by hand.
    let turns = 20;
    const heading = waits.querySelector("h1").textContent;
    const look = async () => {
      turns -= 1;
      try {
        const answer = await fetch(location.href, { credentials: "same-origin" });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const now = page.querySelector("[data-card-waits] h1");
        if (answer.ok && (!now || now.textContent !== heading)) {
          location.reload();
          return;
        }
      } catch {
        // Without a network there is nothing to see; the next turn tries again.
      }
      if (turns) setTimeout(look, 3000);
    };
    setTimeout(look, 2000);
  }
})();
