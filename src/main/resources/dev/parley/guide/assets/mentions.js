import { release } from './focus.js';
import { recall, remember } from './memory.js';

const SURE = 3; // characters: a shorter name needs the @, or many a word would mention somebody
const LETTER = '[\\p{L}\\p{N}_]';

/** Whether the text calls this user: by `@name` or the name as a word of its own, a guest by `#number`. */
export function mentions(user, text) {
  const isGuest = /^-?\d+$/.test(user);
  const name = user.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  const mark = isGuest ? '[@#]' : user.length < SURE ? '@' : '@?';
  return new RegExp(`(?<!${LETTER})${mark}${name}(?!${LETTER})`, 'iu').test(text);
}

/**
 * The button that asks for notifications, and the notifications: of a message that mentions the reader while the page is
 * not looked at. The browser is asked only when the button is pressed.
 */
export class Notifier {
  #button = document.getElementById('notify');

  constructor() {
    this.#button.hidden = !('Notification' in globalThis);
    this.#button.addEventListener('click', () => this.#toggle());
    this.#show();
  }

  get #isOn() {
    return recall('notify', false) && globalThis.Notification?.permission === 'granted';
  }

  /** Tells it, if the reader wants that; `opened` is called when the notification is clicked. */
  tell(title, body, opened) {
    if (this.#isOn) {
      const notification = new Notification(title, { body, tag: title, icon: 'assets/parley.svg' });
      notification.onclick = () => {
        window.focus();
        notification.close();
        opened();
      };
    }
  }

  async #toggle() {
    const wanted = !this.#isOn;
    if (wanted && Notification.permission !== 'granted') {
      await Notification.requestPermission();
    }
    remember('notify', wanted);
    this.#show();
  }

  #show() {
    const isDenied = globalThis.Notification?.permission === 'denied';
    this.#button.setAttribute('aria-pressed', this.#isOn);
    if (isDenied) {
      release(this.#button);
    }
    this.#button.disabled = isDenied;
    this.#button.textContent = isDenied ? 'This browser blocks notifications' : 'Notify me of mentions';
  }
}
