// What every page has beyond HTML and CSS; each page works without it.
"use strict";

const PATIENCE_MS = 10000;

// A form is sent once: its buttons rest until an answer comes (the hidden `once` key keeps a second sending harmless too).
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("form[data-once]")) {
    return;
  }
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // Not before the browser has read which button was pressed.
  setTimeout(() => rest(form, true));
  // Where no answer ever comes (the reader stopped it, the network went), the page is not to stay dead.
  setTimeout(() => rest(form, false), PATIENCE_MS);
});

// Back from the next page, or from htmx: the form may be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-once]").forEach((form) => rest(form, false));
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form[data-once]");
  if (form) {
    rest(form, false);
  }
});

// Who sent a form with mistakes hears them first.
document.addEventListener("DOMContentLoaded", () => showMistakes(document));
document.addEventListener("htmx:afterSettle", (event) => showMistakes(event.target));

// A part of the page that changed elsewhere is not read anew while somebody writes in it, but once they are done.
document.addEventListener("htmx:beforeRequest", (event) => {
  const part = event.target;
  if (part.matches("[hx-trigger*='sse:']") && isWrittenIn(part)) {
    event.preventDefault();
    part.dataset.waits = "yes";
  }
});
for (const moment of ["focusout", "toggle"]) {
  // Not at once: the focus may only be on its way to the next field.
  document.addEventListener(moment, () => setTimeout(readWhatWaits), true);
}

function readWhatWaits() {
  for (const part of document.querySelectorAll("[data-waits]")) {
    if (!isWrittenIn(part)) {
      delete part.dataset.waits;
      const select = part.getAttribute("hx-select") ?? undefined;
      htmx.ajax("GET", part.getAttribute("hx-get"), { source: part, target: part, swap: "outerHTML", select });
    }
  }
}

function isWrittenIn(part) {
  return part.querySelector("details.act[open]") !== null || part.querySelector("input:focus, textarea:focus, select:focus") !== null;
}

function rest(form, resting) {
  if (!resting) {
    delete form.dataset.sent;
  }
  for (const button of form.querySelectorAll("button:not([type=button]), input[type=submit]")) {
    if (resting !== (button.dataset.resting === "yes")) {
      button.dataset.resting = resting ? "yes" : "";
      button.disabled = resting;
    }
  }
}

function showMistakes(part) {
  const summary = part.matches?.(".errors") ? part : part.querySelector?.(".errors");
  if (summary) {
    summary.setAttribute("tabindex", "-1");
    summary.querySelectorAll('a[href^="#"]').forEach(nameField);
    summary.focus();
  }
}

// «Give at least 1» says more with its field's label before it; each stands beside its field besides.
function nameField(link) {
  const field = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  const label = field?.labels?.[0] ?? field?.querySelector("legend");
  if (label && !link.dataset.named) {
    link.dataset.named = "yes";
    link.prepend(`${label.firstChild.textContent.trim()} – `);
  }
}
