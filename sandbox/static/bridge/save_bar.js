// The save bar: shown by the admin while a form[data-save-bar] differs from what the server sent,
// or while the page shows a ui-save-bar.

let shown = null; // the ui-save-bar that the page shows
let barState = "";

function differs(control) {
  if (control.disabled) return false;
  if (control instanceof HTMLSelectElement) return selectDiffers(control);
  if (control.type === "checkbox" || control.type === "radio") {
    return control.checked !== control.defaultChecked;
  }
  if (control.type === "file") return control.files.length > 0;
  if (!("defaultValue" in control)) return false;
  const untouched = control.cloneNode(); // the browser corrects what a range or a number may hold
  untouched.value = control.defaultValue;
  return control.value !== untouched.value;
}

function selectDiffers(select) {
  const options = [...select.options];
  const chosen = options.filter((each) => each.defaultSelected);
  const first = options.find((each) => !each.disabled);
  const before = chosen.length || select.multiple || !first ? chosen : [first];
  return options.some((each) => each.selected !== before.includes(each));
}

function dirtyForms() {
  return [...document.querySelectorAll("form[data-save-bar]")].filter((form) =>
    [...form.elements].some(differs),
  );
}

function isDirty() {
  return Boolean(shown) || dirtyForms().length > 0;
}

function refreshSaveBar() {
  if (shown && !shown.isConnected) shown = null;
  const forms = dirtyForms();
  const confirms =
    forms.some((each) => each.hasAttribute("data-discard-confirmation")) ||
    Boolean(shown?.hasAttribute("discardConfirmation"));
  const state = { shown: Boolean(shown) || forms.length > 0, confirms };
  if (JSON.stringify(state) === barState) return;
  barState = JSON.stringify(state);
  tell("saveBar", state);
}

heard.save = () => {
  if (shown) shown.querySelector('button[variant="primary"]')?.click();
  for (const form of dirtyForms()) form.requestSubmit();
};

heard.discard = discard;

function discard() {
  if (shown) shown.querySelector("button:not([variant])")?.click();
  for (const form of dirtyForms()) form.reset();
  refreshSaveBar();
}

// True when the page may be left: nothing is unsaved, or the merchant gives it up.
async function mayLeave() {
  if (!isDirty()) return true;
  if (!(await ask("leave"))) return false;
  discard();
  shown = null;
  refreshSaveBar();
  return true;
}

function bar(id) {
  const found = document.getElementById(id);
  if (found?.localName !== "ui-save-bar") throw new Error(`There is no ui-save-bar ${id}.`);
  return found;
}

const saveBar = {
  async show(id) {
    shown = bar(id);
    refreshSaveBar();
  },
  async hide(id) {
    if (shown === bar(id)) shown = null;
    refreshSaveBar();
  },
  async toggle(id) {
    return shown === bar(id) ? saveBar.hide(id) : saveBar.show(id);
  },
  // Resolves when the page may be left, and never when the merchant stays.
  async leaveConfirmation() {
    if (!(await mayLeave())) await new Promise(() => {});
  },
};

document.addEventListener("input", refreshSaveBar);
document.addEventListener("change", refreshSaveBar);
document.addEventListener("reset", () => setTimeout(refreshSaveBar)); // after the values went back
