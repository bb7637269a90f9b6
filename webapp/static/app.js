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
  const said = document.querySelector("[role=alert], [role=status]");
  const main = document.getElementById("main");
  if (event.target === document.body && main) (said || main).focus({ preventScroll: true });
});

// Success is told by a toast; whatever went wrong stands in the page.
document.addEventListener("sluice:toast", (event) => {
  window.shopify?.toast.show(event.detail.value ?? event.detail.message);
});
