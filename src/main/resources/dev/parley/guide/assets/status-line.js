import { release } from './focus.js';

const WORDS = { connecting: 'Connecting…', open: 'Connected', waiting: 'Reconnecting', closed: 'Closed' };

/**
 * Shows a connection's state, why it is so, and a button to try at once. The seconds of the countdown stand outside the
 * live region, or a screen reader would read every one of them.
 */
export class StatusLine {
  #hint;
  #pill = document.getElementById('state');
  #word = document.getElementById('state-word');
  #countdown = document.getElementById('countdown');
  #notice = document.getElementById('notice');
  #why = document.getElementById('why');
  #retry = document.createElement('button');
  #ticker;

  constructor(hint, retry) {
    this.#hint = hint;
    this.#retry.type = 'button';
    this.#retry.id = 'retry';
    this.#retry.className = 'quiet';
    this.#retry.textContent = 'Try again';
    this.#notice.append(this.#retry);
    this.#retry.addEventListener('click', () => {
      retry();
      // The button has just gone; the keyboard goes where it is wanted next.
      document.getElementById('messageText').focus();
    });
  }

  show(state) {
    clearInterval(this.#ticker);
    this.#pill.dataset.state = state.name;
    this.#word.textContent = state.refused ? 'Refused' : WORDS[state.name];
    this.#countdown.textContent = '';
    if (state.delay < Infinity) {
      const until = performance.now() + state.delay;
      this.#tick(until, state.refused);
      this.#ticker = setInterval(() => this.#tick(until, state.refused), 250);
    }
    // While the next attempt runs, the last explanation stays: it would flicker otherwise.
    if (state.name === 'open') {
      release(this.#notice);
      this.#notice.hidden = true;
    } else if (state.why) {
      this.#why.textContent = state.refused && this.#hint ? `${state.why} ${this.#hint}` : state.why;
      this.#notice.hidden = false;
    }
  }

  #tick(until, refused) {
    const seconds = Math.max(0, Math.ceil((until - performance.now()) / 1000));
    this.#countdown.textContent = refused ? `next try in ${seconds} s` : `in ${seconds} s`;
  }
}
