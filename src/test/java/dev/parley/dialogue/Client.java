package dev.parley.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.connection.Peer;
import dev.parley.protocol.Json;
import java.util.Map;

/** A client of the rooms whose wire is a list. Used by one thread. */
final class Client {
    private final Peer peer;
    private final Dialogue dialogue;
    private int read;
    private int lastId;

    Client(Peer peer, Dialogue dialogue) {
        this.peer = peer;
        this.dialogue = dialogue;
    }

    Peer peer() {
        return peer;
    }

    /** Says it; apostrophes stand for quotes. */
    Client says(String text) {
        dialogue.receive(text.replace('\'', '"'));
        return this;
    }

    /** Asks for something with a number of its own, which the next answer must carry. */
    Message asks(String fields) {
        lastId++;
        says("{'id':" + lastId + "," + fields + "}");
        Message answer = hears();
        assertThat(answer.field("id")).isEqualTo(Integer.toString(lastId));
        return answer;
    }

    Message joins(String room) {
        Message joined = asks("'type':'join','room':'" + room + "'");
        assertThat(joined.type()).isEqualTo("joined");
        return joined;
    }

    /** The next thing that it is told. */
    Message hears() {
        return new Message(peer.awaitLines(++read).get(read - 1));
    }

    Message hears(String type) {
        Message message = hears();
        assertThat(message.type()).as(message.text()).isEqualTo(type);
        return message;
    }

    /** How much of what it was told has not been looked at. */
    int unheard() {
        return peer.lines().size() - read;
    }

    /** Something that a client was told. */
    record Message(String text) {
        String type() {
            return string("type");
        }

        /** A field as it is written, or the empty text. */
        String field(String name) {
            Json field = members().get(name);
            return field == null ? "" : field.source();
        }

        String string(String name) {
            Json field = members().get(name);
            return field == null ? "" : field.string().orElse("");
        }

        Message inside(String name) {
            return new Message(field(name));
        }

        private Map<String, Json> members() {
            return Json.parse(text).orElseThrow().members().orElseThrow();
        }
    }
}
