import { release } from './focus.js';
import { Leaves } from './leaves.js';
import { arrange, gather, messageLine, remarkLine, sentenceOf, words } from './line.js';
import { removedLine, removeErased } from './removed.js';

const PAGE = 50;
const MOST_LINES = 1_000; // a page left open for a week must not eat the machine

const LOSSES = {
  epoch: 'the server began this room’s log anew, and what was said before cannot be had',
  trimmed: 'the server has dropped what was said meanwhile',
  'too-many': 'more was said meanwhile than can be caught up with; the latest is here',
  rewritten: 'the server’s log went back to an earlier state',
  forbidden: 'you may not read here what was said meanwhile',
};

const FAILURES = {
  forbidden: 'you may not write here',
  'too-big': 'it is too long',
  closed: 'the connection has ended',
  left: 'the room was left',
  uncertain: 'it may or may not have arrived',
};

/**
 * One room as its reader sees it: the lines, what is on its way, what was missed, what is unread. It lives on while
 * another room is shown; `element` is what to show.
 *
 * The listener gets `changed()`, when state, members or unread messages did, `said(sentence)` for what should be read
 * out, and `resumed(replayed)` and `lost(reason)` after a loss. `isForMe(message)` tells whether it mentions the reader, and
 * `mentioned(message)` that one has come. `tooBig(text, why)` returns whether it took the text back. `came()` is told of every
 * message.
 */
export class RoomView {
  element = document.createElement('div');
  list = document.createElement('ul');
  unread = 0;
  draft = '';
  scrolled = 0;
  room;
  #isMine;
  #listener;
  #pending = document.createElement('ul');
  #older = document.createElement('button');
  #start = document.createElement('p');
  #oldest; // of the messages of the present epoch that are shown
  #more = false;
  #loading = false;
  #fillsGap = false;
  #meanwhile = []; // arrived while a gap is being filled, and comes behind it
  #missed = 0; // replayed messages to come
  #wasIn = false;
  #isFresh = false; // joined for the first time since the page was loaded
  #seen = () => false;
  #mark; // the first unread line
  #leaves = new Leaves(this.list);
  #comesBack = false; // the next list of members is the first after a loss

  constructor(room, isMine, listener) {
    this.room = room;
    this.#isMine = isMine;
    this.#listener = listener;
    this.element.className = 'paper';
    this.#pending.setAttribute('aria-label', 'On the way');
    this.#pending.className = 'pending';
    this.#older.type = 'button';
    this.#older.className = 'quiet older';
    this.#older.textContent = 'Earlier messages';
    this.#older.hidden = true;
    this.#older.addEventListener('click', () => this.loadOlder());
    this.#start.className = 'trimmed';
    this.#start.textContent = `This is where #${room.name} begins.`;
    this.#start.hidden = true;
    this.element.append(this.#older, this.#start, this.list, this.#pending);
    room.on('state', (state) => this.#changed(state));
    room.on('message', (message) => this.#received(message));
    room.on('erased', (frame) => this.#received(frame));
    room.on('presence', (presence) => this.#present(presence));
    room.on('gap', (gap) => this.#gap(gap));
    room.on('dropped', (count) => this.#append(remarkLine('lost', `${count} messages were left out: this connection was too slow.`)));
  }

  /** `seen()` tells whether the reader is looking at the latest line of this room. */
  watchedBy(seen) {
    this.#seen = seen;
  }

  /** The reader has seen everything. The mark before what was unread stays until there is a new one. */
  markRead() {
    if (this.unread > 0) {
      this.unread = 0;
      this.#listener.changed();
    }
  }

  /** The reader turns to this room. */
  turnTo() {
    this.list.id = 'messages';
    this.#pending.id = 'pending';
  }

  /** The reader has turned to another room: what was new is new no more. */
  turnAway() {
    this.list.removeAttribute('id');
    this.#pending.removeAttribute('id');
    this.#unmark();
  }

  send(text) {
    const item = document.createElement('li');
    item.append(words(text));
    this.#pending.append(item);
    this.#dispatch(item, text);
  }

  async loadOlder() {
    if (this.#loading || !this.#more) {
      return;
    }
    this.#loading = true;
    this.#older.textContent = 'Loading…';
    try {
      const { messages, more } = await this.room.history(this.#oldest, PAGE);
      const next = this.list.firstElementChild;
      this.list.prepend(...messages.map((message) => this.#line(message)));
      [...this.list.children].slice(0, messages.length + (next ? 1 : 0)).forEach((line) => {
        gather(line);
        arrange(line);
      });
      this.#oldest = messages[0]?.seq ?? this.#oldest;
      this.#offerOlder(more);
    } catch {
      // Not allowed, or ended for good: what is here is what there is.
      this.#offerOlder(false);
      this.#start.hidden = true;
    } finally {
      this.#loading = false;
      this.#older.textContent = 'Earlier messages';
    }
  }

  #offerOlder(more) {
    this.#more = more;
    if (!more) {
      release(this.#older, document.getElementById('log'));
    }
    this.#older.hidden = !more;
    this.#start.hidden = more || this.list.childElementCount === 0;
  }

  #changed({ name, resume, replayed = 0 }) {
    if (name === 'joined') {
      this.#comesBack = this.#wasIn;
      this.#isFresh = !this.#wasIn;
      if (this.#isFresh) {
        this.#wasIn = true;
        this.#oldest = this.room.position.seq + 1;
        this.#more = true;
        this.loadOlder();
      } else if (resume === 'ok') {
        this.#missed = replayed;
        this.#listener.resumed(replayed);
      }
    }
    this.list.dataset.empty = name === 'refused' ? 'You may not enter this room.' : 'Nobody has said anything yet.';
    this.#showProgress();
    this.#listener.changed();
  }

  #received(message) {
    if (this.#fillsGap) {
      this.#meanwhile.push(message);
      return;
    }
    if (message.type === 'erased') {
      removeErased(message, this.list);
      this.#append(removedLine(message));
      return;
    }
    this.#listener.came();
    if (message.event) {
      this.#leaves.add(message.from.user);
      return;
    }
    const own = this.#isMine(message);
    if (own) {
      this.#arrived(message);
    }
    const isNews = !own && !this.#seen();
    const line = this.#append(this.#line(message));
    this.#leaves.isBack(message.from.user);
    if (this.#missed > 0) {
      this.#markMissed(line);
    } else if (isNews && this.unread === 0) {
      this.#markNew(line, 'New');
    }
    if (isNews) {
      this.unread++;
      this.#listener.changed();
    }
    if (!own) {
      this.#listener.said(sentenceOf(message));
    }
    if (isNews && 'mention' in line.dataset) {
      this.#listener.mentioned(message);
    }
  }

  #markMissed(line) {
    if (this.#mark?.dataset.missed !== String(this.#missed)) {
      this.#markNew(line, this.#missed === 1 ? '1 missed message' : `${this.#missed} missed messages`);
    }
    this.#missed = 0;
  }

  #markNew(line, words) {
    this.#unmark();
    this.#mark = line;
    line.dataset.mark = words;
  }

  #unmark() {
    delete this.#mark?.dataset.mark;
    this.#mark = undefined;
  }

  #line(message) {
    if (message.type === 'erased') {
      return removedLine(message);
    }
    const own = this.#isMine(message);
    const line = messageLine(message, own);
    line.toggleAttribute('data-mention', !own && !message.event && this.#listener.isForMe(message));
    return line;
  }

  #append(line) {
    this.list.append(line);
    gather(line);
    arrange(line);
    while (this.list.childElementCount > MOST_LINES) {
      this.list.firstElementChild.remove();
      const first = this.list.querySelector('[data-seq]');
      this.#oldest = Number(first.dataset.seq);
      this.#offerOlder(true);
    }
    return line;
  }

  #present({ joined, left }) {
    joined.forEach((user) => this.#leaves.isBack(user));
    left.forEach((user) => this.#leaves.add(user, this.#comesBack));
    this.#comesBack = false;
    this.#listener.changed();
  }

  async #gap({ reason, before, now }) {
    if (this.#isFresh) {
      return; // the place was remembered from another visit; this one starts with the latest messages
    }
    const remark = remarkLine('lost', `Messages lost (${reason}): ${LOSSES[reason] ?? 'they cannot be had'}.`);
    this.#append(remark);
    this.#listener.lost(reason);
    this.#unmark();
    this.#fillsGap = true;
    try {
      const { messages } = await this.room.history(now.seq + 1, PAGE);
      const isSameLog = before?.epoch === now.epoch && reason !== 'rewritten';
      messages.filter(({ seq }) => !isSameLog || seq > before.seq).forEach((message) => this.#append(this.#line(message)));
    } catch {
      // The remark says it all.
    }
    this.#fillsGap = false;
    if (before?.epoch !== now.epoch) {
      this.#offerOlder(false); // what is older on the page is of a log that is no more
      this.#start.hidden = true;
    }
    this.#meanwhile.splice(0).forEach((message) => this.#received(message));
  }

  /** Takes the message from those on the way: they arrive in order, so it is the first of that text that was not refused. */
  #arrived({ data }) {
    const item = [...this.#pending.children].find(
      (candidate) => candidate.dataset.state !== 'failed' && candidate.firstElementChild.textContent === data,
    );
    item?.remove();
  }

  async #dispatch(item, text) {
    const show = (state, why = '') => {
      item.dataset.state = state;
      item.dataset.why = why;
    };
    item.querySelector('.choices')?.remove();
    show(this.room.state.name === 'joined' ? 'sending' : 'waiting');
    try {
      await this.room.send(text);
      show('sent'); // and goes when it comes back as a message, which is at once
    } catch (error) {
      if (error.code === 'too-big' && this.#listener.tooBig(text, error.message)) {
        item.remove();
        return;
      }
      show('failed', FAILURES[error.code] ?? error.message);
      this.#listener.said(`Not sent, ${item.dataset.why}: ${text}`);
      item.append(this.#choices(item, text));
    }
  }

  #choices(item, text) {
    const choices = document.createElement('span');
    choices.className = 'choices';
    choices.append(
      choice('Try again', () => this.#dispatch(item, text)),
      choice('Discard', () => item.remove()),
    );
    return choices;
  }

  #showProgress() {
    const state = this.room.state.name === 'joined' ? 'sending' : 'waiting';
    for (const item of this.#pending.children) {
      if (item.dataset.state === 'sending' || item.dataset.state === 'waiting') {
        item.dataset.state = state;
      }
    }
  }
}

function choice(words, chosen) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'quiet';
  button.textContent = words;
  button.addEventListener('click', () => {
    chosen();
    document.getElementById('messageText').focus(); // the button is gone
  });
  return button;
}
