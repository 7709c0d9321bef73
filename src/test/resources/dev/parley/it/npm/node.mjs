// Node 20, which has no WebSocket of its own and is given one. Arguments: the address, and a room.
import { connect } from '@parley/client';
import { WebSocket } from 'ws';

globalThis.WebSocket = WebSocket;
const [address, name] = process.argv.slice(2);
const client = connect(address, { credential: { user: 'node' } });
const room = client.join(name);
const heard = new Promise((resolve) => room.on('message', resolve));
const { position } = await room.send('from Node');
const { data, own } = await heard;
console.log(`stored ${position.seq}, heard ${data} ${own}`);
client.close();
