// Tells the loader how much room the explanation needs, once the browser laid it out.
onload = () => {
const r = document.body.getBoundingClientRect();
parent.postMessage({ w: Math.ceil(r.width), h: Math.ceil(r.height) }, "*");
};
