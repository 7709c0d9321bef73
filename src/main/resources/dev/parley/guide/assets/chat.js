import { connect } from '../parley.js';
import { Announcer } from './announcer.js';
import { Cut } from './cut.js';
import { release } from './focus.js';
import { Identity } from './identity.js';
import { sentenceOf, textOf } from './line.js';
import { recall, remember } from './memory.js';
import { Notifier, mentions } from './mentions.js';
import { MembersPane, RoomsPane } from './panes.js';
import { nameOf } from './people.js';
import { OFFLINE, meaningOf } from './retry.js';
import { RoomView } from './room-view.js';
import { StatusLine } from './status-line.js';
import { Typing } from './typing.js';

const ROOM_NAME = /^[a-z0-9][a-z0-9._:-]{0,99}$/;
const FIRST_ROOMS = ['lobby', 'news', 'random'];
const BAD_CREDENTIAL = 4500;
const TOAST_MS = 8_000;
const NOTE_SEEN_MS = 300;
const NEAR_THE_END = 40; // pixels
const NEAR_THE_START = 300;

const page = Object.fromEntries(
  ['log', 'paper', 'latest', 'toast', 'typing', 'composer', 'messageText', 'send', 'join', 'room-name', 'room-rule', 'room-title',
    'ws-id', 'demo', 'demo-rule', 'rooms-pane', 'members-pane'].map((id) => [id, document.getElementById(id)]),
);
const views = new Map();
const announcer = new Announcer();
const identity = new Identity(() => client.reconnect());
const client = connect('rooms', { credential: () => identity.credential });
const notifier = new Notifier();
const cut = new Cut(() => page['rooms-pane'].hidePopover?.());
const status = new StatusLine('', () => client.reconnect());
const members = new MembersPane();
const typing = new Typing(page.typing, page.messageText, isMine);
const roomsPane = new RoomsPane({ chosen: go, left: leave });
let current;
let wasOpen = false;
let catchingUp;
let losses = new Map();
let toastTimer;
let drawing = false;
let noting = false;

// Rooms

function isRoomName(name) {
  return ROOM_NAME.test(name);
}

function enter(name) {
  if (!views.has(name)) {
    const room = client.join(name, { presence: true, since: recall(`seen.${name}`) });
    const view = new RoomView(room, isMine, {
      changed: draw,
      came: noteSeen,
      said: (sentence) => view === current && announcer.say(sentence),
      isForMe: ({ data }) => mentions(client.user ?? identity.user, textOf(data)),
      mentioned: (message) => notifier.tell(`Parley #${name}`, sentenceOf(message), () => go(name)),
      resumed: (replayed) => caughtUp(replayed),
      lost: (reason) => lost(name, reason),
      tooBig: (text, why) => takenBack(view, text, why),
    });
    view.watchedBy(() => view === current && !document.hidden && isAtTheEnd());
    views.set(name, view);
    typing.watch(room);
    rememberRooms();
  }
  return views.get(name);
}

function go(name) {
  history.pushState(null, '', `?room=${name}`);
  show(name);
}

function show(name) {
  const view = enter(name);
  page['rooms-pane'].hidePopover?.();
  if (view !== current) {
    looked();
    if (current) {
      current.draft = page.messageText.value;
      current.scrolled = page.log.scrollTop;
      current.turnAway();
    }
    current = view;
    view.turnTo();
    page.paper.replaceChildren(view.element);
    page.log.scrollTop = view.scrolled;
    page.messageText.value = view.draft;
    typing.show(view.room);
  }
  page.messageText.focus();
  looked();
  draw();
}

function leave(name) {
  views.get(name).room.leave();
  views.delete(name);
  rememberRooms();
  if (current?.room.name === name) {
    const [next = FIRST_ROOMS[0]] = views.keys();
    go(next);
  }
  draw();
}

function rememberRooms() {
  remember('rooms', [...views.keys()]);
}

function isMine({ from }) {
  return from.user === (client.user ?? identity.user);
}

// What is seen, and how it is told. The log is laid out from its end: there its position is 0, and further up negative.

function isAtTheStart() {
  return page.log.scrollHeight - page.log.clientHeight + page.log.scrollTop < NEAR_THE_START;
}

function isAtTheEnd() {
  return Math.abs(page.log.scrollTop) < NEAR_THE_END;
}

function looked() {
  if (current && !document.hidden && isAtTheEnd()) {
    current.markRead();
    if (current.room.position) {
      remember(`seen.${current.room.name}`, current.room.position);
    }
  }
  if (isAtTheEnd()) {
    release(page.latest);
  }
  page.latest.hidden = isAtTheEnd();
}

/** What is read as it comes has been seen, and is not new after a reload. Not at each message: storage is slow. */
function noteSeen() {
  if (!noting) {
    noting = true;
    setTimeout(() => {
      noting = false;
      looked();
    }, NOTE_SEEN_MS);
  }
}

/** Everything that depends on several rooms, at most once a frame. */
function draw() {
  if (!drawing) {
    drawing = true;
    // Not an animation frame: a hidden page has none, and its title must tell what is new.
    setTimeout(() => {
      drawing = false;
      drawNow();
    });
  }
}

function drawNow() {
  if (!current) {
    return;
  }
  looked();
  if (isAtTheStart()) {
    current.loadOlder();
  }
  const { room } = current;
  const state = room.state.name;
  roomsPane.show(views, current);
  members.show(room.members, state === 'refused' ? undefined : room.count, client.user, state === 'joined');
  page['room-title'].textContent = room.name;
  page['ws-id'].textContent = client.user ?? identity.user;
  page.latest.textContent = current.unread > 0 ? `↓ ${current.unread} new` : '↓ Latest';
  page.messageText.placeholder =
    state === 'refused' ? `You may not enter #${room.name} (${room.state.error.code})` : `Message #${room.name}`;
  if (state === 'refused') {
    release(page.composer, page.log);
  }
  page.messageText.disabled = page.send.disabled = state === 'refused';
  const unread = [...views.values()].reduce((sum, view) => sum + view.unread, 0);
  document.title = document.hidden && unread > 0 ? `(${unread}) Chat` : 'Chat';
}

function caughtUp(replayed) {
  catchingUp = (catchingUp ?? 0) + replayed;
  const missed = catchingUp === 1 ? '1 missed message' : `${catchingUp} missed messages`;
  toast(`Reconnecting… resumed, ${catchingUp === 0 ? 'nothing missed' : missed}`);
}

function lost(name, reason) {
  losses.set(reason, [...(losses.get(reason) ?? []), `#${name}`]);
  toast(`Reconnected. ${[...losses].map(([why, names]) => `Messages lost (${why}): ${names.join(', ')}`).join('. ')}`);
}

/** The reader may shorten it, unless something else has been written meanwhile. */
function takenBack(view, text, why) {
  const isFree = view === current && page.messageText.value === '';
  if (isFree) {
    page.messageText.value = text;
    toast(`Not sent, ${why}.`);
  }
  return isFree;
}

function toast(sentence) {
  clearTimeout(toastTimer);
  page.toast.textContent = sentence;
  toastTimer = setTimeout(() => (page.toast.textContent = ''), TOAST_MS);
}

function whyOf(delay, code, reason) {
  if (code === undefined) {
    return '';
  }
  if (delay === Infinity) {
    return cut.delay ? 'You have cut the network of this page. Watch what happens when it is back.' : OFFLINE;
  }
  return wasOpen || code !== 1006 ? meaningOf(code, reason) : 'The server cannot be reached.';
}

client.on('state', (state) => {
  const { name, delay, code, reason } = state;
  status.show({ name, delay: delay === Infinity ? (cut.delay ?? delay) : delay, why: whyOf(delay, code, reason) });
  wasOpen ||= name === 'open';
  if (name === 'open') {
    catchingUp = undefined;
    losses = new Map();
    cut.end();
    identity.welcomed(client.user);
    page.demo.hidden = page['demo-rule'].hidden = !('user' in identity.credential);
  } else if (code === BAD_CREDENTIAL) {
    identity.refused();
  }
  draw();
});

// What the reader does

page.log.addEventListener('scroll', draw, { passive: true });

document.addEventListener('visibilitychange', draw);

addEventListener('pagehide', looked);

page.latest.addEventListener('click', () => {
  page.log.scrollTop = 0;
  page.messageText.focus();
});

page.messageText.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    page.composer.requestSubmit();
  }
});

page.composer.addEventListener('submit', (event) => {
  event.preventDefault();
  const text = page.messageText.value;
  if (text.trim() === '' || page.messageText.disabled) {
    return;
  }
  page.messageText.value = '';
  page.messageText.focus();
  page.log.scrollTop = 0;
  current.send(text);
});

page.join.addEventListener('submit', (event) => {
  event.preventDefault();
  const name = page['room-name'].value.trim().toLowerCase();
  const isGood = isRoomName(name);
  page['room-rule'].textContent =
    isGood ? '' : 'Letters a to z, digits, and after the first one also . _ : -';
  if (isGood) {
    page['room-name'].value = '';
    go(name);
  }
});

document.addEventListener('keydown', (event) => {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (event.altKey && step && !document.querySelector('dialog[open]')) {
    event.preventDefault();
    const names = [...views.keys()];
    go(names[(names.indexOf(current.room.name) + step + names.length) % names.length]);
  }
});

addEventListener('popstate', () => show(roomInAddress()));

function roomInAddress() {
  const name = new URLSearchParams(location.search).get('room') ?? '';
  return isRoomName(name) ? name : FIRST_ROOMS[0];
}

const known = recall('rooms', FIRST_ROOMS).filter(isRoomName);
known.forEach(enter);
show(roomInAddress());
