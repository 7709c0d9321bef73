'use strict';
// The guide's chat and echo with Socket.IO, over its WebSocket transport.
const http = require('http');
const { Server } = require('socket.io');

const server = http.createServer();
const io = new Server(server, { transports: ['websocket'] });

io.on('connection', (socket) => {
  const id = socket.handshake.query.client_id;
  socket.on('echo', (text) => socket.emit('echo', `Message text was: ${text}`));
  if (id === undefined) {
    return;
  }
  socket.join('chat');
  socket.on('chat', (text) => {
    socket.emit('message', `You wrote: ${text}`);
    io.to('chat').emit('message', `Client #${id} says: ${text}`);
  });
  socket.on('disconnect', () => io.to('chat').emit('message', `Client #${id} left the chat`));
});
server.listen({ host: '127.0.0.1', port: Number(process.argv[2]), backlog: 4096 });
