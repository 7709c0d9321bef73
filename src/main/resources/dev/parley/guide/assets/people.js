// How people are called and coloured.

/** Who came by a number is a client, as in the guide; who has a name goes by it. */
export function nameOf(user) {
  return /^-?\d+$/.test(user) ? `Client #${user}` : user;
}

/** Two characters for an avatar. The last digits of a number, which differ most between people who came together. */
export function initialsOf(user) {
  if (/^-?\d+$/.test(user)) {
    return user.slice(-2);
  }
  const words = user.split(/[\s._-]+/).filter(Boolean);
  const [first = '?', second] = words.map((word) => [...word][0]);
  return (first + (second ?? '')).toUpperCase();
}

const TONES = 8;
const tones = new Map();

/** One of eight colours, the same for the same name; the first eight people of a page differ. */
export function toneOf(user) {
  if (!tones.has(user)) {
    const taken = new Set(tones.values());
    let tone = hashOf(user) % TONES;
    while (taken.size < TONES && taken.has(tone)) {
      tone = (tone + 1) % TONES;
    }
    tones.set(user, tone);
  }
  return tones.get(user);
}

function hashOf(user) {
  let hash = 7;
  for (const character of user) {
    hash = (hash * 31 + character.codePointAt(0)) >>> 0;
  }
  return hash;
}
