// A page left open for a week must not eat the machine; older lines go first.
const MOST_LINES = 1_000;

const TIME = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });

/**
 * The list of received messages: one item a message, text only, never markup. `describe(text)` may return
 * `{kind, label, tone}`: how the item is dressed and how long the part before the message proper is.
 */
export class MessageLog {
  #list;
  #pane;
  #trimmed;
  #describe;

  constructor(describe = () => ({})) {
    this.#list = document.getElementById('messages');
    this.#pane = document.getElementById('log');
    this.#trimmed = document.getElementById('trimmed');
    this.#describe = describe;
  }

  add(text) {
    const { kind, label = 0, tone } = this.#describe(text);
    const item = document.createElement('li');
    if (kind) {
      item.dataset.kind = kind;
    }
    if (tone !== undefined) {
      item.dataset.tone = tone;
    }
    if (label > 0) {
      const who = document.createElement('span');
      who.textContent = text.slice(0, label);
      item.append(who, text.slice(label));
    } else {
      item.textContent = text;
    }
    item.dataset.at = TIME.format(Date.now());
    this.#list.append(item);
    while (this.#list.childElementCount > MOST_LINES) {
      this.#list.firstElementChild.remove();
      this.#trimmed.hidden = false;
    }
  }

  /** The pane is laid out from its end, so its end is at zero; it stays there by itself unless the reader scrolls. */
  showLatest() {
    this.#pane.scrollTop = 0;
  }
}
