/* Keeps a board fresh: <div data-board-url="..."> holds [data-board-content] and a hidden [data-board-stale].
   Asks every two seconds with the last ETag; after nine seconds without an answer the board says it is old. */
"use strict";
(() => {
  const TIMEOUT_MS = 5000;

  const start = (board) => {
    const url = board.dataset.boardUrl;
    const everyMs = Number(board.dataset.boardEveryMs) || 2000;
    const staleMs = Number(board.dataset.boardStaleMs) || 9000;
    const content = board.querySelector("[data-board-content]");
    const banner = board.querySelector("[data-board-stale]");
    const age = banner && banner.querySelector("[data-board-age]");
    let etag = board.dataset.boardEtag || "";
    let lastAnswerAt = Date.now();
    let isAsking = false;

    const serverTime = (response) => {
      const at = Date.parse(response.headers.get("X-Limen-Now") || "");
      if (!Number.isNaN(at)) document.dispatchEvent(new CustomEvent("limen:server-time", { detail: at }));
    };

    const swap = (html) => {
      const focusedId = content.contains(document.activeElement) ? document.activeElement.id : "";
      const openIds = [...content.querySelectorAll("details[open][id]")].map((element) => element.id);
      content.innerHTML = html;
      openIds.forEach((id) => { const found = document.getElementById(id); if (found) found.open = true; });
      const focused = focusedId && document.getElementById(focusedId);
      if (focused) focused.focus({ preventScroll: true });
      if (window.htmx) window.htmx.process(content);
      document.dispatchEvent(new CustomEvent("limen:board-swapped"));
    };

    const ask = async () => {
      if (isAsking) return;
      isAsking = true;
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
      try {
        const headers = { "X-Requested-With": "limen-board" };
        if (etag) headers["If-None-Match"] = etag;
        const response = await fetch(url, { headers, cache: "no-store", credentials: "same-origin", redirect: "error", signal: stop.signal });
        if (response.status === 200) {
          const html = await response.text();
          etag = response.headers.get("ETag") || "";
          swap(html);
        }
        if (response.status === 200 || response.status === 304) { lastAnswerAt = Date.now(); serverTime(response); }
      } catch (error) {
        // Silence is what the banner reports; the next round asks again.
      } finally {
        clearTimeout(timer);
        isAsking = false;
        judge();
      }
    };

    const judge = () => {
      const silentMs = Date.now() - lastAnswerAt;
      const isStale = silentMs >= staleMs;
      board.classList.toggle("is-stale", isStale);
      if (!banner) return;
      if (age && isStale) age.textContent = String(Math.round(silentMs / 1000));
      if (banner.hidden === isStale) banner.hidden = !isStale;
    };

    setInterval(ask, everyMs);
    setInterval(judge, 1000);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) { judge(); ask(); } });
    window.addEventListener("online", ask);
  };

  document.querySelectorAll("[data-board-url]").forEach(start);
})();
