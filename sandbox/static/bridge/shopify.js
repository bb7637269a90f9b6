// The object that pages use: window.shopify.

let toasts = 0;

const toast = {
  show(message, { isError = false, duration = 5000 } = {}) {
    const id = `toast-${++toasts}`;
    tell("toast", { id, message: String(message), isError, duration });
    return id;
  },
  hide(id) {
    tell("hideToast", { id });
  },
};

// A ui-modal stays in our document, on top of it, and the admin dims what is around us.
function dialogOf(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`There is no modal ${id}.`);
  const dialog = found.closest("dialog");
  if (dialog) return dialog;
  const wrap = document.createElement("dialog");
  wrap.ariaLabel = found.querySelector("ui-title-bar")?.getAttribute("title") ?? document.title;
  wrap.addEventListener("close", () => wrap.replaceWith(found));
  found.replaceWith(wrap);
  wrap.append(found);
  return wrap;
}

const modal = {
  async show(id) {
    const dialog = dialogOf(id);
    if (dialog.open) return;
    const closed = () => {
      tell("modal", { shown: false });
      document.getElementById(id)?.dispatchEvent(new Event("hide"));
    };
    dialog.addEventListener("close", closed, { once: true });
    dialog.showModal();
    tell("modal", { shown: true });
    document.getElementById(id).dispatchEvent(new Event("show"));
  },
  async hide(id) {
    const dialog = document.getElementById(id)?.closest("dialog");
    if (dialog?.open) dialog.close();
  },
  async toggle(id) {
    const open = document.getElementById(id)?.closest("dialog")?.open;
    return open ? modal.hide(id) : modal.show(id);
  },
};

const scopes = {
  query: () => ask("scopesQuery"),
  request: (wanted) => ask("scopesRequest", { scopes: wanted }),
  revoke: (unwanted) => ask("scopesRevoke", { scopes: unwanted }),
};

window.shopify = {
  config,
  idToken,
  toast,
  modal,
  saveBar,
  scopes,
  loading: (on = true) => tell("loading", { on: Boolean(on) }),
};
