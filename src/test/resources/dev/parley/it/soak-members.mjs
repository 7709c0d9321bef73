// Members of a soak who have parley.js, many in one process. Arguments: the sites, with commas between. On the standard input, a line
// each: `connect MEMBER ROOM`, `send MEMBER KEY`, `drop MEMBER`; on the standard output, what they see.
import { createInterface } from 'node:readline';
import { connect } from './parley.mjs';

const sites = process.argv[2].split(',');
const members = new Map();

/** Each time to any of the sites. Whose it is stands in the address. */
globalThis.WebSocket = class extends WebSocket {
  constructor(address, protocol) {
    const { search, searchParams } = new URL(address);
    super(sites[Math.floor(Math.random() * sites.length)] + search, protocol);
    members.get(searchParams.get('member')).socket = this;
  }
};

function join(member, name) {
  const known = {};
  members.set(member, known);
  const client = connect(`${sites[0]}?member=${member}`, { credential: member });
  client.on('error', (error) => console.log(`wrong ${member} was told ${error}`));
  client.on('state', ({ name: state, code, reason }) => state === 'closed' && console.log(`wrong ${member} was closed with ${code} ${reason}`));
  known.room = client.join(name);
  known.room.on('state', ({ name: state, resume, replayed }) => {
    console.log(`${state === 'joined' ? 'in' : 'out'} ${member}`);
    if (resume === 'ok') {
      console.log(`resumed ${member} ${replayed}`);
    }
  });
  known.room.on('gap', ({ reason }) => console.log(`wrong ${member} lost what it missed: ${reason}`));
  known.room.on('message', ({ seq, data }) => console.log(`message ${member} ${seq} ${data}`));
}

/** The client hears nothing more, whatever is on its way. */
function drop({ socket }) {
  if (socket?.readyState === 1) {
    const { onclose } = socket;
    socket.onmessage = socket.onclose = null;
    socket.close();
    onclose?.({ code: 1006, reason: 'cut' });
    console.log('dropped');
  }
}

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const [word, member, what] = line.split(' ');
  if (word === 'connect') {
    join(member, what);
  } else if (word === 'drop') {
    drop(members.get(member));
  } else {
    members.get(member).room.send(what, { key: what }).then(
      ({ position, duplicate }) => console.log(`acked ${member} ${position.seq} ${what} ${duplicate}`),
      (error) => console.log(`wrong ${member} could not say ${what}: ${error.code}`),
    );
  }
});
lines.on('close', () => process.exit());
