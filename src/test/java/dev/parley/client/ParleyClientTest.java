package dev.parley.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.client.ParleyClient.State.Name;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The connection of a Java client: as parley.js's, see {@code ParleyJsIT}. */
final class ParleyClientTest {
    private final Stage stage = new Stage();

    @ParameterizedTest
    @CsvSource({
        "1000, CLOSED",
        "1001, WAITING",
        "1002, CLOSED",
        "1003, CLOSED",
        "1005, WAITING",
        "1006, WAITING",
        "1007, CLOSED",
        "1009, CLOSED",
        "1011, WAITING",
        "3000, WAITING",
        "4001, WAITING",
        "4002, WAITING",
        "4003, WAITING",
        "4499, WAITING",
        "4500, CLOSED",
        "4501, CLOSED",
        "4999, CLOSED"
    })
    void closeCodeSaysWhetherToComeBack(int code, Name state) {
        ParleyClient client = stage.connect();
        stage.welcome();
        stage.lose(code);
        assertThat(client.state().name()).isEqualTo(state);
        assertThat(client.state().code()).isEqualTo(code);
        stage.nextAttempt();
        assertThat(stage.sockets).hasSize(state == Name.WAITING ? 2 : 1);
    }

    /** Undertow closes with it when the login's session ends, before anybody of ours hears of that. */
    @Test
    void closeForPolicyIsFinalOnlyWithAReason() {
        List<Boolean> asked = new ArrayList<>();
        ParleyClient client = stage.connect(Credential.tokens(refresh -> {
            asked.add(refresh);
            return "t";
        }));
        stage.welcome().listener.closed(1008, "");
        stage.nextAttempt();
        assertThat(asked).containsExactly(false, true);
        stage.welcome().listener.closed(1008, "why");
        assertThat(client.state().name()).isEqualTo(Name.CLOSED);
    }

    @ParameterizedTest
    @CsvSource({"0.999999999, 500 1000 2000 4000 8000 16000 30000 30000", "0, 0 0 0 0 0 0 0 0"})
    void waitsGrowAndAreDrawnFromTheWholeRange(double dice, String expected) {
        ParleyClient client = stage.connect();
        stage.time.dice = dice;
        List<String> waits = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            stage.lose(1006);
            waits.add(String.valueOf(Math.round(client.state().delay().toMillis() / 10.0) * 10));
            stage.nextAttempt();
        }
        assertThat(String.join(" ", waits)).isEqualTo(expected);
    }

    @Test
    void onlyAConnectionThatLastedLetsItForgetItsFailures() {
        ParleyClient client = stage.connect();
        stage.time.dice = 0.5;
        List<Long> waits = new ArrayList<>();
        for (long lasted : List.of(0, 1_000, 6_000, 0)) {
            stage.welcome();
            stage.time.pass(lasted);
            stage.lose(1006);
            waits.add(client.state().delay().toMillis());
            stage.nextAttempt();
        }
        assertThat(waits).containsExactly(250L, 500L, 250L, 500L);
    }

    @Test
    void whoIsToldGoodbyeComesBackInTheRangeThatWasNamed() {
        ParleyClient client = stage.connect();
        stage.welcome().tell(Map.of("type", "bye", "code", 1001, "reconnect", true, "after", List.of(500, 20_000)));
        stage.time.dice = 0.25;
        stage.lose(1001);
        assertThat(client.state().delay()).isEqualTo(Duration.ofMillis(5_375));
        stage.nextAttempt();
        stage.welcome().tell(Map.of("type", "bye", "code", 1001, "reconnect", false));
        stage.lose(1001);
        assertThat(client.state().name()).isEqualTo(Name.CLOSED);
    }

    @Test
    void whoConnectsAnewIsNotHeldToTheGoodbyeOfTheConnectionBefore() {
        ParleyClient client = stage.connect();
        stage.welcome().tell(Map.of("type", "bye", "code", 1001, "reconnect", false));
        client.reconnect();
        assertThat(client.state().name()).isEqualTo(Name.CONNECTING);
        assertThat(stage.sockets).hasSize(2);
    }

    @Test
    void pingsAreAnsweredAndSilenceIsTheEnd() {
        stage.connect();
        Stage.Socket socket = stage.welcome();
        stage.time.pass(49_000);
        socket.tell(Map.of("type", "ping"));
        stage.time.pass(49_000);
        assertThat(stage.sockets).hasSize(1);
        stage.time.pass(2_000);
        assertThat(stage.sockets).hasSize(2);
        assertThat(socket.isClosed).isTrue();
        assertThat(socket.count("pong")).isEqualTo(1);
    }

    @Test
    void serverThatNeverSaysWelcomeIsGivenUp() {
        stage.connect();
        stage.last().listener.opened();
        stage.time.pass(16_000);
        assertThat(stage.sockets).hasSize(2);
    }

    @Test
    void credentialIsRenewedBeforeItEndsAndAfterItHas() {
        List<Boolean> asked = new ArrayList<>();
        stage.connect(Credential.tokens(refresh -> {
            asked.add(refresh);
            return "t" + asked.size();
        }));
        Stage.Socket first = stage.welcome(Map.of("expiresIn", 3_600));
        for (int i = 0; i < 118; i++) {
            stage.time.pass(30_000);
            first.tell(Map.of("type", "ping"));
        }
        assertThat(first.count("refresh")).isZero();
        stage.time.pass(30_000);
        assertThat(first.heard("refresh").get("token")).isEqualTo("t2");
        stage.lose(4002);
        stage.nextAttempt();
        assertThat(stage.welcome().heard("connect").get("token")).isEqualTo("t3");
        assertThat(asked).containsExactly(false, true, true);
    }

    @Test
    void answerToARefreshSaysWhenTheNextOneIsDue() {
        int[] asked = {0};
        stage.connect(Credential.tokens(refresh -> "t" + asked[0]++));
        Stage.Socket socket = stage.welcome(Map.of("expiresIn", 100));
        for (int i = 0; i < 3; i++) {
            stage.time.pass(40_000);
            socket.tell(Map.of("type", "ping"));
        }
        assertThat(asked[0]).isEqualTo(2);
        socket.tell(Map.of("id", socket.heard("refresh").get("id"), "type", "refreshed", "expiresIn", 100));
        stage.time.pass(40_000);
        socket.tell(Map.of("type", "ping"));
        stage.time.pass(31_000);
        assertThat(asked[0]).isEqualTo(3);
    }

    @Test
    void credentialThatCannotBeHadIsAskedForAgain() {
        int[] failures = {2};
        ParleyClient client = stage.connect(Credential.tokens(refresh -> {
            if (failures[0]-- > 0) {
                throw new IllegalStateException("no");
            }
            return "t";
        }));
        assertThat(client.state().reason()).isEqualTo("no credential: no");
        stage.nextAttempt();
        assertThat(stage.sockets).hasSize(1);
    }

    @Test
    void whatProvesWhoWeAreIsSentAndNothingElse() {
        stage.connect(Credential.user("ann"));
        assertThat(stage.welcome().sent.get(0)).isEqualTo(Map.of("type", "connect", "user", "ann"));
        stage.connect(Credential.none());
        assertThat(stage.welcome().sent.get(0)).isEqualTo(Map.of("type", "connect"));
        assertThat(Credential.token("s3cr3t")).asString().doesNotContain("s3cr3t");
    }

    /** Until then it may be renewed, as a cookie of the transport's. */
    @Test
    void fixedCredentialThatHasExpiredIsTriedOnceMore() {
        ParleyClient client = stage.connect(Credential.none());
        stage.welcome();
        stage.lose(4002);
        stage.nextAttempt();
        stage.lose(1006);
        assertThat(client.state().name()).isEqualTo(Name.WAITING);
        stage.nextAttempt();
        stage.last().listener.refused(502);
        assertThat(client.state().name()).isEqualTo(Name.WAITING);
        stage.nextAttempt();
        stage.last().listener.refused(401);
        assertThat(client.state())
                .extracting(ParleyClient.State::name, ParleyClient.State::code)
                .containsExactly(Name.CLOSED, 4002);
    }

    @Test
    void addressIsOneOfAWebSocket() {
        stage.connect();
        assertThat(stage.last().uri).isEqualTo(URI.create("wss://example.org/rooms"));
        assertThatThrownBy(() -> ParleyClient.connect(URI.create("rooms"), Credential.none()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void frameThatIsNoneIsALostConnection() {
        ParleyClient client = stage.connect();
        stage.welcome().listener.text("{\"type\":");
        assertThat(client.state().name()).isEqualTo(Name.WAITING);
        assertThat(client.state().reason()).startsWith("not understood");
    }

    @Test
    void whatComesTooLateFromAnEarlierConnectionIsDropped() {
        ParleyClient client = stage.connect();
        Stage.Socket first = stage.welcome();
        stage.loseAndComeBack();
        first.listener.closed(4500, "late");
        first.tell(Map.of("type", "bye", "reconnect", false));
        assertThat(client.state().name()).isEqualTo(Name.OPEN);
    }

    @Test
    void errorThatBelongsToNoRequestIsTold() {
        List<RuntimeException> errors = new ArrayList<>();
        ParleyClient client = stage.connect().onError(errors::add);
        stage.welcome().tell(Map.of("type", "error", "code", "already-connected", "retry", false, "message", "x"));
        assertThat(errors)
                .singleElement()
                .extracting(error -> ((ParleyClientException) error).code())
                .isEqualTo("already-connected");
        assertThat(client.state().name()).isEqualTo(Name.OPEN);
    }

    @Test
    void whoListensLateIsToldTheState() {
        ParleyClient client = stage.connect();
        stage.welcome();
        List<Name> states = new ArrayList<>();
        client.onState(state -> states.add(state.name()));
        client.close();
        assertThat(states).containsExactly(Name.OPEN, Name.CLOSED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closedClientLeavesNoTimer(boolean wasOpen) {
        ParleyClient client = stage.connect(Credential.tokens(refresh -> "t"));
        if (wasOpen) {
            stage.welcome(Map.of("expiresIn", 100));
        }
        client.close();
        client.close();
        assertThat(stage.time.timers()).isZero();
        assertThat(stage.last().isClosed).isTrue();
    }
}
