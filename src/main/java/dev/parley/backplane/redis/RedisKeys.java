package dev.parley.backplane.redis;

import dev.parley.backplane.RoomId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The names of everything in Redis. Channels are not kept apart by database, so their names say which one it is. */
record RedisKeys(int database) {
    static final String PREFIX = "parley:";

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
        return ofRoom(room, "p");
    }

    byte[] nodes() {
        return RedisConnection.bytes(PREFIX + "nodes");
    }

    byte[] node(String node) {
        return RedisConnection.bytes(PREFIX + "node:" + node);
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
