import { linked } from './links.js';
import { initialsOf, nameOf, toneOf } from './people.js';

const TIME = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const SAME_BREATH_MS = 5 * 60_000;
const LONG_CHARACTERS = 1_200;
const LONG_LINES = 14;
const MOST_NAMES = 30; // in the tooltip of those who have left

const leavers = new WeakMap(); // who has left, by line

// Only elements and text nodes are made here; nothing that came over the wire is ever read as markup.
function span(className, text = '') {
  const element = document.createElement('span');
  element.className = className;
  element.textContent = text;
  return element;
}

/** A name with its avatar. */
export function nameTag(user) {
  const tag = span('who', nameOf(user));
  tag.dataset.initials = initialsOf(user);
  return tag;
}

/** What a message says: a text, the `text` of an object that has one (backends send such), or else JSON. */
export function textOf(data) {
  const text = typeof data?.text === 'string' ? data.text : data;
  return typeof text === 'string' ? text : JSON.stringify(text);
}

/** What a message says, in one sentence; the guide's words. */
export function sentenceOf({ from, data }) {
  return `${nameOf(from.user)} says: ${textOf(data)}`;
}

/** The words, written from the side that their script begins at; what stands beside them is not part of them. */
export function words(text) {
  const element = span('text');
  element.dir = 'auto';
  element.append(...linked(text));
  return element;
}

/** A line of the log for a message that is stored. */
export function messageLine({ from, data, at, seq, message, event }, own) {
  if (event) {
    return leaveLine(from.user);
  }
  const item = document.createElement('li');
  const bubble = span('bubble');
  const text = textOf(data);
  const moment = new Date(at);
  Object.assign(item.dataset, { kind: own ? 'own' : 'said', from: from.user, at: moment.getTime(), seq, message });
  bubble.append(words(text));
  bubble.dataset.at = TIME.format(moment);
  bubble.title = moment.toLocaleString();
  if (text.length > LONG_CHARACTERS || text.split('\n', LONG_LINES + 1).length > LONG_LINES) {
    bubble.append(folded(bubble, text));
  }
  if (own) {
    item.append(span('unseen', 'You wrote: '), bubble);
  } else {
    item.dataset.tone = toneOf(from.user);
    item.append(nameTag(from.user), span('unseen', ' says: '), bubble);
  }
  return item;
}

/** Folds a long text, and returns the button that shows all of it. */
function folded(bubble, text) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'quiet unfold';
  const show = (all) => {
    bubble.toggleAttribute('data-folded', !all);
    button.setAttribute('aria-expanded', all);
    button.textContent = all ? 'Show less' : `Show all ${text.length.toLocaleString()} characters`;
  };
  button.addEventListener('click', () => show(bubble.hasAttribute('data-folded')));
  show(false);
  return button;
}

/** A line that nobody said. */
export function remarkLine(kind, text) {
  const item = document.createElement('li');
  item.dataset.kind = kind;
  item.textContent = text;
  return item;
}

/** The line that somebody has gone. */
export function leaveLine(user) {
  const line = remarkLine('left', '');
  leavers.set(line, [user]);
  tellLeavers(line);
  return line;
}

function tellLeavers(line) {
  const [first, ...others] = leavers.get(line).map(nameOf);
  const more = others.length > 1 ? ` and ${others.length.toLocaleString()} others` : others.map((name) => ` and ${name}`).join('');
  line.textContent = `${first}${more} left the chat`;
  line.title = others.length > 1 ? [first, ...others].slice(0, MOST_NAMES).join(', ') : '';
}

/** Puts those who have left into the line before, if that tells of such, too. */
export function gather(line) {
  const before = shownBefore(line);
  if (leavers.has(line) && !line.hidden && leavers.has(before)) {
    const known = leavers.get(before);
    known.push(...leavers.get(line).filter((user) => !known.includes(user)));
    tellLeavers(before);
    line.remove();
  }
}

/** Shows a line as a new day's first, or as said in one breath with the line before. */
export function arrange(line) {
  const before = shownBefore(line);
  if (!line.dataset.at) {
    return;
  }
  const at = Number(line.dataset.at);
  const then = Number(before?.dataset.at ?? lastTimeBefore(line));
  line.toggleAttribute(
    'data-follows',
    before?.dataset.from === line.dataset.from &&
      before.dataset.kind === line.dataset.kind &&
      at - then < SAME_BREATH_MS,
  );
  const day = DAY.format(at);
  const isToday = day === DAY.format(Date.now());
  line.dataset.day = (then ? DAY.format(then) === day : isToday) ? '' : isToday ? 'Today' : day;
}

function shownBefore(line) {
  let before = line.previousElementSibling;
  while (before?.hidden) {
    before = before.previousElementSibling;
  }
  return before;
}

function lastTimeBefore(line) {
  let before = line.previousElementSibling;
  while (before && !before.dataset.at) {
    before = before.previousElementSibling;
  }
  return before?.dataset.at ?? 0;
}
