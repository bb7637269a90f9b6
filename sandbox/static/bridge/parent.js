// The line to the admin that frames us: what we tell it, what we ask it, what it tells us.

const script = document.currentScript;
const apiKey =
  document.querySelector('meta[name="shopify-api-key"]')?.content || script.dataset.apiKey;
if (document.scripts[0] !== script || script.async || script.defer || script.type === "module") {
  throw new Error("App Bridge must be the first script, without async, defer or type=module.");
}
if (!apiKey) {
  throw new Error('App Bridge needs <meta name="shopify-api-key"> before it, or data-api-key.');
}

const query = new URLSearchParams(location.search);
const config = {
  apiKey,
  shop: query.get("shop") ?? "",
  host: query.get("host") ?? "",
  locale: query.get("locale") ?? "en",
};

const framed = window.parent !== window;
const ADMIN = /^https?:\/\/([a-z0-9-]+\.myshopify\.com(\.localhost)?|admin\.shopify\.com)(:\d+)?$/;
let admin = ""; // origin of the parent, once it has shown itself
let questions = 0;
const waiting = new Map(); // question -> {resolve, reject}
const heard = {}; // kind of message -> what we do about it

let welcome;
const welcomed = new Promise((resolve) => {
  welcome = resolve;
});

heard.welcome = (message) => {
  Object.assign(config, message.config);
  welcome();
};

async function tell(kind, content = {}) {
  await welcomed;
  window.parent.postMessage({ ...content, kind }, admin);
}

async function ask(kind, content = {}) {
  if (!framed) throw new Error("The app is not open in the admin.");
  const question = ++questions;
  const answer = new Promise((resolve, reject) => waiting.set(question, { resolve, reject }));
  await tell(kind, { ...content, question });
  return answer;
}

heard.answer = ({ question, value, error }) => {
  const { resolve, reject } = waiting.get(question);
  waiting.delete(question);
  if (error) reject(new Error(error));
  else resolve(value);
};

window.addEventListener("message", ({ source, origin, data }) => {
  if (source !== window.parent || !ADMIN.test(origin) || (admin && origin !== admin)) return;
  if (!Object.hasOwn(heard, data?.kind)) return;
  admin = origin;
  heard[data.kind](data);
});

// Said to whoever is there, as we do not know them yet; it holds nothing to keep secret.
if (framed) window.parent.postMessage({ kind: "hello" }, "*");
