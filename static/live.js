/* Live pages: one socket per tab that says which topics changed; the page then fetches the fragment
 * it would have polled anyway.
 *
 * An element takes part with
 *     <div data-live-topic="pricing.42" hx-get="…" hx-trigger="live, every 5s" hx-swap="outerHTML">
 * "live" is triggered here; "every 5s" is htmx's own polling. It is one mechanism with two speeds:
 * while the socket listens, a poll is let through once in SLOW seconds per topic (a push may be
 * lost); without a socket every poll goes through; in a hidden tab none does, and all elements are
 * refreshed when the tab is looked at again.
 *
 * The page says where the socket is and whose topics these are, on the body or in meta tags:
 *     <body data-live-url="wss://host" data-shop="<uuid>">
 *     <meta name="live-url" content="wss://host"><meta name="live-shop" content="<uuid>">
 * Without an address the page's own origin is taken. Without a shop nothing is opened.
 */
(() => {
  "use strict";

  const SLOW = 30;               // seconds between two polls of a topic while the socket listens
  const SILENT = 60;             // seconds without a word after which the socket counts as dead
  const FIRST = 1, LONGEST = 60; // seconds before coming back, doubled each time, with full jitter
  const FINAL = new Set([4400, 4401, 4404, 4429, 1009]); // coming back would not help: polling does

  let socket = null, listening = false, tries = 0, sent = "", heardAt = 0, timer = null;
  const refreshedAt = new Map(); // topic -> when a request for it was last let through

  const setting = (data, meta) =>
    document.body.dataset[data] || document.querySelector(`meta[name="${meta}"]`)?.content || "";
  const elements = () => [...document.querySelectorAll("[data-live-topic]")];
  const topics = () => [...new Set(elements().map((each) => each.dataset.liveTopic))].sort();

  function address() {
    const given = setting("liveUrl", "live-url");
    const own = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}`;
    return `${(given || own).replace(/\/+$/, "")}/ws/live/`;
  }

  function refresh(topic) {
    for (const element of elements()) {
      if (topic === undefined || element.dataset.liveTopic === topic) {
        window.htmx?.trigger(element, "live");
      }
    }
  }

  function ask() {
    if (socket?.readyState !== WebSocket.OPEN) return;
    const wish = JSON.stringify({ shop: setting("shop", "live-shop"), topics: topics() });
    if (wish !== sent) {
      sent = wish;
      socket.send(wish);
    }
  }

  function open() {
    timer = null;
    if (socket || !setting("shop", "live-shop") || !elements().length) return;
    const mine = new WebSocket(address());
    socket = mine;
    heardAt = Date.now();
    mine.onopen = () => { sent = ""; ask(); };
    mine.onmessage = ({ data }) => {
      heardAt = Date.now();
      const told = JSON.parse(data);
      if (told.topic !== undefined) {
        if (!document.hidden) refresh(told.topic);
      } else if (told.beat !== undefined) {
        mine.send('{"beat":1}');
      } else if (told.listening !== undefined) {
        const again = tries > 0;
        tries = 0;
        listening = true;
        document.documentElement.dataset.live = "on";
        if (again) refresh(); // what changed while nobody listened
      }
    };
    mine.onclose = ({ code }) => {
      if (socket !== mine) return;
      socket = null;
      listening = false;
      document.documentElement.dataset.live = "off";
      if (FINAL.has(code)) return;
      tries += 1;
      const most = Math.min(LONGEST, FIRST * 2 ** tries);
      timer = setTimeout(open, Math.random() * most * 1000);
    };
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    const topic = event.target.dataset?.liveTopic;
    if (topic === undefined) return;
    const isPoll = !event.detail.requestConfig?.triggeringEvent;
    const last = refreshedAt.get(topic) ?? 0;
    if (isPoll && (document.hidden || (listening && Date.now() - last < SLOW * 1000))) {
      event.preventDefault();
      return;
    }
    refreshedAt.set(topic, Date.now());
  });

  // Fragments come and go: listen to what is on the page now.
  document.addEventListener("htmx:afterSettle", () => (socket ? ask() : timer || open()));
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    if (!socket) {
      clearTimeout(timer);
      open();
    }
    refresh();
  });
  setInterval(() => {
    if (socket && Date.now() - heardAt > SILENT * 1000) socket.close();
  }, 10_000);
  window.addEventListener("pagehide", () => socket?.close());
  window.addEventListener("pageshow", (event) => event.persisted && !socket && open());

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", open);
  else open();
})();
