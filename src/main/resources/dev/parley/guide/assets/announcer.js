const PAUSE_MS = 600;
const MOST_AT_ONCE = 3;

/**
 * Reads messages out to those who do not see them. Many at once become a number: a screen reader that is told
 * everything in a busy room is no help. The log itself is not live, or loading what is older would be read out as new.
 */
export class Announcer {
  #region = document.getElementById('announcer');
  #waiting = [];
  #timer;

  say(sentence) {
    this.#waiting.push(sentence);
    this.#timer ??= setTimeout(() => this.#flush(), PAUSE_MS);
  }

  #flush() {
    this.#timer = undefined;
    const sentences = this.#waiting.splice(0);
    this.#region.textContent =
      sentences.length > MOST_AT_ONCE ? `${sentences.length} new messages` : sentences.join('. ');
  }
}
