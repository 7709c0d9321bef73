import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { connect } from '@parley/client';
import { usePresence, useRoom } from '@parley/client/react';

const client = connect(new URL('rooms', document.baseURI), { credential: { user: 'ann' } });

function Messages() {
  const { messages, send, state } = useRoom(client, 'react', { history: 10 });
  window.say = send;
  return (
    <>
      <p id="state">{state.name}</p>
      <button id="say" onClick={() => send('from the page')} />
      <ul id="said">{messages.map(({ message, data }) => <li key={message}>{data}</li>)}</ul>
    </>
  );
}

function People() {
  const { members } = usePresence(client, 'react');
  return <p id="people">{[...members.keys()].sort().join(' ')}</p>;
}

function Page() {
  const [isOpen, setOpen] = useState(true);
  return (
    <>
      <button id="toggle" onClick={() => setOpen(!isOpen)} />
      {isOpen && <Messages />}
      {isOpen && <People />}
    </>
  );
}

createRoot(document.getElementById('root')).render(
  <StrictMode>
    <Page />
  </StrictMode>,
);
