package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.wire.Incoming.Close;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import dev.parley.it.wire.UpgradeRequest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A client of {@code /rooms}, down to the frames. Reads what it is told in order and looks at it as text, so that the tests see
 * what is on the wire. Used by one thread.
 */
final class RoomsClient implements AutoCloseable {
    private final RawWebSocket socket;
    private int lastId;

    private RoomsClient(RawWebSocket socket) {
        this.socket = socket;
    }

    static UpgradeRequest handshake(Site site) {
        return site.upgrade("/rooms").with("Sec-WebSocket-Protocol", "parley.v1");
    }

    static RoomsClient unknown(Site site) {
        return new RoomsClient(RawWebSocket.open(handshake(site)));
    }

    /** One whose handshake is done already. */
    static RoomsClient over(RawWebSocket socket) {
        return new RoomsClient(socket);
    }

    static RoomsClient as(String user, Site site) {
        return unknown(site).introduce(user);
    }

    RoomsClient introduce(String user) {
        assertThat(asks("'type':'connect','token':'" + user + "'")).contains("\"type\":\"welcome\"");
        return this;
    }

    RawWebSocket socket() {
        return socket;
    }

    /** Says it; apostrophes stand for quotes. */
    RoomsClient says(String text) {
        socket.sendText(text.replace('\'', '"'));
        return this;
    }

    /** Asks for something with a number of its own, and reads on to its answer. */
    String asks(String fields) {
        String id = Integer.toString(++lastId);
        says("{'id':" + id + "," + fields + "}");
        return hearsWith("\"id\":" + id + ",");
    }

    String joins(String room) {
        String joined = asks("'type':'join','room':'" + room + "'");
        assertThat(joined).contains("\"type\":\"joined\"");
        return joined;
    }

    String sends(String room, String key, String data) {
        return asks("'type':'send','room':'" + room + "','key':'" + key + "','data':" + data);
    }

    /** The next thing it is told that is no ping. */
    String hears() {
        String text = socket.receiveText();
        while (text.equals("{\"type\":\"ping\"}")) {
            says("{'type':'pong'}");
            text = socket.receiveText();
        }
        return text;
    }

    /** The next thing that holds this; what comes before is passed over. */
    String hearsWith(String part) {
        String text = hears();
        while (!text.contains(part)) {
            text = hears();
        }
        return text;
    }

    Close isClosed() {
        return socket.receiveWholeClose();
    }

    /** The value of a field, wherever it is, as it is written. */
    static String field(String text, String name) {
        Matcher matcher =
                Pattern.compile("\"" + name + "\":(\\{[^}]*}|\\[[^]]*]|[^,}]*)").matcher(text);
        assertThat(matcher.find()).as("%s in %s", name, text).isTrue();
        return matcher.group(1);
    }

    @Override
    public void close() {
        socket.close();
    }
}
