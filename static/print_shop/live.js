/* Learn when something changed: by the live socket where the page has a ticket for it, and by
 * asking every few seconds where not, or while the socket is away.
 *
 *   const stop = watch({ topics, ticket, every: 3, look });
 * `look()` is called after each push and each pause; it returns false when there is nothing more to
 * wait for. In a hidden tab nothing is asked. */

const LONGEST = 20; // seconds between two looks; a page that waits long asks more rarely
const SLOW = 30; // seconds while the socket listens: a push may be lost

export function watch({ topics, ticket = "", every = 3, look }) {
  let ended = false, timer = null, socket = null, listening = false, pause = every, busy = false;
  let again = false;

  async function once() {
    clearTimeout(timer);
    if (ended) return;
    if (busy) { again = true; return; }
    busy = true;
    let more = true;
    try {
      if (!document.hidden) more = (await look()) !== false;
    } catch {
      pause = Math.min(LONGEST, pause * 1.5); // no answer: ask again, more patiently
    }
    busy = false;
    if (!more) return stop();
    if (again) { again = false; return void once(); }
    pause = Math.min(LONGEST, pause * 1.1);
    timer = setTimeout(once, (listening ? SLOW : pause) * 1000);
  }

  function open() {
    if (ended || !ticket) return;
    const own = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}`;
    const base = (document.body.dataset.liveUrl || own).replace(/\/+$/, "");
    try {
      socket = new WebSocket(`${base}/ws/live/`);
    } catch {
      return; // polling does
    }
    const mine = socket;
    mine.onopen = () => mine.send(JSON.stringify({ ticket }));
    mine.onmessage = ({ data }) => {
      const told = JSON.parse(data);
      if (told.beat !== undefined) mine.send('{"beat":1}');
      else if (told.listening !== undefined) listening = true;
      else if (topics.includes(told.topic)) once();
    };
    mine.onclose = () => {
      if (listening && !ended) { clearTimeout(timer); timer = setTimeout(once, every * 1000); }
      listening = false;
      socket = null;
    };
  }

  function stop() {
    ended = true;
    clearTimeout(timer);
    socket?.close();
    document.removeEventListener("visibilitychange", seen);
  }
  function seen() {
    if (!document.hidden) once();
  }
  document.addEventListener("visibilitychange", seen);
  timer = setTimeout(once, every * 1000);
  open();
  return stop;
}
