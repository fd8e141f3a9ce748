// Shows markup and preview while one types; without it the form's own button does.
(() => {
const form = document.getElementById("builder");
let timer, last;
const show = async () => {
const query = new URLSearchParams(new FormData(form)).toString();
if (query == last) return;
last = query;
const page = await (await fetch("?" + query)).text();
if (query != last) return;
const built = new DOMParser().parseFromString(page, "text/html").getElementById("built");
document.getElementById("built").replaceChildren(...built.childNodes);
};
form.addEventListener("input", () => {
clearTimeout(timer);
timer = setTimeout(show, 300);
});
})();
