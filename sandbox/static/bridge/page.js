// What the admin learns of our page (address, title, menu), and ways out of it.

const OF_THE_DOCUMENT = [
  "shop", "host", "embedded", "id_token", "locale", "session", "timestamp", "hmac",
]; // the admin adds these itself when it loads a page
const seen = {};

function tellWhenNew(kind, content) {
  const text = JSON.stringify(content);
  if (seen[kind] === text) return;
  seen[kind] = text;
  tell(kind, content);
}

function tellPlace() {
  const { pathname, searchParams, hash } = new URL(location.href);
  for (const name of OF_THE_DOCUMENT) searchParams.delete(name);
  const rest = searchParams.toString();
  const path = pathname + (rest ? `?${rest}` : "") + hash;
  tellWhenNew("place", { path, title: document.title });
}

function menuLinks() {
  return [...document.querySelectorAll("s-app-nav > s-link, ui-nav-menu > a")].filter((each) =>
    each.hasAttribute("href"),
  );
}

function tellMenu() {
  const links = menuLinks().map((each) => ({
    href: each.getAttribute("href"),
    label: each.textContent.trim(),
    home: each.getAttribute("rel") === "home",
  }));
  if (links.length || seen.menu) tellWhenNew("menu", { links });
}

heard.navigate = async ({ href }) => {
  const link = menuLinks().find((each) => each.getAttribute("href") === href);
  if (!(await mayLeave())) return;
  const target = link ?? Object.assign(document.createElement("a"), { href });
  if (!link) document.body.append(target);
  target.dispatchEvent(new CustomEvent("shopify:navigate", { bubbles: true }));
  if (!link) target.remove();
};

function refresh() {
  tellPlace();
  tellMenu();
  refreshSaveBar();
}

function leavesFrame(url, target) {
  return /^shopify:/i.test(url) || target === "_top" || target === "_parent";
}

const plainOpen = window.open.bind(window);

function bridgedOpen(url, target, ...rest) {
  if (!leavesFrame(String(url), target)) return plainOpen(url, target, ...rest);
  tell("open", { url: absolute(url) });
  return null;
}

function staysHere(link, event) {
  const elsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  const onPage = link.getAttribute("href").startsWith("#");
  return elsewhere || onPage || link.target === "_blank" || link.hasAttribute("download");
}

async function onClick(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || event.button !== 0) return;
  const leaves = leavesFrame(link.getAttribute("href"), link.target);
  if (!leaves && (staysHere(link, event) || !isDirty())) return;
  event.preventDefault();
  event.stopImmediatePropagation(); // htmx must not follow it either, before the answer is there
  if (leaves) tell("open", { url: absolute(link.getAttribute("href")) });
  else if (await mayLeave()) link.click();
}

function watch() {
  for (const name of ["pushState", "replaceState"]) {
    const plain = history[name].bind(history);
    history[name] = (...change) => {
      plain(...change);
      tellPlace();
    };
  }
  window.open = bridgedOpen;
  window.addEventListener("popstate", tellPlace);
  window.addEventListener("hashchange", tellPlace);
  document.addEventListener("click", onClick, true);
  document.addEventListener("DOMContentLoaded", refresh);
  new MutationObserver(refresh).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributeFilter: ["value", "checked", "selected", "disabled", "href", "rel", "data-save-bar"],
  });
}

const sheet = new CSSStyleSheet(); // allowed under any Content-Security-Policy
sheet.replaceSync(`
  s-app-nav, ui-nav-menu, ui-save-bar, ui-modal, ui-title-bar { display: none }
  dialog > ui-modal, ui-modal > ui-title-bar { display: block }
  ui-modal > ui-title-bar::before { content: attr(title); display: block; font-weight: 600 }
`);
document.adoptedStyleSheets.push(sheet);
if (framed && !query.has("shopify-reload")) watch();
