import { release } from './focus.js';
import { THIS_TAB, recall, remember } from './memory.js';
import { faultOf } from './token.js';

const LONGEST_NAME = 64;
const ASK = 'This server wants to know who you are: give it a token from your application.';

/**
 * Who we say we are: a name if the visitor chose one, else a number, as in the guide, which stays the same as long as the
 * tab is open. On a server that wants proof it is a token instead, which is kept nowhere but in this page.
 */
export class Identity {
  #id = recall('guest', String(Date.now()), THIS_TAB);
  #name = recall('name', '');
  #token = '';
  #wantsToken = false;
  #dialog = document.getElementById('identity');
  #input = document.getElementById('identity-name');
  #fault = document.getElementById('identity-fault');
  #welcome = document.getElementById('welcome');
  #changed;

  constructor(changed) {
    this.#changed = changed;
    remember('guest', this.#id, THIS_TAB);
    document.getElementById('rename').addEventListener('click', () => this.#open());
    const form = this.#dialog.querySelector('form');
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#take(this.#input.value.trim());
    });
    form.querySelector('[type=button]').addEventListener('click', () => this.#dialog.close());
    this.#welcome.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#take(document.getElementById('welcome-name').value.trim());
      this.#endWelcome();
    });
    document.getElementById('stay-guest').addEventListener('click', () => this.#endWelcome());
  }

  /** For the server. */
  get credential() {
    return this.#token ? { token: this.#token } : { user: this.user };
  }

  /** Who we are as far as we know. */
  get user() {
    return this.#name || this.#id;
  }

  /** The server has taken us for this user. Whoever is a guest here for the first time is asked for a name. */
  welcomed(user) {
    this.#showWelcome(user === this.#id && !recall('asked', false));
  }

  /** The server did not take what it was given: the dialog asks for a token, and says what was wrong with the last one. */
  refused() {
    this.#wantsToken = true;
    this.#showWelcome(false);
    this.#open(this.#token && `That token was not accepted. ${faultOf(this.#token)}`);
  }

  #open(fault = '') {
    const wantsToken = this.#wantsToken;
    this.#input.type = wantsToken ? 'password' : 'text';
    this.#input.maxLength = wantsToken ? 8192 : LONGEST_NAME;
    this.#input.value = wantsToken ? '' : this.#name;
    this.#dialog.querySelector('label').textContent = wantsToken ? 'Token' : 'Name';
    document.getElementById('identity-title').textContent = wantsToken ? 'Sign in' : 'What should we call you?';
    document.getElementById('identity-text').textContent = wantsToken ? ASK : 'Everybody in your rooms sees this name.';
    if (!this.#dialog.open) {
      this.#dialog.showModal();
    }
    this.#fault.textContent = fault; // once it is in view, so that it is read out
  }

  #endWelcome() {
    remember('asked', true);
    this.#showWelcome(false);
    document.getElementById('messageText').focus();
  }

  #showWelcome(isShown) {
    if (!isShown) {
      release(this.#welcome);
    }
    this.#welcome.hidden = !isShown;
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
