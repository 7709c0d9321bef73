package dev.parley.dialogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.parley.backplane.Draft;
import dev.parley.backplane.RoomId;
import dev.parley.handshake.Credential;
import dev.parley.room.Overflow;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    private static final Credential ALICE = Credential.of("alice");
    private static final Credential BOB = Credential.of("bob");

    @Test
    void whatNoLineGivesIsNotAllowed() {
        assertThat(may(ALICE, Right.PRESENCE, "news")).isFalse();
        assertThat(may(ALICE, Right.JOIN, "elsewhere")).isFalse();
        assertThat(may(ALICE, Right.JOIN, "lobby2")).isFalse();
        assertThat(RoomRules.parse(List.of()).allow(ALICE, Right.JOIN, new RoomId("lobby")))
                .isFalse();
    }

    @Test
    void everyoneNeedsNoCredentialAndKnownAny() {
        assertThat(may(null, Right.SEND, "lobby")).isTrue();
        assertThat(may(null, Right.JOIN, "news")).isFalse();
        assertThat(may(BOB, Right.JOIN, "news")).isTrue();
    }

    @Test
    void usersAndScopesAreMatchedWhole() {
        assertThat(may(ALICE, Right.SEND, "news")).isTrue();
        assertThat(may(BOB, Right.SEND, "news")).isFalse();
        assertThat(may(with(Set.of("news:write"), Map.of()), Right.SEND, "news"))
                .isTrue();
        assertThat(may(with(Set.of("news"), Map.of()), Right.SEND, "news")).isFalse();
    }

    @Test
    void claimsAreValuesOrLists() {
        assertThat(may(with(Set.of(), Map.of("role", "staff")), Right.JOIN, "team-a"))
                .isTrue();
        assertThat(may(with(Set.of(), Map.of("role", List.of("x", "staff"))), Right.JOIN, "team-a.b"))
                .isTrue();
        assertThat(may(with(Set.of(), Map.of("role", "staffer")), Right.JOIN, "team-a"))
                .isFalse();
        assertThat(may(null, Right.JOIN, "team-a")).isFalse();
    }

    @Test
    void aRoomNamedAfterItsUserIsThatUsersAlone() {
        assertThat(may(ALICE, Right.JOIN, "inbox-alice")).isTrue();
        assertThat(may(BOB, Right.JOIN, "inbox-alice")).isFalse();
        assertThat(may(null, Right.JOIN, "inbox-alice")).isFalse();
        assertThat(may(Credential.of(".*"), Right.JOIN, "inbox-alice")).isFalse();
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
        assertThat(RoomRules.parse(List.of("a drop-oldest")).allow(ALICE, Right.JOIN, new RoomId("a")))
                .isFalse();
    }

    private static Draft json(String text) {
        return new Draft("key", new Draft.Author("ann", "c1"), Draft.Kind.JSON, text);
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
                "{user}-{user} all known"
            })
    void whatIsNoRuleIsRefusedWithItsLine(String line) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RoomRules.parse(List.of("lobby all everyone", line)))
                .withMessageStartingWith("line 2: ");
    }

    private static boolean may(Credential who, Right right, String room) {
        return RULES.allow(who, right, new RoomId(room));
    }

    private static Credential with(Set<String> scopes, Map<String, Object> claims) {
        return new Credential("carol", scopes, claims, Optional.empty());
    }
}
