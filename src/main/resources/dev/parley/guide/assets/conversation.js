import { Connection } from './connection.js';
import { MessageLog } from './message-log.js';
import { StatusLine } from './status-line.js';

const MOST_WAITING = 20;

/**
 * A page that talks: it ties the form, the log and the status line to one connection. What is sent while there is no
 * connection waits, visibly, and goes out when there is one.
 */
export class Conversation {
  #connection = null;
  #state = 'idle';
  #address = '';
  #waiting = [];
  #log;
  #status;
  #input = document.getElementById('messageText');
  #button = document.getElementById('send');
  #pending = document.getElementById('pending');

  /** `describe` dresses a message, see MessageLog; `hint` is shown where a handshake was refused. */
  constructor({ describe, hint } = {}) {
    this.#log = new MessageLog(describe);
    this.#status = new StatusLine(hint, () => this.#connection?.open());
    document.getElementById('composer').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
  }

  /** Leaves the present address, if any, and talks to this one. What waits was meant for the path it was written to. */
  connect(url) {
    if (url.pathname !== this.#address) {
      this.#address = url.pathname;
      this.#waiting = [];
      this.#pending.replaceChildren();
    }
    this.#connection?.dispose();
    this.#connection = new Connection(url, {
      changed: (state) => this.#changed(state),
      received: (text) => this.#log.add(text),
    });
    this.#connection.open();
  }

  #changed(state) {
    this.#state = state.name;
    this.#status.show(state);
    if (state.name === 'open') {
      while (this.#waiting.length > 0 && this.#connection.send(this.#waiting[0])) {
        this.#waiting.shift();
        this.#pending.firstElementChild.remove();
      }
    }
    this.#offerSending();
  }

  #submit() {
    const text = this.#input.value;
    if (!this.#connection.send(text)) {
      this.#waiting.push(text);
      const item = document.createElement('li');
      item.textContent = text;
      this.#pending.append(item);
    }
    this.#input.value = '';
    this.#input.focus();
    this.#log.showLatest();
    this.#offerSending();
  }

  #offerSending() {
    const goesSomewhere = this.#state !== 'idle' && this.#state !== 'closed';
    this.#button.disabled = !goesSomewhere || this.#waiting.length >= MOST_WAITING;
  }
}
