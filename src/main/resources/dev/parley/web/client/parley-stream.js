/**
 * What parley.js takes where no WebSocket opens: the rooms as a stream of events, and `POST` to say something. To parley.js it
 * looks like a WebSocket that speaks `parley.v1`. Loaded only where it is needed.
 *
 * One stream has all rooms, since a browser has few connections for a host; it is opened anew, from where it was, when there is
 * another room. What is said goes one after the other, or it would overtake.
 */

const TOGETHER_MS = 50; // rooms that are joined within it are one stream
const TRY_SOCKET_MS = 60_000;
const OPENS_WITHIN_MS = 10_000;
const ANSWERS_WITHIN_MS = 30_000; // the server gives up after twenty seconds
const RETRY_AFTER_MS = 1_000;
const MOST_OF_A_HEAD = 7_000; // characters; servers take 8 KiB, with what the browser adds
const LONGEST_PLACE = 150; // characters, beside the room's name
const CREDENTIAL_EXPIRED = 4002;
const LOST = 1006;
const BAD_CREDENTIAL = 4500;

/** How to connect without a WebSocket as long as the server answers this user and yet no WebSocket opens. */
export async function streamTo(address, proof) {
  const signal = AbortSignal.timeout(OPENS_WITHIN_MS);
  const { status, headers } = await fetch(eventsOf(address), { ...withProof(proof), method: 'HEAD', signal });
  const isThere = status === 200 && headers.get('Content-Type')?.startsWith('text/event-stream');
  // A server that was just being restarted is there now, for WebSockets too.
  let isBlocked = isThere && !(await opens(address));
  const attempts = new Attempts();
  return (client, remember) =>
    isBlocked &&
    new Stream(address, remember, attempts, () => {
      isBlocked = false;
      client.reconnect();
    });
}

function eventsOf(address, room) {
  const url = new URL(address);
  url.protocol = url.protocol.replace('ws', 'http');
  url.pathname += room ? `/${room}/events` : '/events';
  return url;
}

function withProof({ token, user = token } = {}) {
  return { credentials: 'include', headers: user ? { Authorization: `Bearer ${user}` } : {} };
}

/** Whether a WebSocket opens; with a signal, before that. */
async function opens(address, signal) {
  const socket = new WebSocket(address, 'parley.v1');
  let timer;
  let giveUp;
  const isOpen = await new Promise((resolve) => {
    giveUp = () => resolve(false);
    timer = setTimeout(giveUp, OPENS_WITHIN_MS);
    socket.onopen = () => resolve(true);
    socket.onclose = giveUp;
    signal?.addEventListener('abort', giveUp);
  });
  clearTimeout(timer);
  signal?.removeEventListener('abort', giveUp);
  socket.close();
  return isOpen;
}

/** When a WebSocket is tried next: about once a minute, however often the stream has to be opened anew. */
class Attempts {
  #due;

  constructor() {
    this.failed();
  }

  failed() {
    this.#due = performance.now() + TRY_SOCKET_MS * (0.5 + Math.random());
  }

  get wait() {
    return Math.max(0, this.#due - performance.now());
  }
}

class Stream {
  transport = 'stream';
  readyState = 0;
  #address;
  #remember; // a connection that a message of ours came over
  #attempts;
  #proof;
  #rooms = new Map(); // with the join of each: its `id` until it is answered, and whether the present stream has let it in
  #places = new Map(); // what the client has had of each
  #maxRooms = Infinity;
  #user;
  #refresh;
  #bye = { code: LOST };
  #turn = 0;
  #reading = new AbortController();
  #posting = new AbortController();
  #saying = Promise.resolve();
  #timer;
  #socketTimer;
  #life = new AbortController();
  #onSocket;

  constructor(address, remember, attempts, onSocket) {
    this.#address = address;
    this.#onSocket = onSocket;
    this.#remember = remember;
    this.#attempts = attempts;
    queueMicrotask(() => {
      if (this.readyState === 0) {
        this.readyState = 1;
        this.onopen?.();
      }
    });
    this.#trySocket();
  }

  send(text) {
    const frame = JSON.parse(text);
    const { type, id, room } = frame;
    if (type === 'connect') {
      this.#proof = frame;
      this.#open();
    } else if (type === 'join' && !this.#hasPlaceFor(room)) {
      this.#tell({ id, type: 'error', code: 'too-many-rooms', retry: false, message: 'more rooms than one stream can have' });
    } else if (type === 'join') {
      this.#rooms.set(room, frame);
      this.#places.delete(room);
      if (frame.since) {
        this.#places.set(room, frame.since);
      }
      this.#openSoon();
    } else if (type === 'leave') {
      this.#rooms.delete(room);
      this.#places.delete(room);
      this.#tell({ id, type: 'left', room });
      this.#openSoon();
    } else if (type === 'refresh') {
      this.#proof = frame;
      this.#refresh = id;
      this.#openSoon();
    } else if (type === 'send' || type === 'history') {
      this.#saying = this.#saying.then(() => this.#say(frame)).catch(() => this.#end(LOST));
    } else if (id !== undefined) {
      this.#tell({ id, type: 'error', code: 'unknown-type', retry: false, message: `no ${type} without a WebSocket` });
    }
  }

  close() {
    this.readyState = 3;
    this.#turn++;
    this.#reading.abort();
    this.#posting.abort();
    this.#life.abort();
    clearTimeout(this.#timer);
    clearTimeout(this.#socketTimer);
  }

  #end(code, reason = '') {
    if (this.readyState < 3) {
      this.close();
      this.onclose?.({ code, reason });
    }
  }

  /** Afterwards, or it would be told in the middle of what it says. */
  #tell(frame) {
    queueMicrotask(() => this.onmessage?.({ data: JSON.stringify(frame) }));
  }

  #trySocket() {
    this.#socketTimer = setTimeout(async () => {
      const isOpen = await opens(this.#address, this.#life.signal);
      if (this.readyState > 2) {
        return;
      }
      this.#attempts.failed();
      if (isOpen) {
        this.#onSocket();
      } else {
        this.#trySocket();
      }
    }, this.#attempts.wait);
  }

  /** As many as the server takes of a socket, and as their names and places go into the head of a request. */
  #hasPlaceFor(room) {
    const others = [...this.#rooms.keys()].filter((name) => name !== room && !isInbox(name));
    const withoutPlace = [...others, room].filter((name) => !this.#places.has(name));
    const head =
      idOf(this.#places).length +
      others.join('&room=').length +
      withoutPlace.reduce((sum, name) => sum + name.length * 3 + LONGEST_PLACE, 0);
    return isInbox(room) || (others.length < this.#maxRooms && head < MOST_OF_A_HEAD);
  }

  #openSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#open(), TOGETHER_MS);
  }

  async #open() {
    const mine = ++this.#turn;
    this.#reading.abort();
    this.#reading = new AbortController();
    const url = eventsOf(this.#address);
    for (const [name, wish] of this.#rooms) {
      wish.turn = mine;
      wish.asked = this.#places.has(name);
      wish.isIn = false;
      if (!isInbox(name)) {
        url.searchParams.append('room', name);
      }
      if (wish.presence) {
        url.searchParams.set('presence', 'true');
      }
    }
    const asking = { ...withProof(this.#proof), signal: this.#reading.signal, cache: 'no-store' };
    if (this.#places.size > 0) {
      asking.headers['Last-Event-ID'] = idOf(this.#places);
    }
    try {
      const response = await fetch(url, asking);
      if (!response.ok) {
        await this.#refused(response, mine);
        return;
      }
      for await (const event of eventsIn(response.body)) {
        if (mine !== this.#turn) {
          return;
        }
        await this.#take(event, mine);
      }
    } catch {
      // as if it had ended
    }
    if (mine === this.#turn) {
      this.#end(this.#bye.code, this.#bye.reason);
    }
  }

  async #refused(response, mine) {
    const { room, title, detail } = await response.json().catch(() => ({}));
    const { id } = this.#rooms.get(room) ?? {};
    if (mine !== this.#turn) {
      return;
    }
    if (this.#rooms.delete(room)) {
      const code = response.status === 403 ? 'forbidden' : 'bad-room';
      this.#tell(id === undefined ? { type: 'left', room, reason: code } : { id, type: 'error', code, retry: false, message: detail });
      this.#open();
    } else if (response.status === 401 && this.#user !== undefined) {
      this.#end(CREDENTIAL_EXPIRED, title); // it was good before
    } else {
      this.#end(response.status === 401 || response.status === 403 ? BAD_CREDENTIAL : LOST, title);
    }
  }

  async #take({ id, data }, mine) {
    if (!data) {
      this.#tell({ type: 'ping' }); // a comment: the server is there
      return;
    }
    const frame = JSON.parse(data);
    if (frame.from && frame.from.user === this.#user) {
      await this.#saying; // the answer says whether it is ours
      if (mine !== this.#turn) {
        return; // the next stream tells it
      }
    }
    if (frame.type === 'welcome') {
      this.#welcome(frame);
    } else if (frame.type === 'joined') {
      this.#joined(frame, mine);
    } else if (this.#rooms.get(frame.room)?.isIn === false) {
      // what comes before the answer to a join comes again behind it
    } else if (frame.type !== 'error') { // after which the stream ends, and parley.js comes back
      if (frame.type === 'bye') {
        this.#bye = frame;
      } else if (frame.type === 'left') { // unasked: somebody has taken this user out
        this.#rooms.delete(frame.room);
      }
      this.#tell(frame);
    }
    for (const [room, place] of id ? placesOf(id) : []) {
      if (this.#rooms.get(room)?.isIn) {
        this.#places.set(room, place);
      }
    }
  }

  #welcome(frame) {
    if (this.#user === undefined) {
      this.#user = frame.user;
      this.#maxRooms = frame.limits.rooms;
      this.#tell(frame);
    } else if (this.#refresh !== undefined) {
      this.#tell({ id: this.#refresh, type: 'refreshed', expires: frame.expires, expiresIn: frame.expiresIn });
      this.#refresh = undefined;
    }
  }

  #joined(frame, mine) {
    const wish = this.#rooms.get(frame.room);
    if (!wish) {
      this.#rooms.set(frame.room, { isIn: true }); // the inbox, unasked
      this.#tell(frame);
      return;
    } else if (wish.turn !== mine || (wish.asked && frame.resume === 'none')) {
      return; // the inbox, unasked as well, and a join of it is answered behind this, or by the next stream
    }
    wish.isIn = true;
    if (wish.id !== undefined) {
      this.#tell({ ...frame, id: wish.id });
      delete wish.id;
    } else if (frame.resume === 'lost') {
      this.#tell({ type: 'gap', room: frame.room });
    }
  }

  async #say(frame) {
    if (this.readyState > 2) {
      return; // it is said again over the next connection, or never
    }
    const asking = withProof(this.#proof);
    asking.headers['Content-Type'] = 'application/json';
    const timer = setTimeout(() => this.#posting.abort(), ANSWERS_WITHIN_MS);
    const response = await fetch(eventsOf(this.#address, frame.room), {
      ...asking,
      signal: this.#posting.signal,
      method: 'POST',
      body: JSON.stringify(frame),
    });
    const { status, headers } = response;
    const isJson = headers.get('Content-Type')?.includes('json'); // or it is refused by whoever is in front
    const answer = isJson ? await response.json() : {};
    clearTimeout(timer);
    const author = headers.get('Parley-Connection');
    if (author) {
      this.#remember(author);
    }
    if (answer.type === 'bye') {
      throw answer;
    } else if (status === 401) {
      this.#end(CREDENTIAL_EXPIRED, answer.title);
    } else if (answer.type) {
      this.#tell({ ...answer, id: frame.id });
    } else {
      const code = status === 413 ? 'too-big' : 'forbidden';
      const retry = status === 429 || status >= 500;
      this.#tell({ id: frame.id, type: 'error', code, retry, after: RETRY_AFTER_MS, message: answer.detail });
    }
  }
}

/** The events of a body, as far as there are: each with its `id` and `data`, of which a comment has none. */
async function* eventsIn(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
    const blocks = (text + value).split('\n\n');
    text = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: ?(.*)/s, 2)));
      if (fields.data !== undefined || '' in fields) {
        yield fields;
      }
    }
  }
}

/** The inbox comes unasked. */
function isInbox(name) {
  return name.startsWith('~');
}

/** As the server writes it: name, epoch, number and id, room by room. */
function idOf(places) {
  const fields = [...places].flatMap(([room, { epoch, seq, message }]) => [room, epoch, seq, message]);
  return btoa(fields.join('\n')).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function placesOf(id) {
  const fields = atob(id.replaceAll('-', '+').replaceAll('_', '/')).split('\n');
  const places = new Map();
  for (let i = 0; i < fields.length; i += 4) {
    places.set(fields[i], { epoch: fields[i + 1], seq: Number(fields[i + 2]), message: fields[i + 3] });
  }
  return places;
}
