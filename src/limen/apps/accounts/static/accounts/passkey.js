/* When a passkey prompt is closed or fails, the page says so. */
"use strict";
document.addEventListener("allauth.error", () => {
  document.querySelectorAll("[data-passkey-trouble]").forEach((element) => {
    element.hidden = false;
    element.scrollIntoView({ block: "nearest" });
  });
});
