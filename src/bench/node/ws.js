'use strict';
// The guide's chat and echo with ws, as its documentation writes a broadcast.
const { WebSocketServer } = require('ws');

const chat = new Set();
const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.argv[2]), backlog: 4096 });

function broadcast(text) {
  for (const client of chat) {
    client.send(text);
  }
}

server.on('connection', (client, request) => {
  client.on('error', () => {});
  if (request.url === '/ws') {
    client.on('message', (data) => client.send(`Message text was: ${data}`));
    return;
  }
  const id = request.url.slice('/ws/'.length);
  chat.add(client);
  client.on('message', (data) => {
    client.send(`You wrote: ${data}`);
    broadcast(`Client #${id} says: ${data}`);
  });
  client.on('close', () => {
    chat.delete(client);
    broadcast(`Client #${id} left the chat`);
  });
});
