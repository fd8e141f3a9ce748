// Turns <obole-button>, a.OboleButton and Flattr's a.FlattrButton into the button's frame.
// Until the frame says that it is there, and where it may not be, a plain link stays.
(() => {
const d = document, w = window, src = new URL(d.currentScript.src), base = src.origin,
option = src.searchParams, mode = option.get("mode"), made = [],
KEYS = "uid,user_id,fid,owner,url,title,description,category,language,tags,hidden,size,colour,lang".split(","),
prefix = (option.get("html5-key-prefix") || "data-flattr") + "-",

// `said` describes the button; `link` is the way that stays; the frame goes in behind it.
mount = (said, link, host) => {
const q = new URLSearchParams, f = d.createElement("iframe");
for (const k of ["uid", "language", "category"]) said[k] ||= option.get(k);
said.size ||= said.button || option.get("button") || (host.matches("a") ? "large" : "");
said.lang ||= (host.closest("[lang]") || {}).lang;
for (const k of KEYS) if (said[k]) q.set(k, said[k]);
const id = said.thing;
link.href = base + (id ? "/thing/" + id : "/submit/auto?" + q);
link.style.display = "";
if (!link.textContent.trim()) link.textContent = said.title || "Obole";
f.src = base + "/embed/" + (id || "") + "?" + q;
f.title = "Obole: " + (said.title || link.textContent).slice(0, 100);
f.referrerPolicy = "origin";
f.style.cssText = "border:0;position:absolute;visibility:hidden;color-scheme:light";
made.push([f, link, host]);
link.after(f);
},

// What an anchor says: its own attributes, rel or rev as in 2010, data attributes as in 2012.
scan = () => d.querySelectorAll("a.FlattrButton,a.OboleButton").forEach(a => {
if (a.obole) return;
a.obole = 1;
const said = { url: a.href, title: a.title, language: a.lang, description: a.textContent.trim().slice(0, 999) },
rel = (a.getAttribute("rel") || "") + ";" + (a.getAttribute("rev") || "");
if (/^;?flattr;/.test(rel)) rel.replace(/(\w+):([^;]*)/g, (_, k, v) => { said[k] = v; });
for (const { name, value } of a.attributes)
for (const p of [prefix, "data-obole-"]) if (name.startsWith(p)) said[name.slice(p.length)] = value;
mount(said, a, a);
}),

onload = fn => d.readyState == "loading" ? addEventListener("DOMContentLoaded", fn) : fn(),

render = (said, target, how) => {
const a = d.createElement("a"), at = target.nodeType ? target : d.getElementById(target);
a.obole = 1;
at[{ before: "before", replace: "replaceWith" }[how] || "append"](a);
mount({ ...said }, a, a);
};

addEventListener("message", e => {
for (const [f, link, host] of made) if (e.source == f.contentWindow && e.origin == base) {
const m = e.data;
if (m.obole == "ready") {
f.style.cssText = "border:0;vertical-align:middle;color-scheme:light;width:" + +m.w + "px;height:" + +m.h + "px";
link.style.display = "none";
} else host.dispatchEvent(new CustomEvent("obole:" + m.obole, { bubbles: true, detail: { count: m.count } }));
}
});

w.FlattrLoader ||= { setup: scan, render, addLoadEvent: onload };
w.customElements && !customElements.get("obole-button") && customElements.define("obole-button", class extends HTMLElement {
connectedCallback() {
// The parser may not have come to the link inside yet.
onload(() => {
if (this.obole) return;
this.obole = 1;
const said = {};
for (const { name, value } of this.attributes) said[name] = value;
mount(said, this.querySelector("a") || this.appendChild(d.createElement("a")), this);
});
}
});
if (mode == "direct") {
const said = {};
"uid,url,btn=button,hide=hidden,cat=category,tag=tags,lng=language,tle=title,dsc=description".split(",").forEach(x => {
const [k, v] = x.split("=");
said[v || k] = w["flattr_" + k];
});
render(said, d.currentScript, "before");
}
if (mode != "manual" && mode != "direct" && (mode || !/load\.js$/.test(src.pathname))) onload(scan);
})();
