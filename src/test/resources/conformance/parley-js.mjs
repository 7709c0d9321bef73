// What the conformance kit starts: parley.js, and what it sees on the standard output. Arguments: the address, and a room.
import { createInterface } from 'node:readline';
import { connect } from './parley.mjs';

const [address, name] = process.argv.slice(2);
const print = (...words) => console.log(words.filter((word) => word !== undefined).join(' '));

const client = connect(address, { credential: 'token' });
client.on('state', ({ name, code }) => name === 'closed' && print('closed', code));
const room = client.join(name);
room.on('state', ({ name, resume, reason, error }) => {
  if (name === 'joined') {
    print('joined', resume, reason);
  } else if (name === 'refused') {
    print('refused', error.code);
  }
});
room.on('message', ({ seq, data }) => print('message', seq, JSON.stringify(data)));

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [, word, json] = line.match(/^(\w+) ?(.*)$/);
    if (word === 'send') {
      room.send(JSON.parse(json)).then(
        ({ position }) => print('acked', json, position.seq),
        ({ code }) => print('failed', json, code),
      );
    } else if (word === 'leave') {
      room.leave();
    }
  })
  .on('close', () => process.exit());
