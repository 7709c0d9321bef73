// When to try again, and what a close code means to the person in front of the screen. No state, no DOM.

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;

// A refusal is an answer: the next one will most likely be the same, so it is asked for seldom and not for ever.
const FIRST_DELAY_REFUSED_MS = 4_000;
const LONGEST_DELAY_REFUSED_MS = 60_000;
export const MOST_REFUSALS = 5;

/**
 * How long to wait before attempt number `failures + 1`, in milliseconds. Exponential with full jitter, so that the
 * clients of a restarted server come back spread out. A refused handshake also has a lower bound, since a lucky draw
 * near zero would be a second knock at a door that was just shut.
 */
export function delayAfter(failures, refused = false, random = Math.random) {
  const first = refused ? FIRST_DELAY_REFUSED_MS : FIRST_DELAY_MS;
  const longest = refused ? LONGEST_DELAY_REFUSED_MS : LONGEST_DELAY_MS;
  const ceiling = Math.min(longest, first * 2 ** Math.max(0, failures - 1));
  const floor = refused ? first / 2 : 0;
  return floor + random() * (ceiling - floor);
}

const FINAL_CODES = new Set([1000, 1002, 1003, 1007, 1008, 1009]);

/** Whether a connection that ended with this code is worth opening again. */
export function isWorthRetrying(code) {
  return !FINAL_CODES.has(code) && !(code >= 4500 && code <= 4999);
}

const MEANINGS = new Map([
  [1000, 'The server ended the conversation.'],
  [1001, 'The server is going away.'],
  [1002, 'The server saw a protocol error.'],
  [1003, 'The server takes text only.'],
  [1006, 'The connection was lost.'],
  [1007, 'The server received text that is not valid UTF-8.'],
  [1008, 'The server refused this by its policy.'],
  [1009, 'The message was too big.'],
  [1011, 'The server had an internal error.'],
  [4001, 'This connection could not keep up.'],
  [4002, 'The credential has expired.'],
  [4003, 'This connection stopped answering.'],
  [4004, 'The server is overloaded.'],
  [4500, 'The credential was not accepted.'],
  [4501, 'An operator removed this connection.'],
  [4502, 'A limit was exceeded.'],
  [4503, 'The server does not speak this protocol.'],
]);

export const OFFLINE = 'This device is offline.';

/** One sentence for a close code; the server's own reason, if it gave one, in quotes behind it. */
export function meaningOf(code, reason = '') {
  const meaning = MEANINGS.get(code) ?? 'The connection ended.';
  const number = code === 1005 || code === 1006 ? '' : ` (${code})`;
  return meaning.replace(/\.$/, `${number}.`) + (reason ? ` “${reason}”` : '');
}
