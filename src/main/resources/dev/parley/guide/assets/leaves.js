import { arrange, gather, leaveLine } from './line.js';

const GRACE_MS = 5_000; // who reloads a page, or wanders to another one, has not left
const GRACE_AFTER_LOSS_MS = 25_000; // after a restart of the server all come back, each at its own time
const SAME_LEAVE_MS = 15_000;

/**
 * Who has left a room. The line that says so stands where it happened, but shows only when the grace is over; who is back
 * by then has not left. Those who left one behind the other share a line.
 */
export class Leaves {
  #list;
  #waiting = new Map(); // line and timer, by user
  #told = new Map(); // when it was told last, by user

  constructor(list) {
    this.#list = list;
  }

  /**
   * Of those who talk in plain text, the log tells it as well as the list of members; it is told once. `afterLoss` says
   * that it was found out by coming back.
   */
  add(user, afterLoss = false) {
    const now = performance.now();
    if (this.#waiting.has(user) || now - (this.#told.get(user) ?? -Infinity) < SAME_LEAVE_MS) {
      return;
    }
    const line = leaveLine(user);
    line.hidden = true;
    this.#list.append(line);
    const timer = setTimeout(() => this.#tell(user, line), afterLoss ? GRACE_AFTER_LOSS_MS : GRACE_MS);
    this.#waiting.set(user, { line, timer });
  }

  isBack(user) {
    const { line, timer } = this.#waiting.get(user) ?? {};
    clearTimeout(timer);
    line?.remove();
    this.#waiting.delete(user);
    this.#told.delete(user);
  }

  #tell(user, line) {
    const now = performance.now();
    this.#waiting.delete(user);
    this.#told.forEach((at, other) => now - at > SAME_LEAVE_MS && this.#told.delete(other));
    this.#told.set(user, now);
    line.hidden = false;
    const next = line.nextElementSibling;
    gather(line);
    if (next) {
      gather(next);
      arrange(next);
    }
  }
}
