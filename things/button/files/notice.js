// Tells the loader how much room the explanation needs.
const r = document.body.getBoundingClientRect();
parent.postMessage({ obole: "ready", w: Math.ceil(r.width), h: Math.ceil(r.height) }, "*");
