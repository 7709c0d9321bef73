// What the page remembers over a reload. Storage may be forbidden or full; then it remembers nothing.

const PREFIX = 'parley.';

/** For this tab alone, instead of for all of the browser. */
export const THIS_TAB = 'sessionStorage';

export function recall(name, otherwise, storage = 'localStorage') {
  try {
    return JSON.parse(globalThis[storage].getItem(PREFIX + name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(name, value, storage = 'localStorage') {
  try {
    globalThis[storage].setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Then it does not.
  }
}
