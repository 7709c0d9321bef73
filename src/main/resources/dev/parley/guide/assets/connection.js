import { MOST_REFUSALS, OFFLINE, delayAfter, isWorthRetrying, meaningOf } from './retry.js';

/** The address of a WebSocket path, relative to the page: same host, any context path, `wss` under `https`. */
export function webSocketUrl(path) {
  const url = new URL(path, document.baseURI);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url;
}

// A connection that did not live this long does not count as a success: a server that accepts and drops at once
// would otherwise be tried without any back-off.
const SETTLED_AFTER_MS = 5_000;

/**
 * One WebSocket that comes back. It is opened again after a loss, later each time, and given up when the close code
 * says so or when the handshake was refused too often.
 *
 * The listener gets `changed(state)` and `received(text)`. A state is one of
 * `{name: 'connecting'}`, `{name: 'open'}`, `{name: 'waiting', delay, why}`, `{name: 'closed', why}`;
 * `delay` is in milliseconds, `Infinity` while the device is offline. `refused` is true where the server answered but did
 * not accept.
 */
export class Connection {
  #url;
  #listener;
  #socket = null;
  #failures = 0;
  #refusals = 0;
  #timer;
  #waitsForNetwork = false;

  constructor(url, listener) {
    this.#url = url;
    this.#listener = listener;
    addEventListener('online', this.#networkIsBack);
    addEventListener('offline', this.#networkIsGone);
  }

  /** Opens now, whatever it was waiting for. */
  open() {
    this.#drop();
    this.#failures = 0;
    this.#refusals = 0;
    this.#connect();
  }

  /** Ends it for good; the listener hears nothing more. */
  dispose() {
    removeEventListener('online', this.#networkIsBack);
    removeEventListener('offline', this.#networkIsGone);
    this.#drop();
  }

  /** Hands the text to the browser and tells whether it could. */
  send(text) {
    if (this.#socket?.readyState !== WebSocket.OPEN) {
      return false;
    }
    this.#socket.send(text);
    return true;
  }

  #networkIsBack = () => {
    if (this.#waitsForNetwork) {
      this.open();
    }
  };

  #networkIsGone = () => {
    if (this.#socket) {
      this.#drop();
      this.#waitsForNetwork = true;
      this.#listener.changed({ name: 'waiting', delay: Infinity, why: OFFLINE, refused: false });
    }
  };

  #drop() {
    clearTimeout(this.#timer);
    this.#waitsForNetwork = false;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #connect() {
    this.#waitsForNetwork = false;
    this.#listener.changed({ name: 'connecting' });
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    let wasOpen = false;
    // A socket that was replaced still fires events; only the current one is listened to.
    const isCurrent = () => this.#socket === socket;

    socket.onopen = () => {
      if (!isCurrent()) {
        return;
      }
      wasOpen = true;
      this.#refusals = 0;
      this.#timer = setTimeout(() => (this.#failures = 0), SETTLED_AFTER_MS);
      this.#listener.changed({ name: 'open' });
    };
    socket.onmessage = ({ data }) => {
      if (isCurrent() && typeof data === 'string') {
        this.#listener.received(data);
      }
    };
    socket.onclose = async ({ code, reason }) => {
      if (!isCurrent()) {
        return;
      }
      clearTimeout(this.#timer);
      const refused = !wasOpen && (await serverAnswers());
      if (!isCurrent()) {
        return;
      }
      if (refused) {
        this.#refusedOnce();
      } else {
        this.#lost(wasOpen, code, reason);
      }
    };
  }

  #lost(wasOpen, code, reason) {
    const why = wasOpen ? meaningOf(code, reason) : 'The server cannot be reached.';
    if (wasOpen && !isWorthRetrying(code)) {
      this.#socket = null;
      this.#listener.changed({ name: 'closed', why, refused: false });
      return;
    }
    this.#failures += 1;
    this.#waitsForNetwork = true;
    this.#wait(delayAfter(this.#failures), why, false);
  }

  #refusedOnce() {
    this.#refusals += 1;
    const why = 'The server refused the connection.';
    if (this.#refusals >= MOST_REFUSALS) {
      this.#socket = null;
      this.#listener.changed({ name: 'closed', why, refused: true });
      return;
    }
    this.#wait(delayAfter(this.#refusals, true), why, true);
  }

  #wait(delayMs, why, refused) {
    this.#timer = setTimeout(() => this.#connect(), delayMs);
    this.#listener.changed({ name: 'waiting', delay: delayMs, why, refused });
  }
}

/**
 * Whether the server answers plain HTTP. A browser does not tell a page why a handshake failed; if the page itself can
 * be had, the handshake was refused, and if not, nobody was there.
 */
async function serverAnswers() {
  try {
    const answer = await fetch(document.baseURI, {
      method: 'HEAD',
      cache: 'no-store',
      signal: AbortSignal.timeout(5_000),
    });
    return answer.ok;
  } catch {
    return false;
  }
}
