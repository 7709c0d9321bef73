/**
 * Hooks for React 18 and later. A room is joined as long as a mounted component uses it, once for all of them. It is left a
 * second after the last one has gone, so that a component that is mounted anew misses nothing. Types: react.d.ts beside this file.
 */

import { useCallback, useSyncExternalStore } from 'react';

const KEPT = 200; // messages
const LEAVE_AFTER_MS = 1_000;
const NOTHING = { state: { name: 'waiting' }, messages: [], members: new Map() };

const held = new WeakMap(); // by client, then by name

/** The room, its latest messages, and how to say something. */
export function useRoom(client, name, { history = 0 } = {}) {
  const { room, state, messages, gap } = useHeld(client, name, history);
  const send = useCallback((data, options) => {
    const one = hold(client, name, 0);
    const off = one.listen(() => {}); // the component may have gone: then the room is left once there is an answer
    return one.room.send(data, options).finally(off);
  }, [client, name]);
  return { room, state, messages, gap, send };
}

/** Who is in the room. */
export function usePresence(client, name) {
  const { members, count } = useHeld(client, name, 0);
  return { members, count };
}

function useHeld(client, name, history) {
  const subscribe = useCallback((listener) => hold(client, name, history).listen(listener), [client, name, history]);
  return useSyncExternalStore(subscribe, () => held.get(client)?.get(name)?.snapshot ?? NOTHING, () => NOTHING);
}

function hold(client, name, history) {
  if (!held.has(client)) {
    held.set(client, new Map());
  }
  const rooms = held.get(client);
  if (!rooms.has(name)) {
    rooms.set(name, create(client.join(name, { presence: true }), () => rooms.delete(name)));
  }
  const one = rooms.get(name);
  one.want(history);
  return one;
}

function create(room, forget) {
  const listeners = new Set();
  let wanted = 0;
  let had = 0;
  let leaving;

  function update(change) {
    one.snapshot = { ...one.snapshot, ...change };
    listeners.forEach((listener) => listener());
  }

  const isHere = ({ message }) => one.snapshot.messages.some((known) => known.message === message);

  /** What comes from the past may have come live, too, and then says whether it is our own. */
  function read() {
    if (wanted > had) {
      had = wanted;
      room.history(one.snapshot.messages[0]?.seq, wanted).then(
        ({ messages }) => {
          const past = messages.filter((message) => message.type !== 'erased' && !isHere(message));
          update({ messages: [...past, ...one.snapshot.messages].slice(-KEPT) });
        },
        () => {
          had = 0; // the state says why; it is read when the room is joined again
        },
      );
    }
  }

  const offs = [
    room.on('state', (state) => {
      update({ state });
      if (state.name === 'joined') {
        read();
      }
    }),
    room.on('gap', (gap) => update({ gap })),
    room.on('message', (message) => {
      if (!isHere(message)) {
        update({ messages: [...one.snapshot.messages, message].slice(-KEPT) });
      }
    }),
    room.on('erased', ({ erased, message: own }) =>
      update({ messages: one.snapshot.messages.filter(({ message }) => message !== (erased?.message ?? own)) }),
    ),
    room.on('presence', ({ members, count }) => update({ members: new Map(members), count })),
  ];

  const one = {
    room,
    snapshot: { ...NOTHING, room, state: room.state },
    listen(listener) {
      clearTimeout(leaving);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) {
          leaving = setTimeout(leave, LEAVE_AFTER_MS);
        }
      };
    },
    /** Reads so many older messages, unless it has been done. */
    want(count) {
      wanted = Math.max(wanted, count);
      read();
    },
  };

  function leave() {
    forget();
    offs.forEach((off) => off());
    room.leave();
  }

  return one;
}
