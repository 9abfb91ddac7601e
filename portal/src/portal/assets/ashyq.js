// Small comforts; every page works without them.
"use strict";
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-busy", "true");
  });
}
for (const field of document.querySelectorAll("textarea[maxlength]")) {
  const told = document.getElementById(field.id + "-left");
  if (!told) continue;
  const tell = () => { told.textContent = String(field.maxLength - field.value.length); };
  field.addEventListener("input", tell);
  tell();
}
for (const choice of document.querySelectorAll("select[data-sends]")) {
  choice.addEventListener("change", () => choice.form.requestSubmit());
}
for (const button of document.querySelectorAll("[data-prints]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
