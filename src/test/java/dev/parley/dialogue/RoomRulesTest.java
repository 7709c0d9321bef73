package dev.parley.dialogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.parley.Action;
import dev.parley.Caller;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Keep;
import dev.parley.backplane.RoomId;
import dev.parley.room.Overflow;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RoomRulesTest {
    private static final RoomRules RULES = RoomRules.parse("""
            # rooms         rights             for whom
            lobby           all                everyone   # as in the guide
            news            join,history       known
            news            send               scope:news:write,user:alice

            team-*          all                claim:role=staff
            inbox-{user}    all                known
            """.lines().toList());

    private static final Caller ALICE = named("alice");
    private static final Caller BOB = named("bob");

    @Test
    void whatNoLineGivesIsNotAllowed() {
        assertThat(may(ALICE, Action.PRESENCE, "news")).isFalse();
        assertThat(may(ALICE, Action.JOIN, "elsewhere")).isFalse();
        assertThat(may(ALICE, Action.JOIN, "lobby2")).isFalse();
        assertThat(RoomRules.parse(List.of()).allow(ALICE, Action.JOIN, new RoomId("lobby")))
                .isFalse();
    }

    @Test
    void everyoneNeedsNoCredentialAndKnownAny() {
        assertThat(may(Caller.ANONYMOUS, Action.SEND, "lobby")).isTrue();
        assertThat(may(Caller.ANONYMOUS, Action.JOIN, "news")).isFalse();
        assertThat(may(BOB, Action.JOIN, "news")).isTrue();
    }

    @Test
    void whoMaySendMaySignalAndOneMayWithoutTheOther() {
        assertThat(may(ALICE, Action.SIGNAL, "news")).isTrue();
        assertThat(may(BOB, Action.SIGNAL, "news")).isFalse();
        RoomRules rules = RoomRules.parse(List.of("board join,signal known"));
        assertThat(rules.allow(BOB, Action.SIGNAL, new RoomId("board"))).isTrue();
        assertThat(rules.allow(BOB, Action.SEND, new RoomId("board"))).isFalse();
    }

    @Test
    void usersAndScopesAreMatchedWhole() {
        assertThat(may(ALICE, Action.SEND, "news")).isTrue();
        assertThat(may(BOB, Action.SEND, "news")).isFalse();
        assertThat(may(with(Set.of("news:write"), Map.of()), Action.SEND, "news"))
                .isTrue();
        assertThat(may(with(Set.of("news"), Map.of()), Action.SEND, "news")).isFalse();
    }

    @Test
    void claimsAreValuesOrLists() {
        assertThat(may(with(Set.of(), Map.of("role", "staff")), Action.JOIN, "team-a"))
                .isTrue();
        assertThat(may(with(Set.of(), Map.of("role", List.of("x", "staff"))), Action.JOIN, "team-a.b"))
                .isTrue();
        assertThat(may(with(Set.of(), Map.of("role", "staffer")), Action.JOIN, "team-a"))
                .isFalse();
        assertThat(may(Caller.ANONYMOUS, Action.JOIN, "team-a")).isFalse();
    }

    @Test
    void aRoomNamedAfterItsUserIsThatUsersAlone() {
        assertThat(may(ALICE, Action.JOIN, "inbox-alice")).isTrue();
        assertThat(may(BOB, Action.JOIN, "inbox-alice")).isFalse();
        assertThat(may(Caller.ANONYMOUS, Action.JOIN, "inbox-alice")).isFalse();
        assertThat(may(named(".*"), Action.JOIN, "inbox-alice")).isFalse();
    }

    @Test
    void aUsersNameDoesNotReachAcrossWhatFollowsIt() {
        RoomRules rules = RoomRules.parse(List.of("order-{user}-* all known", "*.of.{user} all known"));
        RoomId order = new RoomId("order-carol-550e8400-e29b-41d4-a716-446655440000");

        assertThat(rules.allow(named("carol"), Action.JOIN, order)).isTrue();
        for (String other : List.of("carol-550e8400-e29b-41d4-a716", "carol-550e8400", "carol-", "Carol", "car")) {
            assertThat(rules.allow(named(other), Action.JOIN, order)).isFalse();
        }
        assertThat(rules.allow(named("eve"), Action.JOIN, new RoomId("a.of.bob.of.eve")))
                .isTrue();
        assertThat(rules.allow(named("bob.of.eve"), Action.JOIN, new RoomId("a.of.bob.of.eve")))
                .isFalse();
        assertThat(RULES.allow(named("carol-x"), Action.JOIN, new RoomId("inbox-carol-x")))
                .isTrue();
    }

    /** Whatever they are called, no two users are let into one room by the same line. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{user}",
                "o-{user}",
                "{user}-*",
                "o.{user}.*",
                "o-{user}-a",
                "*-{user}",
                "*:{user}-a",
                "a*b-{user}-c"
            })
    void noRoomIsTwoUsers(String pattern) {
        RoomRules rules = RoomRules.parse(List.of(pattern + " join known"));
        Random random = new Random(13);
        for (int round = 0; round < 3_000; round++) {
            String name = letters(random, 1) + letters(random, random.nextInt(9));
            RoomId room =
                    RoomId.parse((random.nextBoolean() ? "o-" : "") + name).orElse(null);
            if (room == null) {
                continue;
            }
            Set<String> letIn = new HashSet<>();
            for (int from = 0; from < room.name().length(); from++) {
                for (int to = from + 1; to <= room.name().length(); to++) {
                    String user = room.name().substring(from, to);
                    if (rules.allow(named(user), Action.JOIN, room)) {
                        letIn.add(user);
                    }
                }
            }
            assertThat(letIn).as(room.name()).hasSizeLessThanOrEqualTo(1);
        }
    }

    private static String letters(Random random, int length) {
        return random.ints(length, 0, 6)
                .mapToObj(i -> "abo-.:".substring(i, i + 1))
                .collect(Collectors.joining());
    }

    @Test
    void rolesAreMatchedWhole() {
        RoomRules rules = RoomRules.parse(List.of("desk all role:support"));

        assertThat(rules.allow(with(Set.of(), Map.of()), Action.JOIN, new RoomId("desk")))
                .isTrue();
        assertThat(rules.allow(ALICE, Action.JOIN, new RoomId("desk"))).isFalse();
        assertThat(rules.allow(Caller.ANONYMOUS, Action.JOIN, new RoomId("desk")))
                .isFalse();
    }

    @Test
    void aVariableOfTheRoomIsComparedWithAClaim() {
        RoomRules rules = RoomRules.parse(List.of(
                "order-{id} join claim:orders={id}", "{team}.{user} all claim:team=t-{team},scope:team:{team}"));

        Caller buyer = with(Set.of(), Map.of("orders", List.of(42L, "7")));
        assertThat(rules.allow(buyer, Action.JOIN, new RoomId("order-42"))).isTrue();
        assertThat(rules.allow(buyer, Action.JOIN, new RoomId("order-7"))).isTrue();
        assertThat(rules.allow(buyer, Action.JOIN, new RoomId("order-4"))).isFalse();
        assertThat(rules.allow(buyer, Action.SEND, new RoomId("order-42"))).isFalse();
        assertThat(rules.allow(Caller.ANONYMOUS, Action.JOIN, new RoomId("order-42")))
                .isFalse();
        for (Caller member : List.of(with(Set.of("team:red"), Map.of()), with(Set.of(), Map.of("team", "t-red")))) {
            assertThat(rules.allow(member, Action.JOIN, new RoomId("red.carol")))
                    .isTrue();
            assertThat(rules.allow(member, Action.JOIN, new RoomId("blue.carol")))
                    .isFalse();
            assertThat(rules.allow(member, Action.JOIN, new RoomId("red.bob"))).isFalse();
        }
    }

    @Test
    void theFirstLineOfTwoColumnsSaysWhatBecomesOfASlowReader() {
        RoomRules rules = RoomRules.parse(
                List.of("ticker-* drop-oldest", "ticker-a close", "prices conflate:symbol", "* all everyone"));

        assertThat(rules.overflow(new RoomId("ticker-a"))).isSameAs(Overflow.DROP_OLDEST);
        assertThat(rules.overflow(new RoomId("lobby"))).isSameAs(Overflow.CLOSE);
        assertThat(rules.overflow(new RoomId("prices")).series(json("{\"symbol\": [ 1 ]}")))
                .contains("[1]");
        assertThat(RoomRules.parse(List.of("* conflate"))
                        .overflow(new RoomId("a"))
                        .series(json("1")))
                .contains("ann");
        assertThat(RoomRules.parse(List.of("a drop-oldest")).allow(ALICE, Action.JOIN, new RoomId("a")))
                .isFalse();
    }

    private static Draft json(String text) {
        return new Draft("key", new Draft.Author("ann", "c1"), Draft.Kind.JSON, text);
    }

    @Test
    void aLineMaySayWhatIsKept() {
        RoomRules rules = RoomRules.parse(List.of(
                "support-* keep:30d",
                "prices keep:100 conflate:symbol keep:256KiB",
                "secret-* keep:0",
                "support-vip keep:1h",
                "prices drop-oldest",
                "keep:all all role:keep:all",
                "* all everyone"));

        assertThat(rules.keep(new RoomId("support-vip"))).isEqualTo(Keep.age(Duration.ofDays(30)));
        assertThat(rules.keep(new RoomId("prices"))).isEqualTo(Keep.entries(100).and(Keep.bytes(256 * 1024)));
        assertThat(rules.overflow(new RoomId("prices"))
                        .series(new Draft("k", new Draft.Author("u", "c"), Draft.Kind.JSON, "{\"symbol\":1}")))
                .contains("1");
        assertThat(rules.keep(new RoomId("secret-1"))).isEqualTo(Keep.entries(0));
        assertThat(rules.keep(new RoomId("keep:all"))).isEqualTo(Keep.ALL);
        assertThat(rules.keep(RoomId.inbox("alice").orElseThrow())).isEqualTo(Keep.ALL);
        assertThat(RoomRules.parse(List.of("a keep:0")).allow(ALICE, Action.JOIN, new RoomId("a")))
                .isFalse();
        for (String amount : List.of("12h", "10m", "45s", "0s", "1MiB", "2GiB", "007")) {
            assertThat(RoomRules.parse(List.of("* keep:" + amount)).keep(new RoomId("a")))
                    .as(amount)
                    .isNotEqualTo(Keep.ALL);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a keep:",
                "a keep:x",
                "a keep:-1",
                "a keep:30D",
                "a keep:1w",
                "a keep:1.5h",
                "a keep:10kb",
                "a keep:9999999",
                "a keep:1 close drop-oldest",
                "a keep:1 all",
                "a all keep:1",
                "a send known keep:1"
            })
    void whatIsKeptIsANumberATimeOrASize(String line) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RoomRules.parse(List.of("* all known", line)))
                .withMessageStartingWith("line 2: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lobby conflate:",
                "lobby drop-newest",
                "(a) close",
                "lobby",
                "lobby all",
                "lobby all everyone more",
                "Lobby all everyone",
                "(a) all everyone",
                "lobby read everyone",
                "lobby all nobody",
                "lobby all user",
                "lobby all user:",
                "lobby all everyone:alice",
                "lobby all known,scope",
                "lobby all claim:role",
                "{user}-{user} all known",
                "a-{user}* all known",
                "*{user} all known",
                "*-{user}-* all known",
                "inbox-{usr} all known",
                "order-{id} all claim:orders={number}",
                "order-{id} all role:"
            })
    void whatIsNoRuleIsRefusedWithItsLine(String line) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RoomRules.parse(List.of("lobby all everyone", line)))
                .withMessageStartingWith("line 2: ");
    }

    private static boolean may(Caller who, Action right, String room) {
        return RULES.allow(who, right, new RoomId(room));
    }

    private static Caller named(String name) {
        return new Caller(name, Set.of(), Set.of(), Map.of());
    }

    private static Caller with(Set<String> scopes, Map<String, Object> claims) {
        return new Caller("carol", Set.of("support"), scopes, claims);
    }
}
