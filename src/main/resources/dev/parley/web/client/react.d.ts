/** Types of react.js, the hooks for React. */

import type { Ack, Client, Delivered, Gap, Json, Member, Message, Room, RoomState, SendOptions } from './parley.js';

export interface RoomOptions {
  /** How many messages of the past to begin with; 0 if missing, 100 at most. */
  history?: number;
}

export interface RoomView<Data = Json> {
  /** Undefined before the component is mounted. */
  readonly room: Room<Data> | undefined;
  readonly state: RoomState;
  /** The latest 200, the oldest first: what came since the room was joined, and the past that was asked for. */
  readonly messages: readonly (Delivered<Data> | Message<Data>)[];
  /** The last time that messages were missed. */
  readonly gap: Gap | undefined;
  /** As `room.send`; the same function as long as client and name are. To be called once the component is mounted. */
  readonly send: (data: Data, options?: SendOptions) => Promise<Ack>;
}

export interface PresenceView {
  readonly members: ReadonlyMap<string, Member>;
  /** How many members there are, also where they are too many to list; undefined before it is known. */
  readonly count: number | undefined;
}

/**
 * A room, joined as long as any mounted component uses it, once for all of them; it is left a second after the last one has gone.
 *
 * @param client made outside of components, or kept in a ref
 */
export function useRoom<Data = Json>(client: Client, name: string, options?: RoomOptions): RoomView<Data>;

/** Who is in a room. It joins like `useRoom`. */
export function usePresence(client: Client, name: string): PresenceView;
