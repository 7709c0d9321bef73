import { webSocketUrl } from './connection.js';
import { Conversation } from './conversation.js';

const PREFIX = 'Message text was: ';

new Conversation({
  describe: (text) => ({ label: text.startsWith(PREFIX) ? PREFIX.length : 0 }),
}).connect(webSocketUrl('ws'));
