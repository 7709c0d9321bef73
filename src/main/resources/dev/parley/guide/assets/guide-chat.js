import { webSocketUrl } from './connection.js';
import { Conversation } from './conversation.js';

const clientId = Date.now();
const TONES = 6;

document.getElementById('ws-id').textContent = clientId;

function describe(text) {
  const [own] = /^You wrote: /.exec(text) ?? [];
  if (own) {
    return { kind: 'own', label: own.length };
  }
  const [said, speaker] = /^Client #(-?\d+) says: /.exec(text) ?? [];
  if (said) {
    return speaker === String(clientId)
      ? { kind: 'own-said', label: said.length }
      : { kind: 'said', label: said.length, tone: toneOf(speaker) };
  }
  return /^Client #-?\d+ left the chat$/.test(text) ? { kind: 'left' } : {};
}

// The last digits of a time in milliseconds differ most between people who came together.
function toneOf(speaker) {
  return Number(speaker.slice(-6)) % TONES;
}

new Conversation({ describe }).connect(webSocketUrl(`ws/${clientId}`));
