// Stands between parley.js and the browser: sockets that a test plays the server of, a clock that it winds, dice that it loads.

const later = window.setTimeout.bind(window);
const timers = new Map();
let now = 1_000_000_000_000;
let lastTimer = 0;

window.setTimeout = (task, delay = 0) => {
  timers.set(++lastTimer, { at: now + delay, task });
  return lastTimer;
};
window.clearTimeout = (timer) => timers.delete(timer);
Date.now = () => now + ahead;
performance.now = () => now;
let ahead = 0; // by how much the clock on the wall is wrong
Math.random = () => dice;
let dice = 0.5;

class ScriptedSocket {
  static all = [];
  static get last() {
    return ScriptedSocket.all.at(-1);
  }
  readyState = 0;
  sent = [];
  constructor(url, protocol) {
    Object.assign(this, { url: String(url), protocol });
    ScriptedSocket.all.push(this);
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
  }
  open() {
    this.readyState = 1;
    this.onopen();
  }
  tell(frame) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  end(code, reason = '') {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }
  /** The last message of a type that the client sent. */
  heard(type) {
    return this.sent.findLast((frame) => frame.type === type);
  }
  count(type) {
    return this.sent.filter((frame) => frame.type === type).length;
  }
}
window.WebSocket = ScriptedSocket;
window.fetch = () => Promise.reject(new Error('nobody there')); // or else three losses would be a reason for a stream

/** Lets promises and the like come to rest. */
function settle() {
  return new Promise((resolve) => later(resolve, 5));
}

/** Winds the clock, stopping at every timer on the way; only until `enough`, if that comes first. */
async function pass(ms, enough = () => false) {
  const end = now + ms;
  await settle();
  while (!enough()) {
    const [timer, { at, task }] = [...timers].sort(([, one], [, other]) => one.at - other.at)[0] ?? [0, { at: Infinity }];
    if (at > end) {
      now = end;
      return;
    }
    now = Math.max(now, at);
    timers.delete(timer);
    task();
    await settle();
  }
}

/** Winds the clock until there is another socket, but a minute at most. */
function nextAttempt() {
  const { length } = ScriptedSocket.all;
  return pass(60_000, () => ScriptedSocket.all.length > length);
}

async function welcome(extra) {
  await settle();
  ScriptedSocket.last.open();
  ScriptedSocket.last.tell({ type: 'welcome', connection: `c${ScriptedSocket.all.length}`, user: 'ann', heartbeat: 20, limits: {}, ...extra });
  await settle();
  return ScriptedSocket.last;
}

/** Loses the connection, comes back, and is welcome. */
async function loseAndComeBack(code = 1006) {
  ScriptedSocket.last.end(code);
  await nextAttempt();
  return welcome();
}

function place(seq, epoch = 'e') {
  return { epoch, seq, message: `m${seq}` };
}

async function joined(room, position, extra = { resume: 'none', replayed: 0 }) {
  await settle();
  ScriptedSocket.last.tell({ id: ScriptedSocket.last.heard('join').id, type: 'joined', room, position, ...extra });
  await settle();
}

function message(room, seq, connection = 'other') {
  return { type: 'message', room, seq, message: `m${seq}`, at: '2026-01-01T00:00:00Z', from: { user: 'bob', connection }, data: `text ${seq}` };
}

async function refuse(type, code, retry, after) {
  await settle();
  ScriptedSocket.last.tell({ id: ScriptedSocket.last.heard(type).id, type: 'error', code, retry, after, message: code });
  await settle();
}

async function acknowledge(seq) {
  await settle();
  ScriptedSocket.last.tell({ id: ScriptedSocket.last.heard('send').id, type: 'ack', room: 'r', position: place(seq), duplicate: false });
  await settle();
}

/** What became of a promise, as text. */
function outcomeOf(promise) {
  const outcome = { is: 'open' };
  promise.then((value) => (outcome.is = value.type), (error) => (outcome.is = error.code));
  return outcome;
}
