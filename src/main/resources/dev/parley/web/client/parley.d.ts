/** Types of parley.js, the client of Parley's rooms (subprotocol `parley.v1`). */

/** Anything that JSON can carry. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Ends a subscription. */
export type Off = () => void;

/** A place in a room's log. `seq` counts without a hole as long as `epoch` stays; a new epoch is a log that began anew. */
export interface Position {
  readonly epoch: string;
  readonly seq: number;
  /** The id of the message at `seq`. */
  readonly message: string;
}

export interface Sender {
  readonly user: string;
  /** Missing for those who talk in plain text. */
  readonly connection?: string;
}

export interface Message<Data = Json> {
  readonly type: 'message';
  readonly room: string;
  readonly seq: number;
  /** The message's id. */
  readonly message: string;
  /** When it was stored, by the server's clock, in ISO 8601. */
  readonly at: string;
  readonly from: Sender;
  /** Set where nobody said anything: somebody who talks in plain text has left. */
  readonly event?: 'left';
  readonly data: Data;
}

/** A message as listeners get it. */
export interface Delivered<Data = Json> extends Message<Data> {
  /** Whether this very client sent it, over this or an earlier connection. */
  readonly own: boolean;
}

/** What somebody else says to those who are in just now. It is kept nowhere. */
export interface Signal<Data = Json> {
  readonly room: string;
  readonly from: Sender;
  readonly data: Data;
}

/**
 * Something of the room's log was erased. With `erased`, that message was, and whoever shows or keeps it forgets it. Without, it is what
 * stood here.
 */
export interface Erased {
  readonly type: 'erased';
  readonly room: string;
  readonly seq: number;
  readonly message: string;
  readonly at: string;
  readonly erased?: { readonly seq: number; readonly message: string };
}

export interface Ack {
  readonly room: string;
  /** Where the message is stored. */
  readonly position: Position;
  /** Whether it was there already, from an earlier attempt under the same key. */
  readonly duplicate: boolean;
}

export interface History<Data = Json> {
  readonly room: string;
  /** In the order of the log, the oldest first; what has no `data` has `type` `erased`. */
  readonly messages: readonly (Message<Data> | Erased)[];
  /** Whether there are older ones. */
  readonly more: boolean;
}

export interface Member {
  readonly user: string;
  readonly connections: number;
  /** What the user last said of itself, on whichever connection; missing or null if nothing. */
  readonly data?: Json;
}

/** Some of those who are in a room, in the order of names. */
export interface MembersPage {
  readonly members: readonly Member[];
  /** How many there are in all. */
  readonly count: number;
  /** Whether there are some after these. */
  readonly more: boolean;
}

export interface Limits {
  /** The longest frame, in bytes of UTF-8: what is sent, as JSON, with its key and the name of its room. */
  readonly messageBytes?: number;
  readonly messagesPerSecond?: number;
  /** How many rooms one connection may be in. */
  readonly rooms?: number;
}

/**
 * Why something was not done. `code` is the server's, or one of ours:
 *
 * - `disconnected`: there was no connection (room requests wait instead, and do not fail with this)
 * - `closed`: the connection was closed for good
 * - `left`: the room was left meanwhile
 * - `too-big`: it would be longer than the server takes, and was not sent; `message` says by how much. Or, with what stands
 *   around it, longer than the server sends to others, and was not stored
 * - `removed`, `forbidden`: this user was taken out of the room
 * - `uncertain`: the message was sent, the connection was lost, and it was too late to try again under the same key;
 *   it may have been stored
 */
export class ParleyError extends Error {
  readonly code: string;
  /** Whether trying again can help. Room requests do so themselves. */
  readonly retry: boolean;
  /** After how many milliseconds. */
  readonly after?: number;
  /** Of a message that was `rejected`: why, as the policy calls it; `message` is its sentence for the user. */
  readonly reason?: string;
}

export type ClientState =
  | { readonly name: 'connecting' }
  /**
   * With `transport: 'stream'` there is no WebSocket: three in a row have not opened although the server answers. What is said goes one
   * by one over HTTP. It goes back to a WebSocket, by way of `connecting`, when one opens, which is tried every minute.
   */
  | { readonly name: 'open'; readonly transport?: 'stream' }
  /**
   * The connection was lost or refused. The next attempt is in `delay` milliseconds, or at `until` on the clock of
   * `Date.now()`; both are `Infinity` while the device is offline.
   */
  | { readonly name: 'waiting'; readonly until: number; readonly delay: number; readonly code: number; readonly reason: string }
  /** It ended for good: `close()` was called, or the server said that trying again is no use. */
  | { readonly name: 'closed'; readonly code: number; readonly reason: string };

/** What became of the place where the room was left. */
export type Resume = 'none' | 'ok' | 'lost';

/** Why a place could not be taken up again. */
export type LostReason = 'epoch' | 'trimmed' | 'too-many' | 'rewritten' | 'forbidden';

export type RoomState =
  /** There is no connection. */
  | { readonly name: 'waiting' }
  | { readonly name: 'joining' }
  /** `replayed` messages that were missed come next, before any new one. */
  | { readonly name: 'joined'; readonly resume: Resume; readonly reason?: LostReason; readonly replayed?: number }
  /** The server does not let us in; it is asked again only over the next connection. */
  | { readonly name: 'refused'; readonly error: ParleyError }
  | { readonly name: 'left' };

/** Messages were missed and cannot be replayed; `history()` may still have some of them. */
export interface Gap {
  readonly reason: LostReason;
  /** The last message that was delivered before the gap. */
  readonly before: Position;
  /** Delivery goes on after this one. */
  readonly now: Position;
}

export interface Presence {
  /** Everybody in the room, by name; empty in a room that is too big to list. */
  readonly members: ReadonlyMap<string, Member>;
  /** Who came and who went since the last event; both empty the first time. */
  readonly joined: readonly string[];
  readonly left: readonly string[];
  /** Who says something else of itself, those included who came and say something; null is nothing any more. */
  readonly changed: readonly { readonly user: string; readonly data: Json }[];
  /** How many members there are. */
  readonly count: number;
}

export interface RoomEvents<Data = Json> {
  /** Each message once, in the order of the log. */
  message: Delivered<Data>;
  /** In the same order: a message was erased. */
  erased: Erased;
  presence: Presence;
  /** At most once, in no order with messages. */
  signal: Signal;
  gap: Gap;
  /** That many messages were left out, as this connection was too slow for a room that prefers new to old. */
  dropped: number;
  state: RoomState;
}

export interface ClientEvents {
  state: ClientState;
  /** What went wrong and belongs to no request: nothing has to be done about it. */
  error: Error;
}

export interface JoinOptions {
  /** Where to go on, for a page that kept it; otherwise delivery begins now. */
  since?: Position;
  /** Whether to be told who is there; or to be told, and what to tell the others of this user, as {@link Room.presence} does. */
  presence?: boolean | { readonly data: Json };
}

export interface SendOptions {
  /** Makes retries of one message recognisable; invented if missing. For an application that retries over a reload. */
  key?: string;
}

export interface Room<Data = Json> {
  readonly name: string;
  readonly state: RoomState;
  /** The last message that was delivered, as `since` of a later join. */
  readonly position: Position | undefined;
  readonly members: ReadonlyMap<string, Member>;
  /** How many members there are; unknown before the first presence event. */
  readonly count: number | undefined;

  on<Event extends keyof RoomEvents<Data>>(
    event: Event,
    listener: (value: RoomEvents<Data>[Event]) => void,
  ): Off;

  /**
   * Sends a message, and is kept when the server has stored it. Waits for a connection, and tries again, under the same
   * key, over any number of them. Messages of one room are stored in the order of the calls. Fails with `too-big` before
   * anything is sent.
   */
  send(data: Data, options?: SendOptions): Promise<Ack>;

  /**
   * Says something to the others who are in just now, and who are quick enough: where a cursor is, that somebody is typing. It is not
   * stored, and nobody says whether it arrived. Up to 4096 bytes as JSON, and 35 a second on one connection; what comes faster, or
   * while the room is not joined, is not sent. What the server refuses is an `error` of the client.
   */
  signal(data: Json): void;

  /**
   * Says something of this user to those who are told who is there: what she is doing, her name in full. Up to 1024 bytes as JSON, or
   * `too-big` is thrown; `null` takes it back. It is said again over every new connection, and gone with the user's last one. The last
   * that a user says counts, on whichever connection.
   */
  presence(data: Json): void;

  /** Up to `limit` of those who are there, after the one of this name: for rooms that are too big to list. */
  listMembers(after?: string, limit?: number): Promise<MembersPage>;

  /** Up to `limit` messages before the one numbered `before`; without it, the latest. Waits for a connection. */
  history(before?: number, limit?: number): Promise<History<Data>>;

  /** Leaves. What has not been sent fails with `left`. */
  leave(): void;
}

/**
 * What the server's application tells this user: on every connection, without joining anything, and again after a loss what was
 * missed. A room in which one only listens. It stays `joining` where there is none: for whom neither a login nor a token vouches.
 */
export interface Inbox<Data = Json> extends Pick<Room<Data>, 'state' | 'position' | 'on' | 'history'> {
  /** The server's name for it; empty before the first connection, `null` where there is none. */
  readonly name: string | null;
}

export interface Client {
  readonly state: ClientState;
  /** The same over all connections. Whoever listens before there is one misses nothing that is said after it has opened. */
  readonly inbox: Inbox;
  /** Our own name and connection, as the server told them last. */
  readonly user: string | undefined;
  readonly connection: string | undefined;
  readonly limits: Limits;
  /** What the server has that earlier ones have not. */
  readonly features: readonly string[];

  on<Event extends keyof ClientEvents>(event: Event, listener: (value: ClientEvents[Event]) => void): Off;

  /** Joins a room, or returns the one that was joined under this name. It is joined again over every new connection. */
  join<Data = Json>(room: string, options?: JoinOptions): Room<Data>;

  /** Connects now instead of later, or again after `closed`. */
  reconnect(): void;

  /** Ends the connection. Whatever has not been answered fails with `closed`, at once. */
  close(): void;
}

/** A token; or, on a server in demo mode, which believes everybody, just a name. */
export type Credential = string | { readonly token: string } | { readonly user: string };

export interface ConnectOptions {
  /**
   * What proves who we are, or how to get it; it is asked for before every connection and before it expires, with
   * `refresh` when the last one is, or is about to be, too old. Left out where the handshake proves it by a cookie.
   */
  credential?: Credential | ((why: { refresh: boolean }) => Credential | Promise<Credential>);
}

/**
 * Connects to the rooms, and stays connected: until `close()`, or until a close code says that trying again is no use.
 *
 * @param url relative to the place where parley.js came from; `rooms` beside it if missing
 */
export function connect(url?: string | URL, options?: ConnectOptions): Client;
