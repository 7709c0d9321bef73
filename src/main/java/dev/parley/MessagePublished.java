package dev.parley;

import java.time.Instant;

/**
 * A message is stored, whoever said it, and whether or not anybody is in the room. Told on the node that stored it, so of one room
 * perhaps on several; {@link Room#subscribe} tells every node, in the order of the log, and what was missed.
 *
 * @param position where it stands
 * @param from who said it
 * @param data what was said; of a text client, a JSON string
 */
public record MessagePublished(RoomName room, Position position, Message.Author from, Json data, Instant at)
        implements RoomEvent {}
