// Turns <obole-button>, a.OboleButton and Flattr's a.FlattrButton into the button's frame.
// Until the frame says that it is there, and where it may not be, a plain link stays.
// short: option=o mode=m made=M mount=t style=s base=b
(() => {
const d = document, src = new URL(d.currentScript.src), base = src.origin, made = [],
option = k => src.searchParams.get(k), mode = option("mode"), style = "border:0;color-scheme:light;max-width:100%;",

// `said` describes the button; `link` is the way that stays; the frame goes in behind it.
mount = (said, link, host) => {
const q = new URLSearchParams, f = d.createElement("iframe"), id = said.thing || "";
if (host.obole) return;
host.obole = 1;
said.size ||= said.button || option("button") || (host == link ? "large" : "");
said.lang ||= host.closest("[lang]")?.lang;
for (const k of ["uid", "language", "category"]) said[k] ||= option(k);
for (const k in said) if (said[k]) q.set(k, said[k]);
link.href = base + (id ? "/thing/" + id : "/submit/auto?" + q);
link.style.display = "";
f.title = link.textContent ||= said.title || "Obole";
f.src = base + "/embed/" + id + "?" + q;
f.referrerPolicy = "origin";
f.style = style + "position:absolute;visibility:hidden";
link.after(f);
made.push([f, link, host]);
},

// What an anchor says: its own attributes, rel or rev as in 2010, data attributes as in 2012.
setup = () => d.querySelectorAll("a.FlattrButton,a.OboleButton").forEach(a => {
const said = { url: a.href, title: a.title, description: a.textContent };
for (const { name, value } of a.attributes) {
if (/^re[lv]$/.test(name) && /^flattr;/.test(value)) value.replace(/(\w+):([^;]*)/g, (_, k, v) => { said[k] = v });
for (const p of [option("html5-key-prefix") || "data-flattr", "data-obole"]) if (name.startsWith(p)) said[name.slice(p.length + 1)] = value;
}
mount(said, a, a);
}),

addLoadEvent = f => d.readyState == "loading" ? addEventListener("DOMContentLoaded", f) : f();

addEventListener("message", ({ source, origin, data }) => made.forEach(([f, link, host]) => {
if (source == f.contentWindow && origin == base) if (data.w) {
f.style = style + `vertical-align:middle;width:${data.w}px;height:${data.h}px`;
link.style.display = "none";
} else host.dispatchEvent(new CustomEvent("obole:" + data.obole, { bubbles: true, detail: data }));
}));

window.FlattrLoader ||= {
setup,
addLoadEvent,
render(said, at, how) {
const a = d.createElement("a");
(at.nodeType ? at : d.getElementById(at))[how == "replace" ? "replaceWith" : how || "append"](a);
mount({ ...said }, a, a);
}
};
customElements.get("obole-button") || customElements.define("obole-button", class extends HTMLElement {
// The parser may not have come to the link inside yet.
connectedCallback() {
addLoadEvent(() => {
const said = {};
for (const { name, value } of this.attributes) said[name] = value;
mount(said, this.querySelector("a") || this.appendChild(d.createElement("a")), this);
});
}
});
// Flattr's own loader waits to be asked, unless the mode says otherwise.
(mode || !/load/.test(src)) && mode != "manual" && addLoadEvent(setup);
})();
