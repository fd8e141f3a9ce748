// Tells the loader how much room the explanation needs.
const r = document.body.getBoundingClientRect();
parent.postMessage({ w: Math.ceil(r.width), h: Math.ceil(r.height) }, "*");
