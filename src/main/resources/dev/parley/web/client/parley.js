/**
 * The JavaScript client of Parley's rooms: one module, no dependency. It speaks `parley.v1` over one WebSocket, keeps
 * that WebSocket alive and takes up every room where it was lost. Types and descriptions: parley.d.ts beside this file.
 *
 * Two invariants carry the rest. A room's position moves only with a message that was handed to the listeners, so what
 * is asked for after a loss is exactly what they have not had. And a room has one message of ours under way at a time,
 * always under the same key, so a retry neither doubles a message nor lets a later one overtake it.
 */

const FINAL_CODES = [1000, 1002, 1003, 1007, 1008, 1009];
const CREDENTIAL_EXPIRED = 4002;
const LOST = 1006; // what browsers, too, say of a connection that ended without a close frame

const WELCOME_WITHIN_MS = 15_000;
const SILENCE = 2.5; // heartbeats
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
const SETTLED_AFTER_MS = 5_000; // a server that drops everybody at once must not be asked without back-off
const KEY_LIVES_MS = 280_000; // the server knows a key for five minutes; after that a retry could double the message
const REFRESH_BEFORE_MS = 30_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What a request came to: the server's `code`, whether and after how many milliseconds trying again can help. */
export class ParleyError extends Error {
  constructor(code, message = code, retry = false, after = undefined) {
    super(message);
    this.name = 'ParleyError';
    Object.assign(this, { code, retry, after });
  }
}

/** Connects, and stays connected until `close()` or a close code that says stop. */
export function connect(url = 'rooms', { credential } = {}) {
  const address = new URL(url, import.meta.url);
  address.protocol = address.protocol.replace('http', 'ws');
  const rooms = new Map();
  const asked = new Map();
  const connections = new Set();
  const { on, emit } = listeners();
  let socket;
  let attempt = 0;
  let lastId = 0;
  let failures = 0;
  let openedAt = Infinity;
  let silenceMs = WELCOME_WITHIN_MS;
  let expired = false;
  let bye;
  let paidUntil = 0;
  let retryTimer;
  let silenceTimer;
  let refreshTimer;

  const client = {
    state: { name: 'connecting' },
    user: undefined,
    connection: undefined,
    limits: {},
    on,
    join(name, options) {
      if (!rooms.has(name)) {
        rooms.set(name, createRoom(name, options, { ask, pace, leave: () => rooms.delete(name) }));
        if (client.state.name === 'open') {
          rooms.get(name).enter();
        }
      }
      return rooms.get(name).room;
    },
    reconnect() {
      lost(LOST, '', 0);
      failures = 0;
      globalThis.addEventListener?.('online', client.reconnect);
      open();
    },
    close() {
      lost(1000, '');
    },
  };

  function change(state) {
    client.state = state;
    emit('state', state);
  }

  async function open() {
    const mine = ++attempt;
    clearTimeout(retryTimer);
    change({ name: 'connecting' });
    try {
      const proof = await provide(expired);
      if (mine === attempt) {
        openSocket(proof);
      }
    } catch (error) {
      if (mine === attempt) {
        lost(LOST, `no credential: ${error.message}`);
      }
    }
  }

  async function provide(refresh) {
    const proof = await (typeof credential === 'function' ? credential({ refresh }) : credential);
    return typeof proof === 'string' ? { token: proof } : proof;
  }

  function openSocket(proof) {
    socket = new WebSocket(address, 'parley.v1');
    socket.onopen = () => transmit({ id: ++lastId, type: 'connect', client: 'parley.js', ...proof });
    socket.onmessage = ({ data }) => {
      listen();
      receive(JSON.parse(data));
    };
    socket.onclose = ({ code, reason }) => lost(code, reason);
    silenceMs = WELCOME_WITHIN_MS;
    listen();
  }

  function listen() {
    clearTimeout(silenceTimer);
    silenceTimer = setTimeout(() => lost(LOST, 'no sign of life'), silenceMs);
  }

  function transmit(frame) {
    if (socket?.readyState === 1) {
      socket.send(JSON.stringify(frame));
    }
  }

  function ask(frame, take = (answer) => answer) {
    return new Promise((resolve, reject) => {
      if (client.state.name !== 'open') {
        throw disconnected();
      }
      asked.set(++lastId, { resolve: (answer) => resolve(take(answer)), reject });
      transmit({ id: lastId, ...frame });
    });
  }

  /** Keeps to what the server allows, with some room to spare, so that it need not refuse; a second's worth may go at once. */
  function pace() {
    const now = Date.now();
    paidUntil = Math.max(paidUntil, now - 1_000) + 1_100 / (client.limits.messagesPerSecond ?? Infinity);
    return paidUntil > now && pause({ after: paidUntil - now });
  }

  function receive(frame) {
    const { type, id } = frame;
    if (type === 'ping') {
      transmit({ type: 'pong' });
    } else if (type === 'welcome') {
      welcomed(frame);
    } else if (type === 'bye') {
      bye = frame;
    } else if (asked.has(id)) {
      const { resolve, reject } = asked.get(id);
      asked.delete(id);
      if (type === 'error') {
        reject(new ParleyError(frame.code, frame.message, frame.retry, frame.after));
      } else {
        resolve(frame);
      }
    } else if (type === 'error') {
      // One is that we are connected already, where a cookie in the handshake has said who we are.
      emit('error', new ParleyError(frame.code, frame.message, frame.retry, frame.after));
    } else {
      rooms.get(frame.room)?.receive(frame, connections);
    }
  }

  function welcomed({ user, connection, limits, heartbeat, expires }) {
    Object.assign(client, { user, connection, limits });
    connections.add(connection);
    silenceMs = heartbeat * SILENCE * 1000;
    listen();
    expired = false;
    openedAt = Date.now();
    refreshBefore(expires);
    change({ name: 'open' });
    rooms.forEach((room) => room.enter());
  }

  function refreshBefore(expires) {
    const life = Date.parse(expires) - Date.now();
    if (typeof credential === 'function' && life < LONGEST_TIMER_MS) {
      refreshTimer = setTimeout(async () => {
        try {
          const proof = await provide(true);
          refreshBefore((await ask({ type: 'refresh', ...proof })).expires);
        } catch (error) {
          emit('error', error); // the server closes with 4002 when it is time, and that is dealt with
        }
      }, Math.max(life - REFRESH_BEFORE_MS, life / 2, 1_000));
    }
  }

  function lost(code, reason, delay) {
    attempt++;
    [retryTimer, silenceTimer, refreshTimer].forEach(clearTimeout);
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
      socket = undefined;
    }
    const final = FINAL_CODES.includes(code) || code >= 4500 || bye?.reconnect === false;
    const after = bye?.after;
    bye = undefined;
    expired ||= code === CREDENTIAL_EXPIRED;
    failures = Date.now() - openedAt > SETTLED_AFTER_MS ? 0 : failures;
    openedAt = Infinity;
    delay ??= after ? between(...after) : between(0, Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures++));
    asked.forEach(({ reject }) => reject(disconnected()));
    asked.clear();
    rooms.forEach((room) => room.exit(final && new ParleyError('closed', reason || `closed with ${code}`)));
    if (final) {
      globalThis.removeEventListener?.('online', client.reconnect);
      change({ name: 'closed', code, reason });
    } else {
      retryTimer = setTimeout(open, delay);
      change({ name: 'waiting', until: Date.now() + delay, code, reason });
    }
  }

  // When the network is back, the old connection may be dead without knowing it. Resuming costs little and loses nothing.
  globalThis.addEventListener?.('online', client.reconnect);
  open();
  return client;
}

function createRoom(name, { since, presence } = {}, { ask, pace, leave }) {
  const { on, emit } = listeners();
  let position = since;
  let visit = 0;
  let gate = createGate();
  let turn = Promise.resolve();
  let known = false;

  const room = {
    name,
    state: { name: 'waiting' },
    members: new Map(),
    count: undefined,
    on,
    send(data, { key = randomKey() } = {}) {
      const frame = { type: 'send', room: name, key, data: structuredClone(data) };
      const sent = turn.then(() => persist(frame, KEY_LIVES_MS));
      turn = sent.catch(() => {});
      return sent;
    },
    history(before, limit = 50) {
      return persist({ type: 'history', room: name, before, limit });
    },
    get position() {
      return position;
    },
    leave() {
      leave();
      exit(new ParleyError('left', `${name} was left`));
      ask({ type: 'leave', room: name }).catch(() => {});
      change({ name: 'left' });
    },
  };

  function change(state) {
    room.state = state;
    emit('state', state);
  }

  /** Asks until there is an answer, over losses of the connection, but not beyond the life of its key. */
  async function persist(frame, lifeMs = Infinity) {
    for (let first; ; ) {
      await gate.passage;
      await pace();
      first ??= Date.now();
      if (Date.now() - first > lifeMs) {
        throw new ParleyError('uncertain', 'it was sent, but whether it was stored is not known');
      }
      try {
        return await ask(frame);
      } catch (error) {
        if (!error.retry) {
          throw error;
        }
        await pause(error);
      }
    }
  }

  async function enter() {
    const mine = restart();
    change({ name: 'joining' });
    while (mine === visit) {
      try {
        // Taken at once and not after a promise: the first messages may be right behind it.
        await ask({ type: 'join', room: name, since: position, presence }, (joined) => mine === visit && take(joined));
        return;
      } catch (error) {
        if (!error.retry && mine === visit) {
          gate.shut(error);
          change({ name: 'refused', error });
          return;
        }
        await pause(error);
      }
    }
  }

  function take({ position: now, resume, reason, replayed }) {
    const before = position;
    if (resume !== 'ok') {
      position = now;
    }
    change({ name: 'joined', resume, reason, replayed });
    if (resume === 'lost') {
      emit('gap', { reason, before, now });
    }
    gate.open();
  }

  function exit(error) {
    restart();
    if (room.state.name !== 'waiting') {
      change({ name: 'waiting' });
    }
    if (error) {
      gate.shut(error);
    }
  }

  function restart() {
    gate = gate.isUsed ? createGate() : gate;
    return ++visit;
  }

  function receive(frame, connections) {
    if (room.state.name !== 'joined') {
      return; // it will come again with the answer to the join that is under way
    }
    if (frame.type === 'message' && frame.seq > position.seq) {
      position = { epoch: position.epoch, seq: frame.seq, message: frame.message };
      emit('message', { ...frame, own: connections.has(frame.from.connection) });
    } else if (frame.type === 'gap') {
      enter();
    } else if (frame.type === 'members' || frame.type === 'presence') {
      present(frame);
    } else if (frame.type === 'dropped') {
      emit('dropped', frame.count);
    }
  }

  /** In a big room there is only a count; whoever comes after that has not come just then. */
  function present({ type, members = [], joined = [], left = [], count }) {
    const then = room.members;
    if (type === 'members') {
      room.members = new Map(members.map((member) => [member.user, member]));
      joined = [...room.members.keys()].filter((user) => known && !then.has(user));
      left = [...then.keys()].filter((user) => count === undefined && !room.members.has(user));
      known = count === undefined;
    } else {
      joined.forEach((user) => then.set(user, { user, connections: 1 }));
      left.forEach((user) => then.delete(user));
    }
    room.count = count ?? room.members.size;
    emit('presence', { members: room.members, joined, left, count: room.count });
  }

  return { room, enter, exit, receive };
}

/** A promise that is kept while one is in the room. */
function createGate() {
  const gate = { isUsed: false };
  gate.passage = new Promise((resolve, reject) => {
    gate.open = () => { gate.isUsed = true; resolve(); };
    gate.shut = (error) => { gate.isUsed = true; reject(error); };
  });
  gate.passage.catch(() => {});
  return gate;
}

function listeners() {
  const heard = {};
  return {
    on(type, listener) {
      (heard[type] ??= new Set()).add(listener);
      return () => heard[type].delete(listener);
    },
    emit(type, value) {
      for (const listener of heard[type] ?? []) {
        try {
          listener(value);
        } catch (error) {
          setTimeout(() => { throw error; }); // it is reported, and the other listeners do not suffer
        }
      }
    },
  };
}

function disconnected() {
  return new ParleyError('disconnected', 'there is no connection', true, 0);
}

/** Not `randomUUID`, which is missing from pages that came over plain HTTP. */
function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function between(least, most) {
  return least + Math.random() * (most - least);
}

function pause({ after = between(0, 2_000) }) {
  return new Promise((resolve) => setTimeout(resolve, after));
}
