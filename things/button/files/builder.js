// Shows markup and preview while one types, and copies; without it the form's own button does.
(() => {
const form = document.getElementById("builder"), made = document.getElementById("built"), texts = made.dataset;
let timer, last;
const copying = () => made.querySelectorAll("pre").forEach(pre => {
const button = document.createElement("button");
button.className = "secondary";
button.textContent = texts.copy;
button.setAttribute("aria-describedby", pre.getAttribute("aria-labelledby"));
button.onclick = async () => {
await navigator.clipboard.writeText(pre.textContent);
button.textContent = texts.copied;
setTimeout(() => { button.textContent = texts.copy }, 3000);
};
if (navigator.clipboard) pre.after(button);
}),
show = async () => {
const query = new URLSearchParams(new FormData(form)).toString();
if (query == last) return;
last = query;
const page = await (await fetch("?" + query)).text();
if (query != last) return;
const built = new DOMParser().parseFromString(page, "text/html").getElementById("built");
made.replaceChildren(...built.childNodes);
history.replaceState(null, "", "?" + query);
copying();
};
form.addEventListener("input", () => {
clearTimeout(timer);
timer = setTimeout(show, 300);
});
copying();
})();
