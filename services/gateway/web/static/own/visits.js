// Find a visit: a filter that is wrong, or right again, says so to whoever cannot see its colour.
"use strict";

document.addEventListener("htmx:oobAfterSwap", (event) => {
  const place = event.detail.target;
  if (place.id.endsWith("-error")) {
    const field = document.getElementById(place.id.slice(0, -"-error".length));
    if (place.textContent.trim()) {
      field?.setAttribute("aria-invalid", "true");
    } else {
      field?.removeAttribute("aria-invalid");
    }
  }
});
