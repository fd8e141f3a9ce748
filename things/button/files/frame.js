// The button in its frame. It sends and stores nothing before a click.
// One click is enough where the reader connected the site, and the browser can tell that the
// button is visible, and the pointer came to it and stayed, or the key was pressed on purpose.
// Everything else opens the window that confirms.
(() => {
const d = document, w = window, a = d.querySelector("a"), status = d.querySelector("p"),
[GIVEN, AGAIN, UNDO, OFFLINE, SHUT] = WORDS,
{ s: subject, h: site } = a.dataset, b = d.createElement("button"), undo = d.createElement("button"),
can = w.isSecureContext && w.IntersectionObserverEntry && "isVisible" in IntersectionObserverEntry.prototype,
month = new Date().toJSON().slice(0, 7), now = () => performance.now(),
tell = (obole, more) => parent.postMessage({ obole, ...more }, "*"),
fit = () => {
const r = d.body.getBoundingClientRect();
tell("ready", { w: Math.ceil(r.width), h: Math.ceil(r.height) });
},
act = (deed, body) => fetch("/embed/act/" + deed, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
let keep = {}, seen = 0, came = 0, first, focused = 0, key = 0, refused = -9e9, again, popup, nonce;
// Where a browser shuts the store to frames, the property itself throws.
try { keep = w.localStorage } catch {}

b.type = undo.type = "button";
b.append(...a.childNodes);
a.replaceWith(b);
undo.append(UNDO);
const label = b.querySelector("i"), number = b.querySelector("b"), GIVE = label.textContent,
given = yes => {
b.setAttribute("aria-pressed", !!yes);
label.textContent = yes ? GIVEN : GIVE;
yes ? keep["g" + subject] = month : delete keep["g" + subject];
},
say = text => {
status.textContent = text;
fit();
},
// An answer of ours: `on` says whether a click stands now.
show = m => {
given(m.on);
if (m.count != null) number.textContent = Number(m.count).toLocaleString(d.documentElement.lang);
m.on ? status.after(undo) : undo.remove();
again = !m.on;
say(m.text);
tell(m.on ? "clicked" : "answered", { count: m.count });
},
open = () => {
if (!navigator.onLine) return say(OFFLINE);
nonce = crypto.getRandomValues(new Uint32Array(3)).join("");
const u = new URL(a.href);
u.searchParams.set("popup", can ? 2 : 1);
u.searchParams.set("n", nonce);
popup = w.open(u, "_blank", "popup,width=460,height=560");
},
send = deed => act(deed, { s: subject, lang: d.documentElement.lang }).then(r => {
if (r.status == 401 || r.status == 403 && !r.headers.get("Obole-Answer")) {
delete keep["on:" + site];
return open();
}
return r.json().then(show);
}).catch(() => say(OFFLINE));

if (keep["g" + subject] == month) given(1);
undo.onclick = e => e.isTrusted && (keep["on:" + site] ? send("undo") : open());

if (can) new IntersectionObserver(([e]) => {
seen = e.isVisible && e.intersectionRatio > .98 ? seen || now() : 0;
}, { threshold: [0, .5, .98, 1], trackVisibility: true, delay: 100 }).observe(b);

// A pointer that comes to the button crosses its edge, or is fast. One that finds itself well
// inside and is slow did not come: the button was moved under it.
b.onpointerleave = () => { first = came = 0 };
b.onpointerenter = b.onpointermove = e => {
if (!e.isTrusted || e.pointerType == "touch") return;
const { screenX: x, screenY: y, clientX: u, clientY: v } = e, r = b.getBoundingClientRect();
if (!first) return first = [x, y, u, v, Math.min(u - r.left, r.right - u, v - r.top, r.bottom - v)];
const step = Math.hypot(x - first[0], y - first[1]);
if (!came && step && (u != first[2] || v != first[3])) came = first[4] > 3 + 3 * step ? 9e9 : now();
};
b.onfocus = () => { focused = now() };
b.onkeydown = e => { key = e.isTrusted && !e.repeat && now() - focused > 300 };

b.onclick = e => {
if (!e.isTrusted) return;
const t = now(), soon = t - refused < 1500, byKey = !e.detail, visible = seen && t - seen > 500;
if (keep["on:" + site] && visible && !soon && !again && b.ariaPressed != "true" && e.pointerType != "touch") {
if (byKey ? key : came && t - came >= 300) return send("click");
refused = t;
if (!byKey) return say(AGAIN);
}
refused = t;
open();
};

addEventListener("message", e => {
const m = e.data;
if (e.origin != origin || !popup || e.source != popup || m.n != nonce) return;
popup.postMessage({ ack: nonce }, origin);
if (m.code) act("connect", { code: m.code }).then(r => r.ok && act("check", {})).then(r => {
if (r && r.ok) keep["on:" + site] = 1;
});
show(m);
});
// A page of a certain policy gets no word from the window: look at the count on coming back.
addEventListener("focus", () => popup === null && +subject && fetch("/count?ids=" + subject, { cache: "no-store" }).then(r => r.json()).then(m => { number.textContent = m[subject] }));
fit();
})();
