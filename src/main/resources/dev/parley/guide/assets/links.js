// Only these two schemes: a link that runs a script, or opens a file, is not one.
const ADDRESS = /\bhttps?:\/\/[^\s<>"`]+/gi;
const BEHIND = /[.,;:!?'*_~)\]}]$/;
const PAIRS = { ')': '(', ']': '[', '}': '{' };

/** The text as nodes: text, and links where it holds web addresses. Together they read as the text did, to the character. */
export function linked(text) {
  const nodes = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = trimmed(found);
    if (URL.canParse(address)) {
      nodes.push(text.slice(end, index), link(address));
      end = index + address.length;
    }
  }
  nodes.push(text.slice(end));
  return nodes.filter((node) => node !== '');
}

/** Without what ends the sentence around it; a bracket stays if it was opened in the address. */
function trimmed(address) {
  const counts = new Map([...'()[]{}'].map((bracket) => [bracket, address.split(bracket).length]));
  let end = address.length;
  for (let last; BEHIND.test((last = address[end - 1])) && !(counts.get(PAIRS[last]) >= counts.get(last)); end--) {
    counts.set(last, counts.get(last) - 1); // counted once, since somebody may write very many
  }
  return address.slice(0, end);
}

function link(address) {
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.target = '_blank';
  anchor.rel = 'noopener noreferrer nofollow';
  anchor.textContent = address;
  return anchor;
}
