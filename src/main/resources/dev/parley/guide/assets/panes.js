import { nameTag } from './line.js';
import { nameOf, toneOf } from './people.js';

/** The list of rooms: links, so that they can be opened elsewhere, and what is unread in each. */
export class RoomsPane {
  #list = document.getElementById('rooms');
  #elsewhere = document.getElementById('elsewhere');
  #opener = document.getElementById('open-rooms');
  #listener;

  /** The listener gets `chosen(name)` and `left(name)`. */
  constructor(listener) {
    this.#listener = listener;
  }

  show(views, current) {
    const items = [...views.values()].map((view) => this.#item(view, view === current));
    // Only when something is different: replacing what has the focus would take it away.
    if (items.map((item) => item.outerHTML).join('') !== this.#list.innerHTML) {
      const focused = this.#list.contains(document.activeElement) && document.activeElement.dataset;
      this.#list.replaceChildren(...items);
      if (focused) {
        const same = this.#list.querySelector(`[data-room="${focused.room}"][data-does="${focused.does}"]`);
        (same ?? this.#list.querySelector('[aria-current]')).focus(); // the room may have been left
      }
    }
    const unread = [...views.values()].filter((view) => view !== current).reduce((sum, view) => sum + view.unread, 0);
    this.#elsewhere.textContent = unread > 99 ? '99+' : unread;
    this.#elsewhere.hidden = unread === 0;
    this.#opener.setAttribute('aria-label', unread === 0 ? 'Rooms' : `Rooms, ${unread} unread`);
  }

  #item({ room, unread }, isCurrent) {
    const item = document.createElement('li');
    const link = document.createElement('a');
    link.href = `?room=${room.name}`;
    Object.assign(link.dataset, { room: room.name, does: 'open' });
    const name = document.createElement('span');
    name.className = 'room-name';
    name.textContent = room.name;
    link.append(name);
    if (isCurrent) {
      link.setAttribute('aria-current', 'true');
    }
    if (room.state.name === 'refused') {
      link.append(note('locked', 'no entry'));
    } else if (unread > 0) {
      link.dataset.unread = '';
      const badge = note('badge', unread > 99 ? '99+' : String(unread));
      badge.append(note('unseen', ' unread'));
      link.append(badge);
    }
    link.addEventListener('click', (event) => {
      if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        this.#listener.chosen(room.name);
      }
    });
    const leave = document.createElement('button');
    leave.type = 'button';
    leave.className = 'leave';
    leave.textContent = '×';
    leave.setAttribute('aria-label', `Leave ${room.name}`);
    Object.assign(leave.dataset, { room: room.name, does: 'leave' });
    leave.addEventListener('click', () => this.#listener.left(room.name));
    item.append(link, leave);
    return item;
  }
}

/** Who is in the room that is shown. */
export class MembersPane {
  #pane = document.getElementById('members-pane');
  #list = document.getElementById('members');
  #count = document.getElementById('member-count');
  #headCount = document.getElementById('head-count');
  #opener = document.getElementById('open-members');

  show(members, count, self, isLive) {
    this.#pane.classList.toggle('stale', !isLive);
    this.#count.textContent = count ?? '';
    this.#headCount.textContent = count ?? '';
    this.#opener.setAttribute('aria-label', count === undefined ? 'Members' : `Members, ${count}`);
    const others = [...members.values()].filter(({ user }) => user !== self).sort(byName);
    const own = members.has(self) ? [members.get(self)] : [];
    this.#list.replaceChildren(...[...own, ...others].map((member) => memberItem(member, member.user === self)));
  }
}

function byName(one, other) {
  return nameOf(one.user).localeCompare(nameOf(other.user), undefined, { numeric: true });
}

function memberItem({ user, connections }, isSelf) {
  const item = document.createElement('li');
  item.dataset.tone = toneOf(user);
  item.dataset.user = user;
  item.append(nameTag(user));
  if (isSelf) {
    item.append(note('aside', 'you'));
  }
  if (connections > 1) {
    const times = note('aside', `×${connections}`);
    times.title = `${connections} connections`;
    item.append(times);
  }
  return item;
}

function note(className, text) {
  const element = document.createElement('span');
  element.className = className;
  element.textContent = text;
  return element;
}
