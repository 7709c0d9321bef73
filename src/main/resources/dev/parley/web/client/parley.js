/**
 * The JavaScript client of Parley's rooms: one module, no dependency. It speaks `parley.v1` over one WebSocket, keeps
 * that WebSocket alive and takes up every room where it was lost. Types and descriptions: parley.d.ts beside this file.
 *
 * Two invariants carry the rest. A room's position moves only with a message that was handed to the listeners, so what
 * is asked for after a loss is exactly what they have not had. And a message of ours always has the same key, and names
 * the one before it that is not stored yet, so a retry neither doubles it nor lets a later one overtake it.
 */

const FINAL_CODE = /^(100[023789]|4[5-9]..)$/;
const CREDENTIAL_EXPIRED = 4002;
const LOST = 1006; // what browsers, too, say of a connection that ended without a close frame

const WELCOME_WITHIN_MS = 15_000;
const SILENCE = 2.5; // heartbeats
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
const SETTLED_AFTER_MS = 5_000; // a server that drops everybody at once must not be asked without back-off
const KEY_LIVES_MS = 280_000; // the server knows a key for five minutes; after that a retry could double the message
const REFRESH_BEFORE_MS = 30_000;
const SOONEST_REFRESH_MS = 5_000;
const LONGEST_TIMER_MS = 2e9; // or a browser's timer would run out at once
const PACE_MARGIN_MS = 1_100; // a second's worth takes a little longer than a second, so that the server need not refuse
const MOST_SLACK = 16; // where all that was on its way is refused at once, the next must not wait for a minute
const JOINS_PER_SECOND = 10; // the server's, for joins and leaves together
const WINDOW = 64; // messages of a room that are sent and not answered
const WINDOW_SIZE = 262_144;
const PRESENCE_BYTES = 1_024; // what the server takes
const SIGNAL_EVERY_MS = 28; // on average: somewhat less than the server takes
const CONNECTIONS_REMEMBERED = 100;
const INBOX = ''; // its name is the server's to say, and may be another one on the next connection
const now = performance.now.bind(performance); // for durations: whatever is done to the clock on the wall, it goes on

/** What a request came to: the server's `code`, whether and after how many milliseconds trying again can help, and why. */
export class ParleyError extends Error {
  constructor(code, message = code, more) {
    super(message);
    Object.assign(this, { name: 'ParleyError', code, retry: false }, more);
  }
}

const DISCONNECTED = new ParleyError('disconnected', undefined, { retry: true });

/** Connects, and stays connected until `close()` or a close code that says stop. */
export function connect(url = 'rooms', { credential } = {}) {
  const address = new URL(url, import.meta.url);
  address.protocol = address.protocol.replace('http', 'ws');
  const rooms = new Map();
  const asked = new Map();
  const connections = new Set();
  const isFixed = !credential?.call; // a function can be called
  let joins;
  let messages;
  let ended; // the error, once it has been closed for good
  let socket;
  let streamed; // how to connect where no WebSocket opens
  let unopened = 0; // so many in a row
  let attempt = 0;
  let lastId = 0;
  let failures = 0;
  let signalled = 0;
  let openedAt;
  let silenceMs;
  let expired = false;
  let bye;
  let retryTimer;
  let silenceTimer;
  let refreshTimer;

  const client = {
    limits: {},
    features: [],
    join(name, options) {
      if (!rooms.has(name)) {
        const created = createRoom(name, options, client, pack, ask, pace, insist, depart, transmit, maySignal);
        rooms.set(name, created);
        if (client.state.name === 'open') {
          created.enter();
        } else {
          created.exit(ended);
        }
      }
      return rooms.get(name).room;
    },
    reconnect() {
      lost('', 0);
      failures = 0;
      watchNetwork('add');
      open();
    },
    close() {
      lost('', 0, 1000);
    },
  };

  const [emit, change] = observable(client);

  async function open() {
    const mine = ++attempt;
    clearTimeout(retryTimer);
    change('connecting');
    try {
      const proof = await provide(expired);
      if (mine === attempt) {
        openSocket(proof);
      }
    } catch (error) {
      if (mine === attempt) {
        lost(`no credential: ${error.message}`);
      }
    }
  }

  async function provide(refresh) {
    const proof = await (isFixed ? credential : credential({ refresh }));
    return proof?.trim ? { token: proof } : proof; // a text can be trimmed
  }

  function openSocket(proof) {
    socket = streamed?.(client, remember) || new WebSocket(address, 'parley.v1');
    socket.onopen = () => transmit({ type: 'connect', ...proof });
    socket.onmessage = ({ data }) => {
      listen();
      receive(JSON.parse(data));
    };
    socket.onclose = (event) => closed(event, proof);
    silenceMs = WELCOME_WITHIN_MS;
    listen();
  }

  const listen = () => {
    clearTimeout(silenceTimer);
    silenceTimer = setTimeout(() => {
      const { onclose } = socket;
      socket.onmessage = socket.onclose = null;
      onclose({ code: LOST, reason: 'silence' });
    }, silenceMs);
  };

  async function closed({ code, reason }, proof) {
    const mine = attempt;
    // 1008 without a reason is the server's own: the login's session has ended. A browser does not tell why a handshake
    // failed. Where the server answers plain HTTP, it did not take the cookie.
    if (
      !reason &&
      (code === 1008 ||
        (code === LOST && isStale() && (await fetch(`${address}`.replace('ws', 'http')).catch(() => 0)).status < 500))
    ) {
      code = CREDENTIAL_EXPIRED;
    }
    if (code === LOST && ++unopened > 2) {
      streamed = await import('./parley-stream.js').then((module) => module.streamTo(address, proof)).catch(() => {});
    }
    if (mine === attempt) {
      lost(reason, undefined, code);
    }
  }

  /** Whether the credential has expired, and there is no other: a cookie may have been renewed, so that is tried once. */
  const isStale = () => expired && isFixed;

  /** As it goes on the wire; what is longer than the server takes would end the connection. */
  function pack(frame, most = client.limits.messageBytes) {
    const text = JSON.stringify(frame);
    const excess = new TextEncoder().encode(text).length - most;
    if (excess > 0) {
      throw new ParleyError('too-big', `too long by ${excess} bytes`);
    }
    return text;
  }

  function transmit(frame) {
    const text = pack(frame);
    if (socket?.readyState === 1) {
      socket.send(text);
    }
  }

  /** Now or never: what comes faster than the server takes it is not sent. */
  function maySignal() {
    const next = Math.max(signalled, now() - 1_000) + SIGNAL_EVERY_MS;
    return next <= now() && (signalled = next);
  }

  function ask(frame, take = (answer) => answer) {
    return new Promise((resolve, reject) => {
      transmit({ id: ++lastId, ...frame });
      asked.set(lastId, (answer, error) => (error ? reject(error) : resolve(take(answer))));
    });
  }

  const pace = (isDue, after) => messages(isDue, after);

  /** Joins or leaves in its turn, and again where that can help, as long as it `isDue`. */
  async function insist(frame, isDue, take) {
    for (let after; isDue(); ) {
      await joins(isDue, after);
      try {
        return isDue() && (await ask(frame(), take));
      } catch (error) {
        if (!error.retry) {
          throw error;
        }
        after = error.after;
      }
    }
  }

  /** Leaves the room where this connection may be, unless it is entered again first. */
  function depart(room, mayBeIn) {
    const mine = attempt;
    const { name } = room;
    if (rooms.get(name)?.room === room) {
      rooms.delete(name);
    }
    insist(() => ({ type: 'leave', room: name }), () => mayBeIn && mine === attempt && !rooms.has(name)).catch(() => {});
  }

  function receive(frame) {
    const { type, id } = frame;
    const settle = asked.get(id);
    const error = type === 'error' && new ParleyError(frame.code, frame.message, frame);
    if (type === 'ping') {
      transmit({ type: 'pong' });
    } else if (type === 'welcome') {
      welcomed(frame);
    } else if (type === 'bye') {
      bye = frame;
    } else if (settle) {
      asked.delete(id);
      settle(frame, error);
    } else if (error) {
      emit('error', error); // one is that we are connected already, where a cookie in the handshake has said who we are
    } else {
      rooms.get(frame.room === client.inbox.name ? INBOX : frame.room)?.receive(frame, connections);
    }
  }

  function welcomed(frame) {
    ({ user: client.user, connection: client.connection, limits: client.limits, features: client.features = [], inbox: client.inbox.name = null } = frame);
    remember(client.connection);
    silenceMs = frame.heartbeat * SILENCE * 1000;
    listen();
    expired = false;
    unopened = 0;
    openedAt = now();
    refreshBefore(frame);
    joins = createPace(JOINS_PER_SECOND, client.limits.rooms);
    messages = createPace(client.limits.messagesPerSecond);
    change('open', { transport: socket.transport });
    rooms.forEach((room) => room.enter());
  }

  /** What is said over this connection is ours. */
  function remember(connection) {
    connections.add(connection);
    if (connections.size > CONNECTIONS_REMEMBERED) {
      connections.delete([...connections][0]);
    }
  }

  /** How long it lives is the server's word. One that names only the end names it on its own clock, which may not be ours. */
  function refreshBefore({ expires, expiresIn }) {
    const life = expiresIn * 1_000 || Date.parse(expires) - Date.now();
    const isPlausible = expiresIn || life > 2 * REFRESH_BEFORE_MS;
    clearTimeout(refreshTimer);
    if (!isFixed && isPlausible && life < LONGEST_TIMER_MS) {
      refreshTimer = setTimeout(() => {
        provide(true)
          .then((proof) => ask({ type: 'refresh', ...proof }))
          .then(refreshBefore)
          .catch((error) => emit('error', error)); // the server closes with 4002 when it is time, and that is dealt with
      }, Math.max(life - REFRESH_BEFORE_MS, life / 2, SOONEST_REFRESH_MS));
    }
  }

  function lost(reason, delay, code = LOST) {
    attempt++;
    [retryTimer, silenceTimer, refreshTimer].forEach(clearTimeout);
    if (socket) {
      socket.onmessage = socket.onclose = null;
      socket.close();
    }
    const final =
      FINAL_CODE.test(code) || bye?.reconnect === false || (code === CREDENTIAL_EXPIRED && isStale());
    expired ||= code === CREDENTIAL_EXPIRED;
    failures = now() - openedAt > SETTLED_AFTER_MS ? 0 : failures;
    openedAt = NaN;
    const [least, most] = bye?.after ?? [0, Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures++)];
    delay ??= least + Math.random() * (most - least);
    if (globalThis.navigator?.onLine === false) {
      delay = Infinity;
    }
    bye = 0;
    ended = final && new ParleyError('closed', reason || `closed with ${code}`);
    client.state = { code, reason, ...(final ? { name: 'closed' } : { name: 'waiting', until: Date.now() + delay, delay }) };
    asked.forEach((settle) => settle(0, DISCONNECTED));
    asked.clear();
    if (final) {
      watchNetwork('remove');
    } else if (delay < Infinity) {
      retryTimer = setTimeout(open, delay);
    }
    rooms.forEach((room) => room.exit(ended));
    change(client.state.name, client.state);
  }

  function network({ type }) {
    if (type === 'offline') {
      lost(type, Infinity);
    } else {
      // The old connection may be dead without knowing it. Resuming costs little and loses nothing.
      client.reconnect();
    }
  }

  function watchNetwork(how) {
    ['online', 'offline'].forEach((type) => globalThis[`${how}EventListener`]?.(type, network));
  }

  watchNetwork('add');
  open();
  client.inbox = client.join(INBOX);
  return client;
}

function createRoom(name, { since, presence } = {}, client, pack, ask, pace, insist, depart, transmit, maySignal) {
  let position = since;
  let line = []; // what is not settled, in order
  let over; // why nothing can be asked now, or later
  let visit = 0;
  let turn = Promise.resolve();
  let known;
  let mayBeIn; // to this connection's server

  const room = {
    name,
    state: { name: 'waiting' },
    members: new Map(),
    // Not `randomUUID`, which is missing from pages that came over plain HTTP.
    send(data, { key = crypto.getRandomValues(new Uint32Array(4)).join() } = {}) {
      return queue('push', { type: 'send', key, data: structuredClone(data) });
    },
    signal(data) {
      tell('signal', data, room.state.name === 'joined' && maySignal());
    },
    presence(data) {
      pack(data, PRESENCE_BYTES); // or every later join would be refused for it
      presence = { data };
      tell('presence', data, mayBeIn);
    },
    listMembers(after, limit) {
      return queue('unshift', { type: 'members', after, limit });
    },
    history(before, limit) {
      return queue('unshift', { type: 'history', before, limit });
    },
    get position() {
      return position;
    },
    leave() {
      depart(room, mayBeIn);
      exit(new ParleyError('left'));
      change('left');
    },
  };

  const [emit, change] = observable(room);

  const tell = (type, data, isDue) => isDue && transmit({ type, room: name, data });

  /** It is asked, over losses of the connection, until there is an answer or the room has ended. */
  const queue = (how, frame) =>
    new Promise((resolve, reject) => {
      let since;
      if (over) {
        throw over;
      }
      const item = {
        reject,
        key: frame.key,
        size: pack({ room: room.name, ...frame }).length,
        async go(after) {
          item.sent = true;
          since ??= now();
          try {
            if (frame.key && now() - since > KEY_LIVES_MS) {
              throw new ParleyError('uncertain'); // it may be stored
            }
            resolve(await ask({ room: room.name, after, ...frame }));
          } catch (error) {
            item.sent = !error.retry;
            if (item.sent) {
              reject(error);
            }
            pace(() => {}, error.after);
          }
          line = line.filter((other) => other !== item || !item.sent);
          flow();
        },
      };
      line[how](item);
      flow();
    });

  /** Which one may go now. What is so long that it could not name another goes when it is the first. */
  const next = () => {
    let size = 0;
    const at = line.findIndex((item) => {
      size += item.size;
      return !item.sent;
    });
    const mustBeFirst =
      at >= WINDOW ||
      size > WINDOW_SIZE ||
      line[at]?.size * 3 + 200 > client.limits.messageBytes ||
      !client.features.includes('after');
    return room.state.name !== 'joined' || (at > 0 && mustBeFirst) ? -1 : at;
  };

  /** Sends what may go, in order; what goes again does so before what is behind it. */
  const flow = () => {
    turn = turn.then(async () => {
      while (next() >= 0) {
        await pace(() => next() >= 0);
        line[next()]?.go(line[next() - 1]?.key);
      }
    });
  };

  const enter = async () => {
    shut();
    const mine = visit;
    const isDue = () => mine === visit && (name || position); // into its inbox a client is let unasked, from now on
    change('joining');
    try {
      // Taken at once and not after a promise: the first messages may be right behind it.
      await insist(
        () => {
          mayBeIn = true;
          return { type: 'join', room: room.name, since: position, presence };
        },
        isDue,
        (joined) => isDue() && take(joined),
      );
    } catch (error) {
      if (isDue()) {
        refuse(error);
      }
    }
  };

  const refuse = (error) => {
    shut(error);
    change('refused', { error });
  };

  /** What is asked waits, or fails if there is an error. */
  const shut = (error) => {
    visit++;
    over = error;
    if (error) {
      line.forEach(({ reject }) => reject(error));
      line = [];
    }
  };

  const take = (frame) => {
    const before = position;
    if (frame.resume !== 'ok') {
      position = frame.position;
    }
    change('joined', frame);
    if (frame.resume === 'lost') {
      emit('gap', { reason: frame.reason, before, now: position });
    }
    flow();
  };

  const exit = (error) => {
    mayBeIn = false;
    shut(error);
    if (room.state.name !== 'waiting') {
      change('waiting');
    }
  };

  function receive(frame, connections) {
    if (name === INBOX && !position) {
      take(frame); // the first thing that is said of it, unasked: our place
    }
    if (room.state.name !== 'joined') {
      return; // it will come again with the answer to the join that is under way
    }
    if (frame.seq > position.seq) { // a message, or that one was erased
      position = { ...position, seq: frame.seq, message: frame.message };
      emit(frame.type, { ...frame, own: connections.has(frame.from?.connection) });
    } else {
      handlers[frame.type]?.(frame);
    }
  }

  /** In a big room there is only a count; whoever comes after that has not come just then. */
  function present({ type, members = [], joined, left, changed = [], count }) {
    const then = room.members;
    const isListed = !(count >= 0);
    if (type === 'members') {
      room.members = new Map(members.map((member) => [member.user, member]));
      joined = members.map(({ user }) => user).filter((user) => known && !then.has(user));
      left = [...then.keys()].filter((user) => isListed && !room.members.has(user));
      known = isListed;
    } else {
      joined.forEach((user) => then.set(user, { user, connections: 1 }));
      left.forEach((user) => then.delete(user));
      changed.forEach(({ user, data }) => then.has(user) && then.set(user, { ...then.get(user), data }));
    }
    room.count = count ?? room.members.size;
    emit('presence', { ...room, joined, left, changed });
  }

  const handlers = {
    gap: enter,
    members: present,
    presence: present,
    signal: (frame) => emit('signal', frame),
    dropped: ({ count }) => emit('dropped', count),
    left: ({ reason }) => refuse(new ParleyError(reason)), // unasked: somebody has taken this user out
  };
  return { room, enter, exit, receive };
}

/**
 * Lets requests through in turn, no faster than the server allows, and those not at all that are no longer due. `after`
 * is how long to wait at least, where the server has refused it.
 */
function createPace(perSecond, atOnce = perSecond) {
  const spacing = PACE_MARGIN_MS / perSecond || 0;
  let line = Promise.resolve();
  let paidUntil = -1e9;
  let slack = 1; // grows with refusals, and shrinks with what is let through: more may be limited than is known here

  return (isDue, after) => {
    if (after) {
      paidUntil = Math.max(paidUntil, now() + after);
      slack = Math.min(slack + 1, MOST_SLACK);
    }
    line = line.then(async () => {
      for (let wait; isDue() && (wait = paidUntil - now()) > 0; ) {
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
      if (isDue()) {
        paidUntil = Math.max(paidUntil, now() - spacing * atOnce || 0) + spacing * slack;
        slack = Math.max(1, slack * 0.9);
      }
    });
    return line;
  };
}

/** Lets it be listened to. Returns how to tell the listeners of an event, and of a new state. */
function observable(target) {
  const heard = {};
  function emit(type, value) {
    heard[type]?.forEach((listener) => {
      try {
        listener(value);
      } catch (error) {
        setTimeout(() => { throw error; }); // it is reported, and the other listeners do not suffer
      }
    });
  }
  target.on = (type, listener) => {
    (heard[type] ??= new Set()).add(listener);
    return () => heard[type].delete(listener);
  };
  return [emit, (name, more) => emit('state', (target.state = { ...more, name }))];
}
