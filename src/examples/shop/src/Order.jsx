import { usePresence, useRoom } from '@parley/client/react';
import { useActionState, useEffect, useSyncExternalStore } from 'react';
import { change, live } from './backend.js';
import { Heading } from './Heading.jsx';
import { after, inWords } from './order.js';

const CONNECTION = {
  connecting: 'Connecting …',
  waiting: 'Connection lost. Trying again …',
  closed: 'Logged out. Reload the page to log in.',
  joining: 'Connecting …',
  joined: 'Live. Changes appear by themselves.',
  refused: 'You may not watch this order any more.',
};

/** An order as it was fetched, and whatever has been said about it since. */
export function Order({ order: fetched, isStaff, reload }) {
  const client = live();
  const name = `order-${fetched.id}`;
  const { messages, state, gap } = useRoom(client, name, { history: 100 });
  const { members } = usePresence(client, name);
  const order = messages.reduce(after, fetched);
  const others = [...members.keys()].filter((user) => user !== client.user).sort();

  const connection = useSyncExternalStore(listenToClient, () => client.state.name);
  useEffect(() => {
    if (gap) {
      reload(); // something was missed and is not kept any more
    }
  }, [gap, reload]);

  return (
    <>
      <Heading>{`Order ${order.id}`}</Heading>
      <p role="status" className="status">{inWords(order)}</p>
      {isStaff && <Next order={order} />}
      <h2>Also looking</h2>
      <p className="others">{others.join(', ') || 'nobody'}</p>
      <p role="status" className="connection">{CONNECTION[connection === 'open' ? state.name : connection]}</p>
      <p><a href="#">All orders</a></p>
    </>
  );
}

function listenToClient(listener) {
  return live().on('state', listener);
}

/** What staff do next. The page changes when the message comes, here as everywhere. */
function Next({ order }) {
  const [error, submit, isPending] = useActionState(
    (what, form) => change(order.id, form.get('what'), form).then(() => '', ({ message }) => message),
    '',
  );
  if (order.status === 'delivered') {
    return null;
  }
  return (
    <form action={submit}>
      {order.status === 'new' && (
        <label>Parcels <input name="parcels" type="number" min="1" max="99" defaultValue="1" required /></label>
      )}
      <input type="hidden" name="what" value={order.status === 'new' ? 'ship' : 'deliver'} />
      <button disabled={isPending}>{order.status === 'new' ? 'Ship' : 'It has arrived'}</button>
      <p role="alert">{error}</p>
    </form>
  );
}
