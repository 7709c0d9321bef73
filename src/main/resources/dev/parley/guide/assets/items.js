import { webSocketUrl } from './connection.js';
import { Conversation } from './conversation.js';

const PREFIX = /^(Session cookie or query token value is: |Query parameter q is: |Message text was: )/;

const conversation = new Conversation({
  describe: (text) => ({ label: PREFIX.exec(text)?.[0].length }),
  hint: 'It wants a token, or a session cookie.',
});

document.getElementById('visit').addEventListener('submit', (event) => {
  event.preventDefault();
  const itemId = document.getElementById('itemId').value;
  const url = webSocketUrl(`items/${encodeURIComponent(itemId)}/ws`);
  url.searchParams.set('token', document.getElementById('token').value);
  conversation.connect(url);
  document.getElementById('messageText').focus();
});
