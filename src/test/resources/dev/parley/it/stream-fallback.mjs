// What StreamFallbackIT starts beside parley.js: prints what it sees, says what it is told to. Arguments: the address, a room, and
// who it is.
import { createInterface } from 'node:readline';

// A minute between attempts at a WebSocket is a second, and who does not say welcome or answer within so many seconds does not
// within so many tenths; everything else takes as long as it does.
const wait = globalThis.setTimeout;
const hasty = (ms) => (ms > 30_000 && ms <= 90_000 ? ms / 60 : ms === 30_000 || ms === 15_000 ? ms / 10 : ms);
globalThis.setTimeout = (task, ms, ...rest) => wait(task, hasty(ms), ...rest);

// The WebSocket of Node 20, which is there on trial, does not say that one has ended that never opened.
if (process.version.startsWith('v20.')) {
  globalThis.WebSocket = class extends WebSocket {
    constructor(...arguments_) {
      super(...arguments_);
      this.onerror = () => {
        this.onerror = null;
        wait(() => this.onclose?.({ code: 1006, reason: '' }));
      };
    }
  };
}

const { connect } = await import('./parley.js');
const [address, name, credential] = process.argv.slice(2);

const client = connect(address, { credential });
client.on('state', ({ name, transport = 'socket', code }) => console.log('state', name === 'open' ? transport : name, code ?? ''));
const room = client.join(name);
const other = client.join(`${name}-2`);
room.on('state', ({ name, resume }) => console.log('room', name, resume ?? ''));
room.on('gap', ({ reason }) => console.log('gap', reason));
room.on('message', ({ seq, data, own }) => console.log('message', seq, JSON.stringify(data), own));
client.inbox.on('message', ({ data }) => console.log('inbox', JSON.stringify(data)));
other.on('message', ({ data }) => console.log('other', JSON.stringify(data)));

createInterface({ input: process.stdin })
  .on('line', (line) => {
    if (line === 'close') {
      client.close();
      return;
    }
    const [, word, json] = line.match(/^(\w+) (.*)$/);
    (word === 'other' ? other : room).send(JSON.parse(json)).then(
      ({ position }) => console.log('acked', json, position.seq),
      ({ code }) => console.log('failed', json, code),
    );
  })
  .on('close', () => process.exit());
