// Arms the form that gives or takes back: only what a person does on a page that was in front
// of them for a moment counts; no held key, no second half of a double click.
// short: armed=A began=B timer=T arm=M form=F name=N
(() => {
const d = document, r = d.body.dataset;
d.querySelectorAll("form[data-armed]").forEach(form => {
const b = form.querySelector("button");
let armed = 0, began = 0, timer;
const arm = () => {
clearTimeout(timer);
armed = began = 0;
b.ariaDisabled = true;
if (!d.hidden && d.hasFocus()) timer = setTimeout(() => {
armed = 1;
b.ariaDisabled = null;
}, 800);
};
for (const name of ["focus", "blur", "pageshow", "visibilitychange"]) addEventListener(name, arm);
b.addEventListener("pointerdown", e => { began = armed && e.isTrusted });
b.addEventListener("keydown", e => { began = armed && e.isTrusted && !e.repeat });
form.addEventListener("submit", e => {
if (!began) e.preventDefault();
began = 0;
});
arm();
});
// The answer goes to the frame that opened this window, if it is ours, and to nobody else.
// Where nothing was given, the window stays: it says how to mend that.
if (r.n && opener) {
addEventListener("message", e => {
if (r.on == 1 && e.origin == origin && e.source == opener && e.data.ack == r.n) close();
});
opener.postMessage({ n: r.n, on: r.on == 1, count: r.count && +r.count, text: r.text, code: r.code }, origin);
}
})();
