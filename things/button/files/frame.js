// The button in its frame. It sends and stores nothing before a click.
// One click is enough where the reader connected the site, and the browser can tell that the
// button is visible, and the pointer came to it and stayed, or the key was pressed on purpose.
// Everything else opens the window that confirms.
(() => {
const d = document, a = d.querySelector("a"), words = d.querySelector("span"), status = d.querySelector("p"), lang = d.documentElement.lang,
[GIVEN, AGAIN, UNDO, OFFLINE] = WORDS, button = () => Object.assign(d.createElement("button"), { type: "button" }),
{ s, h, k } = a.dataset, site = "on:" + h, mine = "given:" + k, b = button(), undo = button(),
sees = isSecureContext && "isVisible" in IntersectionObserverEntry.prototype,
month = new Date().toJSON().slice(0, 7), now = () => performance.now(),
tell = m => parent.postMessage(m, "*"),
say = text => {
status.textContent = text;
const r = d.body.getBoundingClientRect();
tell({ w: Math.ceil(r.width), h: Math.ceil(r.height) });
},
act = (deed, body) => fetch("/embed/act/" + deed, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
let keep = {}, seen, came, first, focused, key, refused = -9e9, failed, popup, nonce;
// Where a browser shuts the store to frames, the property itself throws.
try { keep = localStorage } catch {}

b.append(...a.childNodes);
b.setAttribute("aria-describedby", "n");
a.replaceWith(b);
undo.append(UNDO);
const label = b.querySelector("i"), number = b.querySelector("b"), GIVE = label.textContent,
given = on => {
b.ariaPressed = on;
label.textContent = on ? GIVEN : GIVE;
on ? keep[mine] = month : delete keep[mine];
},
total = count => {
number.textContent = (+count).toLocaleString(lang);
words.textContent = words.textContent.replace(/\d+/, count);
},
// An answer of ours: `on` says whether a click stands now.
show = ({ on, count, text }) => {
given(on);
if (count != null) total(count);
on ? status.after(undo) : undo.remove();
failed = !on;
say(text);
tell({ obole: on ? "clicked" : "answered", count });
},
open = () => {
if (!navigator.onLine) return say(OFFLINE);
const u = new URL(a.href), q = u.searchParams;
q.set("popup", sees ? 2 : 1);
q.set("n", nonce = crypto.getRandomValues(new Uint32Array(3)).join(""));
popup = window.open(u, "_blank", "popup,width=460,height=560");
},
send = deed => act(deed, { s, lang }).then(r => {
if (r.headers.get("Obole-Answer")) return r.json().then(show);
delete keep[site];
open();
}).catch(() => say(OFFLINE));

given(keep[mine] == month);
undo.onclick = e => e.isTrusted && (keep[site] ? send("undo") : open());

if (sees) new IntersectionObserver(([e]) => {
seen = e.isVisible && e.intersectionRatio > .98 && (seen || now());
}, { threshold: [0, .5, .98, 1], trackVisibility: true, delay: 100 }).observe(b);

// A pointer that comes to the button crosses its edge, or is fast. One that finds itself well
// inside and is slow did not come: the button was moved under it.
b.onpointerleave = () => { first = came = 0 };
b.onpointerenter = b.onpointermove = e => {
const { screenX: x, screenY: y, clientX: u, clientY: v } = e, r = b.getBoundingClientRect();
if (!e.isTrusted || e.pointerType == "touch") return;
first ||= [x, y, u, v, Math.min(u - r.left, r.right - u, v - r.top, r.bottom - v)];
const step = Math.hypot(x - first[0], y - first[1]);
if (step && (u != first[2] || v != first[3])) came ||= first[4] > 3 + 3 * step ? 9e9 : now();
};
b.onfocus = () => { focused = now() };
b.onkeydown = e => { key = e.isTrusted && !e.repeat && now() - focused > 300 };

b.onclick = e => {
const t = now(), soon = t - refused < 1500;
if (!e.isTrusted) return;
if (keep[site] && seen && t - seen > 500 && !soon && !failed && b.ariaPressed != "true" && e.pointerType != "touch") {
if (e.detail ? t - came >= 500 : key) return send("click");
refused = t;
if (e.detail) return say(AGAIN);
}
refused = t;
open();
};

addEventListener("message", e => {
const m = e.data;
if (e.origin != origin || !popup || e.source != popup || m.n != nonce) return;
popup.postMessage({ ack: nonce }, origin);
m.code && act("connect", m).then(() => act("check", m)).then(r => { if (r.ok) keep[site] = 1 });
show(m);
});
// A page of a certain policy gets no word from the window: look at the count on coming back.
addEventListener("focus", () => popup === null && +s && fetch("/count?ids=" + s, { cache: "no-store" }).then(r => r.json()).then(m => total(m[s])));
say("");
})();
