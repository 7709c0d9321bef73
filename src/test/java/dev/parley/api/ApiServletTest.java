package dev.parley.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Fake;
import dev.parley.backplane.Draft;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.Connection;
import dev.parley.connection.Peer;
import dev.parley.handshake.AdmissionControl;
import dev.parley.handshake.Credential;
import dev.parley.handshake.OriginRule;
import dev.parley.node.Budget;
import dev.parley.protocol.CloseCode;
import dev.parley.protocol.Json;
import dev.parley.protocol.JsonText;
import jakarta.websocket.CloseReason;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.Session;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ApiServletTest {
    private final MemoryBackplane backplane =
            new MemoryBackplane(10, InstantSource.system(), new Budget(Long.MAX_VALUE));
    private final Node node = new Node("one", backplane);
    private final Node other = new Node("two", backplane);

    @AfterEach
    void stop() {
        node.close();
        other.close();
        backplane.close();
    }

    /** Every operation, asked for by nobody and by each role: who has less than what it needs gets 401 or 403, all others not. */
    @ParameterizedTest
    @EnumSource
    void roleMayDoWhatTheTableSaysAndNothingElse(Role has) {
        for (Operation operation : node.operations.all()) {
            Call nobody = call(operation).to(node.servlet);
            assertThat(nobody.status()).as(operation.id()).isEqualTo(401);
            Call somebody = call(operation).by("eve", has.realmName()).to(node.servlet);
            if (has.includes(operation.permit().role())) {
                assertThat(somebody.status()).as(operation.id()).isNotIn(401, 403, 500);
            } else {
                assertThat(somebody.status()).as(operation.id()).isEqualTo(403);
            }
        }
    }

    /** Every operation, asked for with a token of each scope, and of all scopes but the one that it needs. */
    @ParameterizedTest
    @EnumSource
    void tokenMayDoWhatItsScopesSayAndNothingElse(Permit has) {
        for (Operation operation : node.operations.all()) {
            String others = Arrays.stream(Permit.values())
                    .filter(permit -> permit != operation.permit())
                    .map(Permit::scope)
                    .collect(Collectors.joining(","));
            Call one = bearer(call(operation), "shop:" + has.scope()).to(node.servlet);
            Call butOne = bearer(call(operation), "shop:" + others).to(node.servlet);

            if (operation.permit() == has) {
                assertThat(one.status()).as(operation.id()).isNotIn(401, 403, 500);
            } else {
                assertThat(one.status()).as(operation.id()).isEqualTo(403);
            }
            assertThat(butOne.status()).as(operation.id()).isEqualTo(403);
            assertThat(butOne.header("WWW-Authenticate"))
                    .isEqualTo("Bearer error=\"insufficient_scope\", scope=\""
                            + operation.permit().scope() + "\"");
        }
    }

    @Test
    void badTokenIsRefusedWhoeverElseTheServerKnows() {
        Call bad = bearer(publish("1").by("ada", "parley-admin"), "nonsense").to(node.servlet);

        assertThat(bad.status()).isEqualTo(401);
        assertThat(bad.header("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
        assertThat(bad.body()).doesNotContain("nonsense");
        assertThat(history()).contains("\"messages\":[]");
    }

    @Test
    void tokenThatCannotBeCheckedJustNowIsNotABadOne() {
        Call call =
                bearer(publish("1").by("ada", "parley-admin"), Node.UNCHECKED).to(node.servlet);

        assertThat(call.status()).isEqualTo(503);
        assertThat(call.header("Retry-After")).isEqualTo("5");
        assertThat(call.header("WWW-Authenticate")).isNull();
        assertThat(history()).contains("\"messages\":[]");
    }

    @Test
    void whatIsNoAddressCannotBeBlocked() {
        for (String address : List.of("example.org", "10.0.0.0/33", "")) {
            assertThat(Call.of("POST", "/blocks")
                            .by("eve", "parley-operator")
                            .with("Content-Type", "application/json")
                            .body("{\"address\":\"" + address + "\",\"seconds\":60}")
                            .to(node.servlet)
                            .status())
                    .isEqualTo(400);
        }
    }

    @Test
    void badTokensLockNobodyOut() {
        for (int i = 0; i < 20; i++) {
            bearer(Call.get("/overview"), "nonsense").to(node.servlet);
        }
        assertThat(bearer(Call.get("/overview"), "shop:parley:watch")
                        .to(node.servlet)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void whoeverPublishesWithATokenIsNamedByItAndTheAuditSaysThatItWasAToken() {
        Call call = bearer(
                        Call.of("POST", "/rooms/lobby/messages")
                                .with("Content-Type", "application/json")
                                .body("1"),
                        "shop:parley:publish")
                .to(node.servlet);

        assertThat(call.status()).isEqualTo(201);
        assertThat(history()).contains("\"user\":\"shop\"");
        assertThat(node.audit.newestFirst().get(0).who()).isEqualTo("token of shop");
    }

    @Test
    void theSameKeyOfAnotherAuthorIsAnotherMessage() {
        Call operator = publish("1")
                .with("Idempotency-Key", "k")
                .by("shop", "parley-admin")
                .to(node.servlet);
        Call token = bearer(publish("2").with("Idempotency-Key", "k"), "shop:parley:publish")
                .to(node.servlet);
        Call again = bearer(publish("2").with("Idempotency-Key", "k"), "shop:parley:publish")
                .to(node.servlet);
        Call a = bearer(publish("3").with("Idempotency-Key", "b-c"), "a:parley:publish")
                .to(node.servlet);
        Call ab = bearer(publish("4").with("Idempotency-Key", "c"), "a-b:parley:publish")
                .to(node.servlet);

        assertThat(List.of(operator, token, a, ab)).allSatisfy(call -> {
            assertThat(call.status()).isEqualTo(201);
            assertThat(call.body()).contains("\"duplicate\":false");
        });
        assertThat(again.body()).contains("\"duplicate\":true");
    }

    /** What a socket of the same credential may do in a room, and nothing else; a role of the realm is good for all rooms. */
    @Test
    void tokenMayDoInARoomWhatTheRulesForItSayAndAnOperatorEverything() {
        node.may = (caller, action) -> switch (action) {
            case SEND -> caller.name().equals("shop");
            case HISTORY -> caller.hasScope("parley:history");
            case PRESENCE -> caller.name().equals("vera");
            default -> false;
        };
        String all = "parley:publish,parley:history,parley:watch";
        Map<String, Set<String>> may = Map.of(
                "shop:" + all, Set.of("publish", "history"), "vera:" + all, Set.of("history", "room", "members"));
        for (String id : List.of("publish", "history", "room", "members")) {
            may.forEach((token, ids) -> {
                Call call = bearer(call(operation(id)), token).to(node.servlet);
                assertThat(call.status())
                        .as(id + " by " + token)
                        .isEqualTo(ids.contains(id) ? operation(id).status() : 403);
            });
            assertThat(call(operation(id))
                            .by("ada", "parley-admin")
                            .to(node.servlet)
                            .status())
                    .isEqualTo(operation(id).status());
        }
        assertThat(history()).contains("\"user\":\"shop\"", "\"user\":\"ada\"").doesNotContain("vera");
        assertThat(node.audit.newestFirst())
                .anySatisfy(entry ->
                        assertThat(entry.result()).isEqualTo("refused: The rules for this room do not allow it."));
    }

    @Test
    void historyIsAsLongAsAnAnswerMayBeAndSaysThatThereIsMore() {
        for (int i = 0; i < 7; i++) {
            backplane.append(
                    new RoomId("lobby"),
                    new Draft("k" + i, new Draft.Author("7", "c"), Draft.Kind.MESSAGE, "\u0001".repeat(150_000)));
        }
        String history = history();

        assertThat(history)
                .hasSizeBetween(3 << 20, (4 << 20) + 1_000)
                .contains("\"more\":true", "\"seq\":7")
                .doesNotContain("\"seq\":1,");
        assertThat(Call.get("/rooms/lobby/messages")
                        .by("ada", "parley-admin")
                        .parameter("before", "2")
                        .to(node.servlet)
                        .body())
                .contains("\"more\":false");
    }

    private static Call bearer(Call call, String token) {
        return call.with("Authorization", "Bearer " + token);
    }

    private Call together(String body) {
        return Call.of("POST", "/messages")
                .by("ada", "parley-operator")
                .with("Content-Type", "application/json")
                .body(body);
    }

    @Test
    void theSameIsSaidInSeveralRoomsOnceUnderOneKey() {
        String body = "{\"rooms\":[\"lobby\",\"attic\"],\"data\":{\"b\":1.50},\"key\":\"k\"}";
        Call first = together(body).to(node.servlet);
        assertThat(first.status()).isEqualTo(201);
        assertThat(first.body()).contains("\"room\":\"lobby\"", "\"room\":\"attic\"", "\"duplicate\":false");
        assertThat(together(body).to(node.servlet).body()).doesNotContain("\"duplicate\":false");
        assertThat(history()).contains("{\"b\":1.50}", "\"seq\":1,").doesNotContain("\"seq\":2,");
        for (String bad : List.of(
                "1",
                "{\"rooms\":[],\"data\":1}",
                "{\"rooms\":[\"lobby\"]}",
                "{\"rooms\":[\"lobby\",\"NO\"],\"data\":1}",
                "{\"rooms\":[\"lobby\",\"lobby\"],\"data\":1}",
                "{\"rooms\":[\"~ada\"],\"data\":1}",
                "{\"rooms\":[\"lobby\"],\"data\":1,\"key\":\"a b\"}")) {
            assertThat(together(bad).to(node.servlet).status()).as(bad).isEqualTo(400);
        }
        assertThat(node.audit.newestFirst().toString())
                .contains("POST messages")
                .doesNotContain("1.50");
    }

    @Test
    void whatIsNotAllowedInOneRoomIsSaidInNone() {
        Call rejected =
                together("{\"rooms\":[\"lobby\",\"attic\"],\"data\":\"damn\"}").to(node.servlet);
        assertThat(rejected.status()).isEqualTo(422);
        node.may = (caller, action) -> false;
        Call forbidden = bearer(together("{\"rooms\":[\"lobby\",\"attic\"],\"data\":1}"), "shop:parley:publish")
                .to(node.servlet);
        assertThat(forbidden.status()).isEqualTo(403);
        assertThat(history()).contains("\"messages\":[]");
    }

    @Test
    void payloadsAndTheirEndAreForAdminsAndWritesAreNotForViewers() {
        Map<String, Permit> special = Map.of(
                "publish",
                Permit.PUBLISH,
                "publishTogether",
                Permit.PUBLISH,
                "tell",
                Permit.TELL,
                "history",
                Permit.HISTORY,
                "purge",
                Permit.PURGE);
        assertThat(node.operations.all())
                .allSatisfy(operation -> assertThat(operation.permit())
                        .as(operation.id())
                        .isEqualTo(
                                special.getOrDefault(operation.id(), operation.isWrite() ? Permit.ACT : Permit.WATCH)));
        assertThat(special.values()).noneMatch(permit -> permit.role() == Role.VIEWER);
    }

    @Test
    void somebodyWithoutARoleMayNothing() {
        assertThat(Call.get("/overview")
                        .by("eve", "manager-gui")
                        .to(node.servlet)
                        .status())
                .isEqualTo(403);
    }

    @Test
    void sessionThatAServerMakesOfALoginEndsWithTheRequest() {
        Call call = Call.get("/overview")
                .as("eve", "open sesame", "parley-viewer")
                .keepingLogins()
                .to(node.servlet);

        assertThat(call.status()).isEqualTo(200);
        assertThat(call.hasSession()).isFalse();
    }

    @Test
    void publishedOnceUnderOneKey() {
        Call first = publish("\"hello\"").with("Idempotency-Key", "42").to(node.servlet);
        Call again = publish("\"hello\"").with("Idempotency-Key", "42").to(other.servlet);

        assertThat(first.status()).isEqualTo(201);
        assertThat(first.body()).contains("\"seq\":1,", "\"duplicate\":false");
        assertThat(again.body()).contains("\"seq\":1,", "\"duplicate\":true");
        assertThat(history()).contains("\"data\":\"hello\"", "\"user\":\"eve\"").doesNotContain("\"seq\":2");
    }

    @Test
    void whatAPolicyRejectsIsNotStoredAndWhatItChangesIs() {
        Call rejected = publish("\"damn\"").to(node.servlet);
        Call failed = publish("\"fail\"").to(node.servlet);
        Call changed = publish("\"change\"").to(node.servlet);

        assertThat(rejected.status()).isEqualTo(422);
        assertThat(rejected.body())
                .contains("\"title\":\"Rejected\"", "\"code\":\"rude\"", "\"detail\":\"mind your words, eve\"");
        assertThat(failed.status()).isEqualTo(503);
        assertThat(changed.status()).isEqualTo(201);
        assertThat(history()).contains("\"data\":\"changed\"").doesNotContain("damn", "fail", "\"seq\":2");
        assertThat(node.audit.newestFirst()).extracting(Audit.Entry::result).contains("refused: rejected as rude");
    }

    @Test
    void whatIsPublishedIsPassedOnAsItWasWritten() {
        publish("{\"b\":1.50,\"a\":[]}").to(node.servlet);

        assertThat(history()).contains("\"data\":{\"b\":1.50,\"a\":[]}");
    }

    @Test
    void purgedRoomHasNoHistoryOnAnyNodeAndTheAuditSaysWhoDidIt() {
        publish("\"secret\"").to(node.servlet);
        Call purge = Call.of("DELETE", "/rooms/lobby/messages").by("ada", "parley-admin");

        assertThat(purge.to(other.servlet).status()).isEqualTo(200);

        assertThat(purge.body()).contains("\"room\":\"lobby\"", "\"seq\":1,");
        assertThat(history()).contains("\"messages\":[]");
        assertThat(other.audit.newestFirst())
                .first()
                .extracting(Audit.Entry::who, Audit.Entry::what, Audit.Entry::node, Audit.Entry::result)
                .containsExactly("ada", "DELETE rooms/lobby/messages", "two", "done");
    }

    @Test
    void whatIsErasedIsInNoHistoryAndWhatIsNotThereIsNotFound() {
        publish("\"secret\"").to(node.servlet);
        publish("\"another\"").to(node.servlet);
        String id = Json.parse(history())
                .flatMap(Json::members)
                .flatMap(history -> history.get("messages").elements())
                .flatMap(messages -> messages.get(0).members())
                .flatMap(message -> message.get("message").string())
                .orElseThrow();
        Call erase = Call.of("DELETE", "/rooms/lobby/messages/" + id).by("otto", "parley-operator");

        assertThat(erase.to(other.servlet).status()).isEqualTo(204);
        assertThat(erase.body()).isEmpty();

        assertThat(history())
                .contains("\"seq\":1,", "\"kind\":\"erased\"}", "\"another\"")
                .contains("\"kind\":\"erased\",\"erased\":{")
                .doesNotContain("secret");
        assertThat(other.audit.newestFirst())
                .first()
                .extracting(Audit.Entry::who, Audit.Entry::what, Audit.Entry::result)
                .containsExactly("otto", "DELETE rooms/lobby/messages/" + id, "done");
        assertThat(Call.of("DELETE", "/rooms/lobby/messages/unknown")
                        .by("otto", "parley-operator")
                        .to(node.servlet)
                        .status())
                .isEqualTo(404);
    }

    @Test
    void anybodyElsesKeyIsAnotherKey() {
        publish("1").with("Idempotency-Key", "42").to(node.servlet);
        Call.of("POST", "/rooms/lobby/messages")
                .by("mallory", "parley-operator")
                .with("Content-Type", "application/json")
                .with("Idempotency-Key", "42")
                .body("2")
                .to(node.servlet);

        assertThat(history()).contains("\"data\":1", "\"data\":2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "{\"a\":", "1 2"})
    void bodyThatIsNoJsonIsRefused(String body) {
        Call call = publish(body).to(node.servlet);

        assertThat(call.status()).isEqualTo(400);
        assertThat(call.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(call.body()).contains("\"status\":400");
        assertThat(history()).contains("\"messages\":[]");
    }

    @Test
    void whatWouldBeTooLongForMembersWithWhatStandsAroundItIsRefused() {
        Call call = publish('"' + "x".repeat(Node.MAX_BODY_BYTES - 100) + '"').to(node.servlet);

        assertThat(call.status()).isEqualTo(413);
        assertThat(history()).contains("\"messages\":[]");
        assertThat(publish('"' + "x".repeat(Node.MAX_BODY_BYTES - 400) + '"')
                        .to(node.servlet)
                        .status())
                .isEqualTo(201);
    }

    @Test
    void bodyHasALimitAndAType() {
        assertThat(publish('"' + "x".repeat(Node.MAX_BODY_BYTES) + '"')
                        .to(node.servlet)
                        .status())
                .isEqualTo(413);
        assertThat(publish("1")
                        .with("Content-Type", "text/plain")
                        .to(node.servlet)
                        .status())
                .isEqualTo(415);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json; charset=ISO-8859-1",
                "application/json;charset = \"utf-16\"",
                "application/json; a=b; charset=latin1",
                "application/jsonp"
            })
    void bodyInAnotherCharsetIsNotStored(String type) {
        assertThat(publish("\"x\"").with("Content-Type", type).to(node.servlet).status())
                .isEqualTo(415);
        assertThat(history()).contains("\"messages\":[]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"application/json; charset=utf-8", "Application/JSON;charset=\"UTF-8\"", "application/json ;a=b"
            })
    void whoeverSaysThatItIsUtf8MeansTheSame(String type) {
        assertThat(publish("\"x\"").with("Content-Type", type).to(node.servlet).status())
                .isEqualTo(201);
    }

    @Test
    void brokenUtf8IsNotStored() {
        for (byte[] broken : List.of(
                new byte[] {'"', (byte) 0xe9, '"'},
                new byte[] {'"', (byte) 0xc0, (byte) 0x80, '"'},
                new byte[] {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'},
                new byte[] {'"', (byte) 0xe2, (byte) 0x82})) {
            assertThat(publish("").body(broken).to(node.servlet).status()).isEqualTo(400);
        }
        assertThat(history()).contains("\"messages\":[]");
    }

    @Test
    void whatIsNotThereIs404AndWhatIsDoneOtherwiseIs405() {
        assertThat(Call.get("/nothing")
                        .by("eve", "parley-admin")
                        .to(node.servlet)
                        .status())
                .isEqualTo(404);
        Call call = Call.of("PATCH", "/rooms/lobby/messages")
                .by("eve", "parley-admin")
                .to(node.servlet);
        assertThat(call.status()).isEqualTo(405);
        assertThat(call.header("Allow")).contains("GET", "POST");
        assertThat(Call.get("/rooms/NO/members")
                        .by("eve", "parley-admin")
                        .to(node.servlet)
                        .status())
                .isEqualTo(400);
    }

    @Test
    void writeFromABrowserNeedsTheTokenAndAPageOfOurs() {
        String token = new CsrfGuard(new OriginRule(Set.of(), false))
                .token(request(), "eve"); // made from the password, so any node makes the same
        assertThat(doors().with("Origin", "http://evil.example")
                        .to(node.servlet)
                        .status())
                .isEqualTo(403);
        assertThat(doors().with("Sec-Fetch-Site", "cross-site").to(node.servlet).status())
                .isEqualTo(403);
        assertThat(doors().with("Origin", "http://here:80").to(node.servlet).status())
                .isEqualTo(403);
        assertThat(doors().with("Origin", "http://evil.example")
                        .with(CsrfGuard.HEADER, token)
                        .to(node.servlet)
                        .status())
                .isEqualTo(403);
        assertThat(node.admission.state()).isEqualTo(AdmissionControl.State.OPEN);
        assertThat(doors().with("Origin", "http://here:80")
                        .with("Sec-Fetch-Site", "same-origin")
                        .with(CsrfGuard.HEADER, token)
                        .to(node.servlet)
                        .status())
                .isEqualTo(202);
        assertThat(node.admission.state()).isEqualTo(AdmissionControl.State.PAUSED);
    }

    @Test
    void whatIsDoneHereHappensOnTheNodeThatIsMeant() {
        other.cluster.tell(() -> Map.of("node", "two"));
        Call call = Call.of("PUT", "/nodes/two/doors")
                .by("eve", "parley-operator")
                .with("Content-Type", "application/json")
                .body("{\"state\":\"draining\"}")
                .to(node.servlet);

        assertThat(call.status()).isEqualTo(202);
        assertThat(other.admission.state()).isEqualTo(AdmissionControl.State.DRAINING);
        assertThat(node.admission.state()).isEqualTo(AdmissionControl.State.OPEN);
    }

    @Test
    void disconnectReachesAConnectionOfAnotherNodeWithinASecond() throws InterruptedException {
        BlockingQueue<CloseReason> closed = new ArrayBlockingQueue<>(1);
        Connection there = other.connections.accept(session(closed));
        there.named("mallory");

        Call call = Call.of("DELETE", "/connections")
                .parameter("user", "mallory")
                .by("eve", "parley-operator")
                .to(node.servlet);

        assertThat(call.status()).isEqualTo(202);
        CloseReason reason = closed.poll(1, TimeUnit.SECONDS);
        assertThat(reason).isNotNull();
        assertThat(reason.getCloseCode().getCode()).isEqualTo(4501);
    }

    @Test
    void connectionOfAnotherNodeIsShownWithItsRoomsAndWhatHappenedAndThenWhyItEnded() throws InterruptedException {
        other.cluster.tell(() -> Map.of("node", "two"));
        BlockingQueue<CloseReason> closed = new ArrayBlockingQueue<>(1);
        Connection there = other.connections.accept(session(closed));
        there.named("mallory");
        there.note("joined news");

        Call live = Call.get("/connections/" + there.id())
                .by("vera", "parley-viewer")
                .to(node.servlet);

        assertThat(live.status()).isEqualTo(200);
        assertThat(live.body())
                .contains("\"node\":\"two\"", "\"user\":\"mallory\"", "\"what\":\"joined news\"", "\"rooms\":[]");

        Call.of("DELETE", "/connections/" + there.id())
                .by("otto", "parley-operator")
                .to(node.servlet);
        assertThat(closed.poll(1, TimeUnit.SECONDS)).isNotNull();
        while (other.connections.count() > 0) {
            Thread.onSpinWait();
        }
        Call over = Call.get("/connections/" + there.id())
                .by("vera", "parley-viewer")
                .to(node.servlet);

        assertThat(over.body()).contains("\"cause\":\"removed\"", "\"user\":\"mallory\"");
        assertThat(Call.get("/ended")
                        .by("vera", "parley-viewer")
                        .to(node.servlet)
                        .body())
                .contains(there.id());
    }

    @Test
    void roomIsShownWithoutWhatWasSaidThere() {
        publish("\"secret\"").to(node.servlet);
        publish("\"secret\"").to(node.servlet);

        Call call = Call.get("/rooms/lobby").by("vera", "parley-viewer").to(other.servlet);

        assertThat(call.body())
                .contains("\"seq\":2,", "\"depth\":2", "\"members\":[]")
                .doesNotContain("secret");
    }

    private static Call tell(String user, String body) {
        return Call.of("POST", "/users/" + user + "/messages")
                .by("eve", "parley-operator")
                .with("Content-Type", "application/json")
                .body(body);
    }

    private List<String> inbox(String user) {
        return backplane
                .readBefore(RoomId.inbox(user).orElseThrow(), Long.MAX_VALUE, 100, 1_000_000)
                .toCompletableFuture()
                .join()
                .entries()
                .stream()
                .map(entry ->
                        entry.draft().author().user() + ": " + entry.draft().text())
                .toList();
    }

    @Test
    void whatIsToldAUserIsStoredInTheInboxOnceUnderOneKey() {
        Call first = tell("Кэрол", "{\"a\":1}").with("Idempotency-Key", "42").to(node.servlet);
        Call again = tell("Кэрол", "{\"a\":1}").with("Idempotency-Key", "42").to(other.servlet);
        Call token = bearer(tell("Кэрол", "\"damn\""), "shop:parley:tell").to(node.servlet);

        assertThat(first.status()).isEqualTo(201);
        assertThat(first.body()).contains("\"user\":\"Кэрол\"", "\"seq\":1,", "\"duplicate\":false");
        assertThat(again.body()).contains("\"seq\":1,", "\"duplicate\":true");
        assertThat(token.status()).as("no policy decides here").isEqualTo(201);
        assertThat(inbox("Кэрол")).containsExactly("eve: {\"a\":1}", "shop: \"damn\"");
        assertThat(inbox("кэрол")).isEmpty();
        assertThat(node.audit.newestFirst()).extracting(Audit.Entry::what).contains("POST users/Кэрол/messages");
        assertThat(tell("c".repeat(256), "1").to(node.servlet).status()).isEqualTo(400);
        assertThat(tell("carol", "{").to(node.servlet).status()).isEqualTo(400);
        assertThat(tell("carol", '"' + "x".repeat(Node.MAX_BODY_BYTES - 100) + '"')
                        .to(node.servlet)
                        .status())
                .isEqualTo(413);
    }

    /** By no call about rooms, whoever asks. */
    @Test
    void anInboxIsNoRoom() {
        tell("carol", "\"secret\"").to(node.servlet);
        for (Operation operation : node.operations.all()) {
            if (operation.path().contains("{room}")) {
                for (String name : List.of("~carol", "~=Y2Fyb2w", "~")) {
                    Call call = Call.of(operation.method(), operation.path().replace("{room}", name))
                            .by("ada", "parley-admin")
                            .with("Content-Type", "application/json")
                            .body("1")
                            .to(node.servlet);
                    assertThat(call.status()).as(operation.id()).isEqualTo(400);
                    assertThat(call.body()).doesNotContain("secret");
                }
            }
        }
        assertThat(inbox("carol")).containsExactly("eve: \"secret\"");
    }

    @Test
    void userIsShownOverAllNodesAndDisconnectedForAReasonAndAVisitorOfThatNameIsNeither() throws Exception {
        other.cluster.tell(() -> Map.of("node", "two"));
        BlockingQueue<CloseReason> closed = new ArrayBlockingQueue<>(3);
        for (String source : List.of("login", "token", "visitor")) {
            (source.equals("login") ? node : other)
                    .connections
                    .accept(session(closed))
                    .named("carol", source);
        }

        Call shown = Call.get("/users/carol").by("vera", "parley-viewer").to(node.servlet);

        assertThat(shown.status()).isEqualTo(200);
        assertThat(shown.body())
                .contains("\"user\":\"carol\",\"online\":true,\"connections\":2,\"since\":\"20", "\"silent\":[]");
        assertThat(Call.get("/users/Carol")
                        .by("vera", "parley-viewer")
                        .to(node.servlet)
                        .body())
                .contains("\"online\":false,\"connections\":0,\"silent\":[]");

        Call ended = Call.of("DELETE", "/users/carol/connections")
                .parameter("reason", "see you")
                .by("otto", "parley-operator")
                .to(node.servlet);

        assertThat(ended.status()).isEqualTo(202);
        for (int i = 0; i < 2; i++) {
            CloseReason reason = closed.poll(10, TimeUnit.SECONDS);
            assertThat(reason).isNotNull();
            assertThat(reason.getCloseCode().getCode()).isEqualTo(4501);
            assertThat(reason.getReasonPhrase()).isEqualTo("see you");
        }
        assertThat(other.connections.all().map(connection -> connection.peer().source()))
                .contains("visitor");
        assertThat(node.connections.tally().closedByCause()).doesNotContainKey("own");
        assertThat(Call.of("DELETE", "/users/carol/connections")
                        .parameter("reason", "€".repeat(42))
                        .by("otto", "parley-operator")
                        .to(node.servlet)
                        .status())
                .isEqualTo(400);
    }

    /** A session that can only be closed. */
    private static Session session(BlockingQueue<CloseReason> closed) {
        return Fake.of(Session.class, (method, arguments) -> switch (method) {
            case "getAsyncRemote" -> Fake.of(RemoteEndpoint.Async.class, (call, given) -> null);
            case "getUserProperties" -> new HashMap<String, Object>();
            case "getMaxIdleTimeout" -> 0L;
            case "close" -> {
                closed.add((CloseReason) arguments[0]);
                yield null;
            }
            default -> throw new AssertionError("unexpected call of " + method);
        });
    }

    @Test
    void blockIsInForceOnAllNodes() {
        Call.of("POST", "/blocks")
                .by("eve", "parley-operator")
                .with("Content-Type", "application/json")
                .body("{\"user\":\"mallory\",\"seconds\":60}")
                .to(node.servlet);

        assertThat(Call.get("/blocks")
                        .by("eve", "parley-viewer")
                        .to(other.servlet)
                        .body())
                .contains("mallory");
        Call.of("DELETE", "/blocks")
                .parameter("user", "mallory")
                .by("eve", "parley-operator")
                .to(other.servlet);
        assertThat(node.cluster.blocks().all()).isEmpty();
    }

    @Test
    void blockOfTheUserOfOneSourceIsToldAsSuchToAllNodesAndEndsAsSuch() {
        Call made = Call.of("POST", "/blocks")
                .with("Content-Type", "application/json")
                .by("eve", "parley-operator")
                .body("{\"user\":\"mallory\",\"source\":\"login\",\"seconds\":60}")
                .to(node.servlet);
        assertThat(made.status()).isEqualTo(202);
        assertThat(other.cluster.blocks().all())
                .extracting(Blocks.Block::target)
                .containsExactly(new Blocks.Target(Blocks.Kind.USER, "mallory", "login"));
        assertThat(Call.get("/blocks")
                        .by("vera", "parley-viewer")
                        .to(other.servlet)
                        .body())
                .contains("\"source\":\"login\"");
        assertThat(Call.of("DELETE", "/blocks")
                        .parameter("user", "mallory")
                        .parameter("source", "nobody")
                        .by("eve", "parley-operator")
                        .to(other.servlet)
                        .status())
                .isEqualTo(400);

        Call.of("DELETE", "/blocks")
                .parameter("user", "mallory")
                .parameter("source", "login")
                .by("eve", "parley-operator")
                .to(other.servlet);
        assertThat(node.cluster.blocks().all()).isEmpty();
    }

    @Test
    void nodeThatComesLaterHearsWhoIsKeptOut() {
        Blocks.Target mallory = new Blocks.Target(Blocks.Kind.USER, "mallory", "");
        node.cluster.block(mallory, Duration.ofMinutes(1));
        try (Node newcomer = new Node("newcomer", backplane)) {
            assertThat(newcomer.cluster.blocks().all()).isEmpty();
            newcomer.cluster.tell(() -> Map.of("node", "newcomer"));

            assertThat(newcomer.cluster.blocks().all())
                    .extracting(Blocks.Block::target)
                    .containsExactly(mallory);
        }
    }

    @Test
    void everyWriteIsInTheAuditLogTheRefusedOnesToo() {
        publish("1").to(node.servlet);
        publish("nonsense").to(node.servlet);
        call(operation("publish")).by("vera", "parley-viewer").to(node.servlet);
        doors().with("Origin", "http://evil.example").to(node.servlet);
        Call.get("/overview").by("eve", "parley-viewer").to(node.servlet);

        List<Audit.Entry> entries = node.audit.newestFirst();
        assertThat(entries).extracting(Audit.Entry::who).containsExactly("eve", "vera", "eve", "eve");
        assertThat(entries.get(3).result()).isEqualTo("done");
        assertThat(entries.get(2).result()).startsWith("refused: ");
        assertThat(entries.get(1).result()).isEqualTo("refused: not allowed");
        assertThat(entries.get(0).result()).isEqualTo("refused: may be forged");
        assertThat(entries).allSatisfy(entry -> assertThat(entry.node()).isEqualTo("one"));
    }

    /** What another site can make an operator's browser send, with the operator's password. */
    @Test
    void everyWriteThatMayBeForgedIsRefusedAndInTheAuditLog() {
        List<Operation> writes =
                node.operations.all().stream().filter(Operation::isWrite).toList();
        assertThat(writes).hasSizeGreaterThan(6);
        for (Operation write : writes) {
            for (Map.Entry<String, String> sent : Map.of(
                            "Origin", "http://evil.example",
                            "Sec-Fetch-Site", "cross-site",
                            "Cookie", "JSESSIONID=1")
                    .entrySet()) {
                Call call = call(write)
                        .by("ada", "parley-admin")
                        .with("Host", "here:80")
                        .with(sent.getKey(), sent.getValue());

                assertThat(call.to(node.servlet).status())
                        .as(write.id() + " " + sent)
                        .isEqualTo(403);
                assertThat(node.audit.newestFirst().get(0))
                        .extracting(Audit.Entry::who, Audit.Entry::result)
                        .containsExactly("ada", "refused: may be forged");
            }
        }
        assertThat(node.admission.state()).isEqualTo(AdmissionControl.State.OPEN);
    }

    @Test
    void refusedWriteIsNotedUnderTheNameOfWhoeverTriedAgainToo() {
        for (int i = 0; i < 2; i++) {
            call(operation("purge"))
                    .as("otto", "open sesame", "parley-operator")
                    .to(node.servlet);
            assertThat(node.audit.newestFirst().get(0).who()).isEqualTo("otto");
        }
        bearer(call(operation("purge")), "shop:parley:publish").to(node.servlet);
        assertThat(node.audit.newestFirst().get(0).who()).isEqualTo("token of shop");
    }

    @Test
    void auditEntryStaysOnItsLine() {
        Call.of("DELETE", "/connections")
                .parameter("user", "x\r\nINFO audit: user=\"eve\"")
                .by("eve", "parley-operator")
                .to(node.servlet);

        assertThat(node.audit.newestFirst().get(0).what())
                .doesNotContain("\r", "\n")
                .contains("\\u000d\\u000a");
    }

    @Test
    void addressThatGuessesIsLockedOutEvenWithTheRightPassword() {
        for (int i = 0; i < 10; i++) {
            assertThat(Call.get("/overview")
                            .as("ada", "guess " + i)
                            .to(node.servlet)
                            .status())
                    .isEqualTo(401);
        }
        Call right = Call.get("/overview").as("ada", "open sesame", "parley-viewer");
        assertThat(right.to(node.servlet).status()).isEqualTo(429);
        assertThat(Call.get("/overview")
                        .from("203.0.113.8")
                        .as("ada", "open sesame", "parley-viewer")
                        .to(node.servlet)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void whoGuessesBehindAProxyLocksOutThemselvesAndNobodyElseThere() {
        for (int i = 0; i < 10; i++) {
            assertThat(throughProxy("198.51.100.1, 203.0.113.7")
                            .as("ada", "guess " + i)
                            .to(node.servlet)
                            .status())
                    .isEqualTo(401);
        }
        assertThat(throughProxy("198.51.100.2, 203.0.113.7")
                        .as("ada", "open sesame", "parley-viewer")
                        .to(node.servlet)
                        .status())
                .as("what a client says of itself counts for nothing")
                .isEqualTo(429);
        assertThat(throughProxy("203.0.113.8")
                        .as("ada", "open sesame", "parley-viewer")
                        .to(node.servlet)
                        .status())
                .isEqualTo(200);
    }

    /** From the proxy that the node trusts. */
    private static Call throughProxy(String forwardedFor) {
        return Call.get("/overview").from("192.0.2.1").with("X-Forwarded-For", forwardedFor);
    }

    @Test
    void documentListsEveryOperationAsItIs() {
        Map<String, Json> paths = Json.parse(
                        Call.get("/openapi.json").to(node.servlet).body())
                .flatMap(Json::members)
                .map(document -> document.get("paths"))
                .flatMap(Json::members)
                .orElseThrow();

        int described = 0;
        for (Json path : paths.values()) {
            described += path.members().orElseThrow().size();
        }
        int ofStreams = 3;
        assertThat(described).isEqualTo(node.operations.all().size() + ofStreams);
        assertThat(paths.get("/rooms/{room}/events").source()).contains("\"get\"", "\"post\"", "text/event-stream");
        for (Operation operation : node.operations.all()) {
            Map<String, Json> here = paths.get(operation.path())
                    .members()
                    .map(methods -> methods.get(operation.method().toLowerCase(java.util.Locale.ROOT)))
                    .flatMap(Json::members)
                    .orElseThrow();
            assertThat(here.get("operationId").string()).contains(operation.id());
            assertThat(here.get("security").source())
                    .contains("\"" + operation.permit().role().realmName() + "\"")
                    .contains("\"" + operation.permit().scope() + "\"");
            assertThat(here.get("responses").members().orElseThrow())
                    .containsKeys(Integer.toString(operation.status()), "401", "403");
        }
    }

    @Test
    void everyReferenceOfTheDocumentLeadsSomewhere() {
        assertThat(Schema.references(Call.get("/openapi.json").to(node.servlet).body()))
                .isGreaterThan(30);
    }

    /** What the document promises for a good request is what comes. */
    @Test
    void goodRequestIsAnsweredWithTheStatusOfTheDocument() {
        assertThat(publish("1").to(node.servlet).status())
                .isEqualTo(operation("publish").status());
        assertThat(doors().to(node.servlet).status())
                .isEqualTo(operation("doors").status());
        for (Operation operation : node.operations.all()) {
            if (!operation.isWrite() && !operation.id().equals("connection")) { // nobody is connected
                assertThat(call(operation)
                                .by("eve", "parley-admin")
                                .to(node.servlet)
                                .status())
                        .as(operation.id())
                        .isEqualTo(operation.status());
            }
        }
    }

    /** With something in every list, so that rows are looked at, too. */
    @Test
    void everyAnswerIsAsTheDocumentSays() {
        other.cluster.tell(() -> Map.of("node", "two"));
        publish("{}").to(node.servlet);
        backplane.append(new RoomId("lobby"), new Draft("l", new Draft.Author("7", "c"), Draft.Kind.LEFT, ""));
        Peer peer = new Peer(node.workers);
        node.dialogues
                .open(peer.connection(), Optional.of(Credential.of("ann")), Optional.empty(), renewed -> true)
                .receive("{\"id\":1,\"type\":\"join\",\"room\":\"lobby\"}");
        peer.awaitLines(3);
        Connection live = node.connections.accept(session(new ArrayBlockingQueue<>(1)));
        live.named("carol", "login");
        live.note("joined lobby");
        Connection ended = node.connections.accept(session(new ArrayBlockingQueue<>(1)));
        ended.close(CloseCode.REMOVED);
        while (node.connections.count() > 1) {
            Thread.onSpinWait();
        }
        node.cluster.block(new Blocks.Target(Blocks.Kind.USER, "mallory", "login"), Duration.ofMinutes(1));
        node.cluster.block(Blocks.Target.address("192.0.2.1"), Duration.ofMinutes(1));
        String document = Call.get("/openapi.json").to(node.servlet).body();

        for (Operation operation : node.operations.all()) {
            String path = operation.path().replace("{user}", "carol").replace("{connection}", live.id());
            String body = switch (operation.id()) {
                case "block" -> "{\"user\":\"eve\",\"seconds\":1}";
                case "doors" -> "{\"state\":\"open\"}";
                case "publishTogether" -> "{\"rooms\":[\"lobby\"],\"data\":1}";
                default -> "{}";
            };
            Call call = Call.of(
                            operation.method(), path.replace("{room}", "lobby").replace("{node}", "one"))
                    .by("ada", "parley-admin")
                    .with("Content-Type", "application/json")
                    .body(body);
            if (Set.of("unblock", "disconnectAll").contains(operation.id())) {
                call.parameter("user", "nobody");
            }
            if (Set.of("overview", "nodes", "settings", "purge", "erase", "closeRoom", "disconnect", "disconnectUser")
                    .contains(operation.id())) {
                continue; // the first three are another's to say, and the others would change what is looked at
            }
            call.to(node.servlet);
            assertThat(call.status()).as(operation.id()).isEqualTo(operation.status());
            assertThat(schema(document, operation).flaws(call.body()))
                    .as(operation.id() + ": " + call.body())
                    .isEmpty();
        }
        for (String list : List.of("connections", "ended", "rooms", "users", "audit", "blocks")) {
            assertThat(Call.get("/" + list)
                            .by("ada", "parley-admin")
                            .to(node.servlet)
                            .body())
                    .as(list)
                    .doesNotContain("\":[]}");
        }
        Call over =
                Call.get("/connections/" + ended.id()).by("ada", "parley-admin").to(node.servlet);
        assertThat(schema(document, operation("connection")).flaws(over.body())).isEmpty();
        for (String last : List.of("purge", "closeRoom", "disconnect", "disconnectUser")) {
            Call call = call(operation(last)).by("ada", "parley-admin").to(node.servlet);
            assertThat(schema(document, operation(last)).flaws(call.body())).isEmpty();
        }
        Call rejected = publish("\"damn\"").to(node.servlet);
        for (Call problem : List.of(rejected, publish("{").to(node.servlet))) {
            assertThat(Schema.in(
                                    document,
                                    Json.parse(JsonText.of(Schemas.of("Problem")))
                                            .orElseThrow())
                            .flaws(problem.body()))
                    .isEmpty();
        }
    }

    private static Schema schema(String document, Operation operation) {
        return Schema.ofAnswer(
                document, operation.path(), operation.method().toLowerCase(java.util.Locale.ROOT), operation.status());
    }

    /** And of a bad one. */
    @Test
    void badRequestIsAnsweredWithAStatusOfTheDocument() {
        assertThat(publish("{").to(node.servlet).status()).isEqualTo(400);
        assertThat(problems("publish"))
                .contains("400", "413", "415", "422", "503")
                .doesNotContain("404");
        assertThat(call(operation("connection"))
                        .by("eve", "parley-admin")
                        .to(node.servlet)
                        .status())
                .isEqualTo(404);
        assertThat(problems("connection")).contains("404").doesNotContain("413", "415", "503");
        assertThat(problems("doors")).contains("404", "413", "415");
    }

    private Set<String> problems(String id) {
        Operation operation = operation(id);
        return Json.parse(Call.get("/openapi.json").to(node.servlet).body())
                .flatMap(Json::members)
                .map(document -> document.get("paths"))
                .flatMap(Json::members)
                .map(paths -> paths.get(operation.path()))
                .flatMap(Json::members)
                .map(path -> path.get(operation.method().toLowerCase(java.util.Locale.ROOT)))
                .flatMap(Json::members)
                .map(described -> described.get("responses"))
                .flatMap(Json::members)
                .orElseThrow()
                .keySet();
    }

    private Operation operation(String id) {
        return node.operations.all().stream()
                .filter(operation -> operation.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static Call call(Operation operation) {
        String path = operation
                .path()
                .replace("{room}", "lobby")
                .replace("{connection}", "nobody")
                .replace("{user}", "carol@example.com")
                .replace("{node}", "one");
        return Call.of(operation.method(), path)
                .with("Content-Type", "application/json")
                .body("{}");
    }

    private static Call publish(String body) {
        return Call.of("POST", "/rooms/lobby/messages")
                .by("eve", "parley-operator")
                .with("Content-Type", "application/json")
                .body(body);
    }

    private static Call doors() {
        return Call.of("PUT", "/nodes/one/doors")
                .by("eve", "parley-operator")
                .with("Authorization", "Basic ZXZlOng=")
                .with("Host", "here:80")
                .with("Content-Type", "application/json")
                .body("{\"state\":\"paused\"}");
    }

    private static jakarta.servlet.http.HttpServletRequest request() {
        return doors().asRequest();
    }

    private String history() {
        return Call.get("/rooms/lobby/messages")
                .by("ada", "parley-admin")
                .to(node.servlet)
                .body();
    }
}
