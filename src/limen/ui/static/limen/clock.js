/* Counts towards and past due times. Times are judged on the server's clock: the offset is measured
   when the page arrives and again with every board answer ("limen:server-time"). */
"use strict";
(() => {
  const SOON_MS = 2 * 60 * 1000;
  const meta = document.querySelector('meta[name="limen-now"]');
  let offsetMs = meta ? Date.parse(meta.content) - Date.now() : 0;
  if (Number.isNaN(offsetMs)) offsetMs = 0;
  document.addEventListener("limen:server-time", (event) => { offsetMs = event.detail - Date.now(); });

  const spell = (ms) => {
    const minutes = Math.floor(ms / 60000);
    if (minutes < 1) return "under 1 min";
    if (minutes < 60) return `${minutes} min`;
    const hours = Math.floor(minutes / 60);
    if (hours < 48) return `${hours} h ${minutes % 60} min`;
    return `${Math.floor(hours / 24)} days`;
  };

  const announce = (text) => {
    const region = document.getElementById("limen-announce");
    if (region) region.textContent = text;
  };

  const showDue = (element, now) => {
    const leftMs = Date.parse(element.dataset.dueAt) - now;
    if (Number.isNaN(leftMs)) return;
    const isOver = leftMs < 0;
    const text = isOver ? `overdue by ${spell(-leftMs)}` : `due in ${spell(leftMs)}`;
    const target = element.querySelector("[data-due-text]") || element;
    if (target.textContent !== text) target.textContent = text;
    const wasOver = element.classList.contains("due-over");
    element.classList.toggle("due-over", isOver);
    element.classList.toggle("due-soon", !isOver && leftMs < SOON_MS);
    if (isOver && !wasOver) announce(`${element.dataset.dueLabel || ""} ${text}`.trim());
  };

  const showElapsed = (element, now) => {
    const passedMs = now - Date.parse(element.dataset.since);
    if (Number.isNaN(passedMs)) return;
    const text = spell(Math.max(0, passedMs));
    if (element.textContent !== text) element.textContent = text;
  };

  const tick = () => {
    const now = Date.now() + offsetMs;
    document.querySelectorAll("[data-due-at]").forEach((element) => showDue(element, now));
    document.querySelectorAll("[data-since]").forEach((element) => showElapsed(element, now));
  };
  tick();
  setInterval(tick, 1000);
  document.addEventListener("limen:board-swapped", tick);
})();
