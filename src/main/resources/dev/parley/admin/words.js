/** Figures, times and what was done, in an operator's words. */

const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** A number in three digits, with its size as a letter. */
export function short(value) {
  for (const [size, letter] of [[1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
    if (Math.abs(value) >= size) {
      return `${+(value / size).toPrecision(3)}${letter}`;
    }
  }
  return `${+Number(value).toPrecision(3)}`;
}

export const bytes = (count) => `${short(count)}B`;
export const percent = (share) => `${Math.round(100 * share)} %`;
export const moment = (instant) => MOMENT.format(new Date(instant));

/** `1 room`, `2 rooms`. */
export const many = (count, one) => `${count.toLocaleString()} ${one}${count === 1 ? "" : "s"}`;

export function ago(millis) {
  const seconds = Math.max(0, Math.round(millis / 1_000));
  if (seconds < 90) {
    return `${seconds} s`;
  }
  if (seconds < 5_400) {
    return `${Math.round(seconds / 60)} min`;
  }
  return seconds < 172_800 ? `${(seconds / 3_600).toFixed(1)} h` : `${(seconds / 86_400).toFixed(1)} days`;
}

/** How long a block is to last. */
function span(seconds) {
  for (const [length, unit] of [[86_400, "day"], [3_600, "hour"], [60, "minute"]]) {
    if (seconds >= length && seconds % length === 0) {
      return many(seconds / length, unit);
    }
  }
  return many(seconds, "second");
}

// A user's name, with who vouches for it where that is known: the same name from another source is another user.
export const named = (user, source) => (source ? `${user} (${source})` : user);

const whom = ({ user, source, address }) => (user ? `user ${named(user, source)}` : `address ${address}`);
const asked = (query = "") => whom(Object.fromEntries(new URLSearchParams(query)));
const STATES = { open: ["opened", "open"], paused: ["paused", "pause"], draining: ["drained", "drain"] };

/** What was asked for: as it was done, as it was to be done, and what it was aimed at. */
const DEEDS = [
  [/^POST blocks (\{.*)$/s, (body) => { const is = JSON.parse(body); return ["blocked", "block", `${whom(is)} for ${span(is.seconds)}`]; }],
  [/^DELETE blocks\?(.*)$/, (query) => ["let", "let", `${asked(query)} in again`]],
  [/^PUT nodes\/([^/]+)\/doors (\{.*)$/s, (node, body) => [...STATES[JSON.parse(body).state], `node ${node}`]],
  [/^DELETE connections\?(.*)$/, (query) => ["disconnected", "disconnect", asked(query)]],
  [/^DELETE connections\/([^?]+)/, (id) => ["disconnected", "disconnect", `connection ${id}`]],
  [/^DELETE users\/(.+)\/connections/, (user) => ["disconnected", "disconnect", `user ${user}`]],
  [/^POST users\/(.+)\/messages/, (user) => ["wrote", "write", `to user ${user}`]],
  [/^POST messages/, () => ["said something", "say something", "in several rooms"]],
  [/^POST rooms\/([^/]+)\/messages/, (room) => ["said something", "say something", `in room ${room}`]],
  [/^DELETE rooms\/([^/]+)\/messages\/([^?]+)/, (room, id) => ["erased", "erase", `message ${id} in room ${room}`]],
  [/^DELETE rooms\/([^/]+)\/messages/, (room) => ["purged", "purge", `the history of room ${room}`]],
  [/^DELETE rooms\/([^/]+)\/members/, (room) => ["closed", "close", `room ${room}`]],
];

/** An entry of the audit log as a sentence. What this page does not know stays as it was asked. */
export function sentenceOf({ who, what, result }) {
  const actor = who || "Somebody unknown";
  const refusal = /^refused: (.*)$/s.exec(result)?.[1];
  const [did, todo, aim] = deedOf(what) ?? [`asked for “${what}”`, `ask for “${what}”`, ""];
  return refusal === undefined
    ? `${actor} ${did} ${aim}`.trimEnd() + "."
    : `${actor} wanted to ${todo} ${aim}`.trimEnd() + ` and was refused: ${refusal.replace(/\.$/, "")}.`;
}

function deedOf(what) {
  for (const [pattern, tell] of DEEDS) {
    const found = pattern.exec(what);
    if (found) {
      try {
        return tell(...found.slice(1));
      } catch {
        return undefined; // a body that is no JSON, or not all of it: what was asked is shown as it is
      }
    }
  }
  return undefined;
}
