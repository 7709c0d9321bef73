// Sends so many messages to a room with parley.js, all at once, and prints how long it took in milliseconds.
import { connect } from './parley.mjs';

const [address, name, count] = process.argv.slice(2);
const client = connect(address, { credential: 'alice' });
const room = client.join(name);
client.on('state', ({ name, code }) => console.error(name, code ?? ''));
await Promise.all(Array.from({ length: 64 }, (_, i) => room.send(`warm ${i}`)));
console.log('warm');
const began = performance.now();
const acks = await Promise.all(Array.from({ length: Number(count) }, (_, i) => room.send(i)));
console.log('took', Math.round(performance.now() - began), 'duplicates', acks.filter(({ duplicate }) => duplicate).length);
client.close();
