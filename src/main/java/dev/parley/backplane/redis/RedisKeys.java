package dev.parley.backplane.redis;

import dev.parley.backplane.RoomId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The names of everything in Redis. Channels are not kept apart by database, so their names say which one it is. What is changed
 * in one step has one hash tag, so that it is on one server of a cluster: a room's log, and who is where in all rooms.
 */
record RedisKeys(int database) {
    private static final String PREFIX = "parley:";
    private static final String PRESENCE = PREFIX + "{presence}:";

    byte[] meta(RoomId room) {
        return ofRoom(room, "m");
    }

    byte[] stream(RoomId room) {
        return ofRoom(room, "s");
    }

    byte[] key(RoomId room, String key) {
        return ofRoom(room, "k:" + key);
    }

    byte[] present(RoomId room) {
        return RedisConnection.bytes(PRESENCE + "room:" + room.name());
    }

    /** What members of a room say of themselves. */
    byte[] statuses(RoomId room) {
        return RedisConnection.bytes(PRESENCE + "status:" + room.name());
    }

    /** The users of a room who have been told of. */
    byte[] told(RoomId room) {
        return RedisConnection.bytes(PRESENCE + "told:" + room.name());
    }

    byte[] nodes() {
        return RedisConnection.bytes(PRESENCE + "nodes");
    }

    byte[] node(String node) {
        return RedisConnection.bytes(PRESENCE + "node:" + node);
    }

    /** What all keys of presence begin with. */
    byte[] presence() {
        return RedisConnection.bytes(PRESENCE);
    }

    byte[] kept(String key) {
        return RedisConnection.bytes(PREFIX + "kept:" + key);
    }

    String channels() {
        return PREFIX + database + ":room:";
    }

    byte[] channel(RoomId room) {
        return RedisConnection.bytes(channels() + room.name());
    }

    byte[] words() {
        return RedisConnection.bytes(PREFIX + database + ":words");
    }

    /** The room that a channel is of. */
    RoomId room(byte[] channel) {
        return new RoomId(
                new String(channel, StandardCharsets.UTF_8).substring(channels().length()));
    }

    boolean isWords(byte[] channel) {
        return Arrays.equals(channel, words());
    }

    private static byte[] ofRoom(RoomId room, String what) {
        return RedisConnection.bytes(PREFIX + '{' + room.name() + "}:" + what);
    }
}
