import { release } from './focus.js';

const CUT_MS = 8_000;

/** Cuts the network of this page for some seconds, as far as the client can tell: it hears that the device is offline. */
export class Cut {
  #button = document.getElementById('cut');
  #timer;

  constructor(pressed) {
    this.#button.addEventListener('click', () => {
      pressed();
      release(this.#button);
      this.#button.disabled = true;
      this.#timer = setTimeout(() => dispatchEvent(new Event('online')), CUT_MS);
      dispatchEvent(new Event('offline'));
    });
  }

  /** How long it takes; nothing if it is not cut. */
  get delay() {
    return this.#timer && CUT_MS;
  }

  /** The connection is there again. */
  end() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#button.disabled = false;
  }
}
