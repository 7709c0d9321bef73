import { recall, remember } from './memory.js';

const LONGEST_NAME = 64;

/**
 * Who we say we are: a name if the visitor chose one, else a number, as in the guide. On a server that wants proof it
 * is a token instead, which is kept nowhere but in this page.
 */
export class Identity {
  #id = String(Date.now());
  #name = recall('name', '');
  #token = '';
  #wantsToken = false;
  #dialog = document.getElementById('identity');
  #input = document.getElementById('identity-name');
  #changed;

  constructor(changed) {
    this.#changed = changed;
    document.getElementById('rename').addEventListener('click', () => this.ask());
    const form = this.#dialog.querySelector('form');
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#take(this.#input.value.trim());
    });
    form.querySelector('[type=button]').addEventListener('click', () => this.#dialog.close());
  }

  /** For the server. */
  get credential() {
    return this.#token ? { token: this.#token } : { user: this.user };
  }

  /** Who we are as far as we know. */
  get user() {
    return this.#name || this.#id;
  }

  /** Opens the dialog; `wantsToken` if the server did not take the name. */
  ask(wantsToken = this.#wantsToken) {
    this.#wantsToken = wantsToken;
    this.#input.type = wantsToken ? 'password' : 'text';
    this.#input.maxLength = wantsToken ? 8192 : LONGEST_NAME;
    this.#input.value = wantsToken ? '' : this.#name;
    this.#dialog.querySelector('label').textContent = wantsToken ? 'Token' : 'Name';
    document.getElementById('identity-title').textContent = wantsToken ? 'Sign in' : 'What should we call you?';
    document.getElementById('identity-text').textContent = wantsToken
      ? 'This server wants to know who you are: give it a token from your application.'
      : 'Everybody in your rooms sees this name.';
    if (!this.#dialog.open) {
      this.#dialog.showModal();
    }
  }

  #take(value) {
    if (!value) {
      return;
    }
    if (this.#wantsToken) {
      this.#token = value;
    } else {
      this.#name = value;
      remember('name', value);
    }
    this.#dialog.close();
    this.#changed();
  }
}
