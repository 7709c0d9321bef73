import { nameOf } from './people.js';

const SHOWN_MS = 5_000;
const TOLD_EVERY_MS = 2_000; // often enough that one lost signal is not seen

/**
 * Tells the others in a room that its reader is writing, and shows who else is. Nobody says when it is over: a hint goes five seconds
 * after the last sign, when what was written arrives, and at once where all of it was taken back.
 */
export class Typing {
  #line;
  #input;
  #isMine;
  #writers = new WeakMap(); // by room: when each writer's hint goes, by name
  #room;
  #toldAt = -Infinity;
  #timer;

  constructor(line, input, isMine) {
    this.#line = line;
    this.#input = input;
    this.#isMine = isMine;
    input.addEventListener('input', () => this.#tell());
    input.form.addEventListener('submit', () => (this.#toldAt = -Infinity));
  }

  /** Hears from a room from now on, whether it is shown or not. */
  watch(room) {
    const writers = new Map();
    this.#writers.set(room, writers);
    room.on('signal', (signal) => {
      const { typing } = signal.data ?? {};
      if (typeof typing === 'boolean' && !this.#isMine(signal)) {
        writers.delete(signal.from.user);
        if (typing) {
          writers.set(signal.from.user, performance.now() + SHOWN_MS);
        }
        this.#draw();
      }
    });
    room.on('message', ({ from }) => writers.delete(from.user) && this.#draw());
  }

  /** This is the room that its reader sees and writes in. */
  show(room) {
    this.#room = room;
    this.#toldAt = -Infinity;
    this.#draw();
  }

  #tell() {
    const typing = this.#input.value !== '';
    const isNews = performance.now() - this.#toldAt > TOLD_EVERY_MS;
    if (typing ? isNews : this.#toldAt > 0) {
      this.#toldAt = typing ? performance.now() : -Infinity;
      this.#room?.signal({ typing });
    }
  }

  #draw() {
    clearTimeout(this.#timer);
    const writers = this.#writers.get(this.#room) ?? new Map();
    const now = performance.now();
    [...writers].filter(([, until]) => until <= now).forEach(([user]) => writers.delete(user));
    this.#line.textContent = sentence([...writers.keys()].map(nameOf));
    if (writers.size > 0) {
      this.#timer = setTimeout(() => this.#draw(), Math.max(0, Math.min(...writers.values()) - now) + 1);
    }
  }
}

function sentence([first, second, ...more]) {
  if (first === undefined) {
    return '';
  }
  if (more.length > 0) {
    return 'Several people are typing…';
  }
  return second === undefined ? `${first} is typing…` : `${first} and ${second} are typing…`;
}
