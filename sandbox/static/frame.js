// The page that frames an app: its menu, the save bar, toasts and questions.
"use strict";

const byId = (id) => document.getElementById(id);
const frame = byId("app");
const { key, url, shop, host, locale } = frame.dataset;
const app = new URL(url);
const base = app.pathname.replace(/\/$/, "");
const home = `/admin/apps/${encodeURIComponent(key)}`;
const bridge = `/admin/bridge/${encodeURIComponent(key)}`;
let dirty = false;
let confirms = false;
let connected = false; // the page in the frame has an App Bridge
let greeted = false;

const post = (kind, content = {}) =>
  frame.contentWindow.postMessage({ ...content, kind }, app.origin);

const acts = {
  hello() {
    greeted = connected = true;
    setSaveBar({ shown: false, confirms: false });
    acts.loading({ on: false });
    acts.modal({ shown: false });
    post("welcome", { config: { apiKey: key, shop, host, locale } });
  },
  idToken: () => ask(`${bridge}/id-token`, {}),
  place({ path, title }) {
    const below = path.startsWith(base) ? path.slice(base.length) : path;
    history.replaceState(null, "", home + (below === "/" ? "" : below.replace(/^\/(?=[?#])/, "")));
    byId("title").textContent = title || frame.title;
    document.title = `${title || frame.title} · ${document.querySelector(".shop").textContent}`;
    markCurrent();
  },
  menu: ({ links }) => showMenu(links),
  saveBar: setSaveBar,
  leave: () => confirmed("ask-leave"),
  toast: showToast,
  hideToast: ({ id }) => document.querySelector(`[data-toast="${CSS.escape(id)}"]`)?.remove(),
  loading({ on }) {
    byId("loading").hidden = !on;
  },
  modal({ shown }) {
    document.body.classList.toggle("dimmed", shown);
  },
  async open({ url: wanted }) {
    const target = adminUrl(wanted);
    if (!target || (dirty && !(await confirmed("ask-leave")))) return;
    dirty = false;
    location.assign(target);
  },
  scopesQuery: () => ask(`${bridge}/scopes`),
  scopesRequest,
  async scopesRevoke({ scopes }) {
    return { detail: await ask(`${bridge}/scopes`, { revoke: scopes }) };
  },
};

function setSaveBar(state) {
  ({ shown: dirty, confirms } = state);
  byId("save-bar").hidden = !dirty;
}

async function scopesRequest({ scopes }) {
  const list = byId("ask-scopes").querySelector("ul");
  list.replaceChildren(...scopes.map((each) => element("li", { textContent: each })));
  const agreed = await confirmed("ask-scopes");
  const detail = await ask(`${bridge}/scopes`, agreed ? { grant: scopes } : undefined);
  return { result: agreed ? "granted-all" : "declined-all", detail };
}

function showMenu(links) {
  const first = links.find((each) => each.home);
  byId("home").dataset.href = first?.href ?? `${base}/`;
  const items = links.filter((each) => !each.home).map(({ href, label }) => {
    const link = element("a", { textContent: label, href: placeOf(href) });
    link.dataset.href = href;
    return link;
  });
  byId("links").replaceChildren(...items.map((each) => element("li", {}, each)));
  markCurrent();
}

function placeOf(href) {
  const { pathname, search } = new URL(href, app);
  const below = pathname.startsWith(base) ? pathname.slice(base.length) : pathname;
  return home + (below === "/" ? "" : below) + search;
}

function markCurrent() {
  for (const link of byId("side").querySelectorAll("[data-href]")) {
    const current = new URL(link.href).pathname === location.pathname;
    if (current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

byId("side").addEventListener("click", (event) => {
  const link = event.target.closest("[data-href]");
  if (!link || !connected || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  byId("menu").ariaExpanded = "false";
  post("navigate", { href: link.dataset.href });
});

byId("save").addEventListener("click", () => post("save"));
byId("discard").addEventListener("click", async () => {
  if (!confirms || (await confirmed("ask-discard"))) post("discard");
});

window.addEventListener("beforeunload", (event) => {
  if (dirty) event.preventDefault();
});

frame.addEventListener("load", () => {
  connected = greeted;
  greeted = false;
  if (!connected) setSaveBar({ shown: false, confirms: false });
});

window.addEventListener("message", async ({ source, origin, data }) => {
  if (source !== frame.contentWindow || origin !== app.origin) return;
  if (!Object.hasOwn(acts, data?.kind)) return;
  const answer = await outcome(() => acts[data.kind](data));
  if (data.question) post("answer", { question: data.question, ...answer });
});

frame.src = frame.dataset.source; // only now: the page in it says hello at once

async function outcome(act) {
  try {
    return { value: await act() };
  } catch (error) {
    return { error: error.message };
  }
}

// GET without a body, POST with one; the answer's JSON.
async function ask(path, body) {
  const post = { method: "POST", headers: { "Content-Type": "application/json" } };
  const response = await fetch(path, body ? { ...post, body: JSON.stringify(body) } : {});
  if (!response.ok) throw new Error((await response.text()).trim());
  return response.json();
}

// shopify://admin/products leads to a page of this admin; elsewhere only by HTTP.
function adminUrl(wanted) {
  const inside = /^shopify:(?:\/\/)?admin(\/.*)?$/i.exec(wanted);
  if (inside) return `/admin${inside[1] ?? ""}`;
  return /^https?:/i.test(wanted) ? wanted : null;
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function confirmed(id) {
  const dialog = byId(id);
  if (dialog.open) return Promise.resolve(false);
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

function showToast({ id, message, isError, duration }) {
  const close = element("button", { type: "button", textContent: "×" });
  close.ariaLabel = byId("toasts").dataset.close;
  const toast = element("p", { className: isError ? "toast error" : "toast" }, message, close);
  toast.dataset.toast = id;
  close.addEventListener("click", () => toast.remove());
  byId("toasts").append(toast);
  setTimeout(() => toast.remove(), duration);
}
