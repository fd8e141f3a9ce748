// The button in its frame. It sends and stores nothing before a click.
// One click is enough where the reader connected the site, and the browser can tell that the
// button is visible, and the pointer came to it and stayed, or the key was pressed on purpose.
// Everything else opens the window that confirms.
// short: status=S label=L number=N words=W undo=R given=G total=T show=A open=O send=P fit=I
// short: refused=F failed=B popup=Q nonce=C seen=E came=D first=H focused=J site=K mine=M month=U
// short: GIVEN=V AGAIN=X UNDO=Y OFFLINE=Z GIVE=f tell=z say=j ask=_ sees=$ page=o timer=g
// short: moved=l twice=i since=af button=c room=ag look=n edge=aa limit=ab both=ac step=ad far=ae
(() => {
const d = document, page = d.body, look = page.className, a = d.querySelector("a"), words = d.getElementById("n"), status = d.querySelector("p"), lang = d.documentElement.lang,
[GIVEN, AGAIN, UNDO, OFFLINE] = WORDS, button = () => d.createElement("button"),
{ s, h, k, t: twice } = a.dataset, site = "on:" + h, mine = "given:" + k, b = button(), undo = button(),
sees = isSecureContext && "isVisible" in IntersectionObserverEntry.prototype,
month = new Date().toJSON().slice(0, 7),
tell = m => parent.postMessage(m, "*"),
room = e => e.getBoundingClientRect(),
// The words go below the button where the page has less room than they need beside it.
fit = limit => {
page.className = look;
const w = Math.ceil(room(page).width);
// In a part of the page that shows later: nothing else tells that it does.
clearTimeout(timer);
if (!w) return timer = setTimeout(onload, 600);
if (w > limit) page.className += " wrap";
tell({ w, h: Math.ceil(room(page).height) });
// A browser that is asked whether a frame is visible drops the clicks on one whose size changed
// half a second ago: so the way back appears when it works.
undo.disabled = 1;
timer = setTimeout(() => undo.disabled = 0, 600);
},
say = text => {
status.textContent = text;
fit(9e9);
},
ask = (k, m) => fetch("/embed/act/" + k, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(m) });
let keep = {}, step, seen, came, first, focused, key, refused = -9e9, failed, popup, nonce, timer;
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
count != null && total(count);
on ? status.after(undo) : undo.remove();
failed = !on;
say(text);
tell({ obole: on ? "clicked" : "answered", count });
},
open = () => {
if (!navigator.onLine) return say(OFFLINE);
given(keep[mine] == month);
nonce = "" + crypto.getRandomValues(new Uint32Array(3));
popup = window.open(a.href + (+s ? "?" : "&") + "popup=" + (sees ? 2 : 1) + "&n=" + nonce + "&from=" + d.referrer, "_blank", "popup,width=460,height=560");
},
send = k => ask(k, { s, lang }).then(r => {
if (r.headers.get("Obole-Answer")) return r.json().then(show);
delete keep[site];
open();
}).catch(() => say(OFFLINE));

given(keep[mine] == month);
undo.onclick = e => e.isTrusted && (keep[site] ? send("undo") : open());

sees && new IntersectionObserver(([e]) => {
seen = e.isVisible && e.intersectionRatio > .98 && (seen || e.time);
}, { threshold: .98, trackVisibility: 1, delay: 100 }).observe(b);

// A pointer that comes to the button crosses its edge, or is fast, and goes on. One that finds
// itself well inside and is slow, or rests, did not come: the button was moved under it. So it was
// where the pointer goes one way on the screen and another, or much further, on the button.
b.onpointerleave = () => { first = came = step = NaN };
b.onpointerenter = b.onpointermove = e => {
if (e.pointerType == "touch") return;
first ||= e;
const way = k => e[k] - first[k], x = way("screenX"), y = way("screenY"), u = way("clientX"), v = way("clientY"), r = room(b),
edge = Math.min(first.clientX - r.left, r.right - first.clientX, first.clientY - r.top, r.bottom - first.clientY),
both = (p, q) => Math.min(Math.abs(p), Math.abs(q)), far = Math.hypot(both(x, u), both(y, v)),
moved = (p, q) => Math.abs(p - q) - 3 > both(p, q);
step ||= far;
if (far > 2) came ||= edge > 3 + 3 * step ? 9e9 : e.timeStamp;
if (moved(x, u) || moved(y, v)) came = 9e9;
};
b.onfocus = e => { focused = e.timeStamp };
b.onkeydown = e => { key = e.isTrusted && !e.repeat && e.timeStamp - focused > 300 };

b.onclick = e => {
const t = e.timeStamp, since = t - refused, tap = e.pointerType == "touch";
if (!e.isTrusted) return;
refused = t;
if (keep[site] && seen && t - seen > 500 && !failed && b.ariaPressed != "true" && (tap ? twice && since > 700 : since > 1500)) {
if (tap ? since < 6e3 && seen < t - since : e.detail ? t - came > 300 : key) {
refused = -9e9;
return send("click");
}
if (e.detail) {
// In the button, whose size stays: the next click must not be dropped.
label.textContent = status.textContent = AGAIN;
page.className += " hush";
return;
}
}
open();
};

onmessage = e => {
const m = e.data;
if (e.origin != origin || !popup || e.source != popup || m.n != nonce) return;
popup.postMessage({ ack: nonce }, origin);
m.code && ask("connect", m).then(() => ask("check", m)).then(r => { if (r.ok) keep[site] = 1 });
show(m);
};
// A page of a certain policy gets no word from the window: look at the count on coming back.
onfocus = () => popup === null && +s && fetch("/count?ids=" + s, { cache: "no-store" }).then(r => r.json()).then(m => total(m[s]));
onresize = () => fit(innerWidth);
// Not at once: here, the browser may not have laid anything out, and say that all is 0 wide.
onload = () => fit(9e9);
})();
