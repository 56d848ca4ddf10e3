/* Small helps for every page. Nothing here is needed to read, answer or send a form. */
"use strict";
(() => {
  const doc = document;

  // htmx requests carry the same token a form would.
  doc.addEventListener("htmx:configRequest", (event) => {
    const form = event.target.closest && event.target.closest("form");
    const input = form && form.querySelector("[name=csrfmiddlewaretoken]");
    const meta = doc.querySelector('meta[name="limen-csrf"]');
    const token = input ? input.value : meta && meta.content;
    if (token) event.detail.headers["X-CSRFToken"] = token;
  });

  // The error summary takes the focus, so that it is read out first.
  const focusSummary = (root) => {
    const summary = root.querySelector("[data-error-summary]");
    if (summary && !summary.closest(".specimen")) summary.focus();
  };
  focusSummary(doc);
  doc.addEventListener("htmx:afterSwap", (event) => focusSummary(event.target));
  doc.addEventListener("click", (event) => {
    const link = event.target.closest("[data-error-summary] a");
    const field = link && doc.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    (field.closest(".field") || field).scrollIntoView();
    field.focus({ preventScroll: true });
  });

  // A second press within two seconds is taken for a tremor, not a wish; the form stays editable.
  const HOLD_MS = 2000;
  const sentAt = new WeakMap();
  doc.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "get" || form.hasAttribute("data-allow-repeat")) return;
    const now = Date.now();
    if (now - (sentAt.get(form) || 0) < HOLD_MS) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    sentAt.set(form, now);
    const button = event.submitter;
    if (!button) return;
    button.dataset.busy = "";
    setTimeout(() => { delete button.dataset.busy; }, HOLD_MS);
  }, true);

  // Colours: follow the system unless this device says otherwise.
  const THEMES = ["light", "dark", "dim"];
  const switches = doc.querySelectorAll("[data-theme-switch]");
  const chosen = (doc.cookie.match(/(?:^|; )limen_theme=(light|dark|dim)/) || [])[1];
  if (chosen && doc.documentElement.dataset.theme !== chosen) doc.documentElement.dataset.theme = chosen;
  const mark = () => {
    const current = doc.documentElement.dataset.theme || "";
    doc.querySelectorAll("[data-theme-set]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.themeSet === current));
    });
  };
  doc.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-set]");
    if (!button) return;
    const theme = button.dataset.themeSet;
    if (THEMES.includes(theme)) doc.documentElement.dataset.theme = theme;
    else delete doc.documentElement.dataset.theme;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    doc.cookie = `limen_theme=${theme}; Path=/; Max-Age=${theme ? 31536000 : 0}; SameSite=Lax${secure}`;
    mark();
  });
  switches.forEach((element) => { element.hidden = false; });
  mark();

  doc.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
})();
