import { initialsOf, nameOf, toneOf } from './people.js';

const TIME = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const SAME_BREATH_MS = 5 * 60_000;

// Only elements and text nodes are made here; nothing that came over the wire is ever read as markup.
function span(className, text) {
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

function textOf(data) {
  return typeof data === 'string' ? data : JSON.stringify(data);
}

/** What a message says, in one sentence; the guide's words. */
export function sentenceOf({ from, data }) {
  return `${nameOf(from.user)} says: ${textOf(data)}`;
}

/** A line of the log for a message that is stored. */
export function messageLine({ from, data, at, seq, event }, own) {
  if (event) {
    return leaveLine(from.user);
  }
  const item = document.createElement('li');
  const text = span('text', textOf(data));
  const moment = new Date(at);
  Object.assign(item.dataset, { kind: own ? 'own' : 'said', from: from.user, at: moment.getTime(), seq });
  text.dataset.at = TIME.format(moment);
  text.title = moment.toLocaleString();
  if (own) {
    item.append(span('unseen', 'You wrote: '), text);
  } else {
    item.dataset.tone = toneOf(from.user);
    item.append(nameTag(from.user), span('unseen', ' says: '), text);
  }
  return item;
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
  return remarkLine('left', `${nameOf(user)} left the chat`);
}

/** Shows a line as a new day's first, or as said in one breath with the line before. */
export function arrange(line) {
  const before = line.previousElementSibling;
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

function lastTimeBefore(line) {
  let before = line.previousElementSibling;
  while (before && !before.dataset.at) {
    before = before.previousElementSibling;
  }
  return before?.dataset.at ?? 0;
}
