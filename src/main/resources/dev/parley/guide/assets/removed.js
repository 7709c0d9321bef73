import { release } from './focus.js';
import { arrange, remarkLine } from './line.js';

/** The line in the place of a message that was erased. That the log tells of another one is a line that is not shown. */
export function removedLine({ seq, erased }) {
  const line = remarkLine('removed', 'This message was removed');
  line.dataset.seq = seq;
  line.hidden = Boolean(erased);
  return line;
}

/** Takes what is erased off the list, as the room tells it; what is missing from the list already is appended as removed. */
export function forgetErased(room, list, append) {
  room.on('erased', (frame) => {
    const line = frame.erased && list.querySelector(`[data-seq="${frame.erased.seq}"]`);
    if (line) {
      release(line);
      line.replaceWith(removedLine(frame.erased));
      [...list.children].forEach(arrange); // whoever followed it in one breath stands alone
    }
    append(removedLine(frame));
  });
}
