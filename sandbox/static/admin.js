// Every page of the admin: the menu on a small screen, and the language.
"use strict";

document.getElementById("menu").addEventListener("click", ({ currentTarget: menu }) => {
  menu.ariaExpanded = String(menu.ariaExpanded !== "true");
});

document.getElementById("languages").addEventListener("submit", ({ currentTarget: form }) => {
  form.elements.back.value = location.pathname + location.search;
});
