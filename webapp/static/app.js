// The admin's own navigation, told to us by App Bridge, goes through htmx: a full page load inside
// the frame would carry no ID token.
document.addEventListener("shopify:navigate", (event) => {
  const href = event.target.getAttribute("href");
  htmx.ajax("GET", href, { target: "body", swap: "outerHTML", push: href });
});

// The locale comes with the first document only; every fetch names it again.
document.addEventListener("htmx:config:request", (event) => {
  event.detail.ctx.request.headers["X-Locale"] = document.documentElement.lang;
});

// After a swap the keyboard and the screen reader stand at the new page, not where the link was.
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx.target === TROUBLE) return focusTrouble();
  if (event.target !== document.body) return;
  const said = document.querySelector("[role=alert][tabindex], [role=status][tabindex]");
  const wrong = said ?? document.querySelector("[aria-invalid=true]");
  if (wrong) wrong.focus();
  else document.getElementById("main")?.focus({ preventScroll: true });
});

// A form that was refused shows what was typed, and it is still unsaved: let the browser know what
// is saved (``data-saved``), and App Bridge, which keeps the save bar, that something is not.
document.addEventListener("htmx:after:swap", () => {
  for (const field of document.querySelectorAll("[data-saved]")) {
    const saved = field.dataset.saved;
    const { value, checked } = field;
    if (field.type === "checkbox") field.defaultChecked = saved.toLowerCase() === "true";
    else if (field.options) for (const each of field.options) each.defaultSelected = each.value === saved;
    else field.defaultValue = saved;
    Object.assign(field, field.type === "checkbox" ? { checked } : { value });
    field.removeAttribute("data-saved");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
});

// What is discarded takes along what was said of it.
document.addEventListener("reset", ({ target }) => {
  for (const said of target.querySelectorAll("[role=alert]")) said.remove();
  for (const said of target.querySelectorAll(".effect")) said.replaceChildren();
  for (const field of target.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
});

// Success is told by a toast; whatever went wrong stands in the page.
document.addEventListener("sluice:toast", (event) => {
  window.shopify?.toast.show(event.detail.value ?? event.detail.message);
});

// One box chooses all that are on the page.
document.addEventListener("change", (event) => {
  const name = event.target.dataset?.selects;
  if (!name) return;
  for (const box of event.target.form.elements) {
    if (box.name === name && box.type === "checkbox") box.checked = event.target.checked;
  }
});

// What failed is told above the page as it stands. Only what this app says itself gets in: an answer
// of somebody on the way would take the place of what was typed.
const TROUBLE = "#trouble";
function focusTrouble() {
  document.querySelector(`${TROUBLE} [role=alert]`)?.focus();
}
function tellTrouble(banner) {
  document.querySelector(TROUBLE).replaceChildren(banner);
  focusTrouble();
}
function tellNoAnswer() {
  tellTrouble(document.getElementById("no-answer").content.cloneNode(true));
}
document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx) tellNoAnswer();
});
document.addEventListener("htmx:before:response", (event) => {
  const { headers, status } = event.detail.ctx.response;
  if (status < 500 || headers.has("HX-Retarget")) return;
  event.preventDefault();
  tellNoAnswer();
});

// A file is fetched, because only a fetch carries the ID token, and then saved.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-download]");
  if (!link) return;
  event.preventDefault();
  download(link.href, link.download);
});
document.addEventListener("submit", (event) => {
  const form = event.target.closest?.("form[data-download]");
  if (!form) return;
  event.preventDefault();
  download(form.action, form.dataset.download, { method: "POST", body: new URLSearchParams(new FormData(form)) });
});
async function download(address, name, more = {}) {
  const headers = { "HX-Request": "true", "HX-Request-Type": "partial", "X-Locale": document.documentElement.lang };
  try {
    const answer = await fetch(address, { ...more, headers });
    if (!answer.ok) return await refused(answer);
    const whole = await answer.blob();
    const [, brokenOff] = (await whole.slice(-5000).text()).split("\0"); // it began well and then failed
    if (brokenOff) return tellTrouble(fragment(brokenOff));
    const file = URL.createObjectURL(whole);
    const save = Object.assign(document.createElement("a"), { href: file, download: name });
    save.click();
    setTimeout(() => URL.revokeObjectURL(file), 60000);
  } catch {
    tellNoAnswer();
  }
}
async function refused(answer) {
  if (!answer.headers.has("HX-Retarget")) return tellNoAnswer();
  tellTrouble(fragment(await answer.text()));
}
function fragment(html) {
  const told = document.createElement("template");
  told.innerHTML = html;
  return told.content;
}
