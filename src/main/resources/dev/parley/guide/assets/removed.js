import { release } from './focus.js';
import { arrange, remarkLine } from './line.js';

/** The line in the place of a message that was erased. That the log tells of another one is a line that is not shown. */
export function removedLine({ seq, message, erased }) {
  const line = remarkLine('removed', 'This message was removed');
  Object.assign(line.dataset, { seq, message });
  line.hidden = Boolean(erased);
  return line;
}

/** Takes what is erased off the list. By its id: a number may stand twice, in two logs of the room. */
export function removeErased({ erased }, list) {
  const line = erased && [...list.children].find(({ dataset }) => dataset.message === erased.message);
  if (line) {
    release(line);
    line.replaceWith(removedLine(erased));
    [...list.children].forEach(arrange); // whoever followed it in one breath stands alone
  }
}
