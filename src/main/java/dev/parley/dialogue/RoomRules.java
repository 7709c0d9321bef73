package dev.parley.dialogue;

import dev.parley.backplane.RoomId;
import dev.parley.handshake.Credential;
import dev.parley.room.Overflow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what in which room, as an operator has written it down, one rule a line:
 *
 * <pre>
 * # rooms         rights             for whom
 * lobby           all                everyone
 * news            join,history       known
 * news            send               scope:news:write,user:alice
 * team-*          all                claim:role=staff
 * inbox-{user}    all                known
 *
 * # rooms         of what a client is too slow for
 * ticker-*        drop-oldest
 * prices          conflate:symbol
 * </pre>
 *
 * <p>Rules only grant; the rest is denied. {@code *} stands for any letters of a room's name, {@code {user}} for the name of
 * whoever asks; {@code everyone} needs no credential, {@code known} any.
 *
 * <p>Every room's name can be read in one way only. {@code {user}} never reaches across the letter that follows it, nor, after a
 * {@code *}, across the letter before it: {@code order-carol-x-1} is carol's under {@code order-{user}-*}, and never that of
 * somebody called {@code carol-x}, who needs another pattern. A {@code *} beside {@code {user}} or on both sides of it would have
 * to be guessed, and is refused.
 *
 * <p>A line of two columns gives nobody anything: it says what becomes of messages that a client is too slow for. {@code close},
 * which is what happens without such a line: the client is closed, and can resume; {@code drop-oldest}; {@code conflate}, where only
 * the last message of each user counts, and {@code conflate:name}, where only the last one counts with each value of that member
 * of its data. The first line for a room counts. Immutable.
 */
public final class RoomRules implements Permissions {
    private record Rule(Pattern rooms, Set<Right> rights, List<Predicate<@Nullable Credential>> whom) {
        boolean gives(@Nullable Credential who, Right right, RoomId room) {
            if (!rights.contains(right)) {
                return false;
            }
            Matcher matcher = rooms.matcher(room.name());
            boolean isOneOfThem = matcher.matches()
                    && (matcher.groupCount() == 0 || (who != null && who.user().equals(matcher.group(1))));
            return isOneOfThem && whom.stream().anyMatch(one -> one.test(who));
        }
    }

    private record Slowness(Pattern rooms, Overflow overflow) {}

    private static final String USER = "\\{user}";
    private static final String WHOM = "whom is everyone, known, user:…, scope:… or claim:name=value";

    private final List<Rule> rules;
    private final List<Slowness> slownesses;

    private RoomRules(List<Rule> rules, List<Slowness> slownesses) {
        this.rules = List.copyOf(rules);
        this.slownesses = List.copyOf(slownesses);
    }

    /**
     * Reads rules.
     *
     * @throws IllegalArgumentException naming the first line that is none
     */
    public static RoomRules parse(List<String> lines) {
        List<Rule> rules = new ArrayList<>();
        List<Slowness> slownesses = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).replaceFirst("#.*", "").strip();
            if (!line.isEmpty()) {
                try {
                    String[] columns = line.split("\\s+");
                    if (columns.length == 2) {
                        slownesses.add(new Slowness(rooms(columns[0]), overflow(columns[1])));
                    } else {
                        rules.add(rule(columns));
                    }
                } catch (IllegalArgumentException wrong) {
                    throw new IllegalArgumentException("line " + (i + 1) + ": " + wrong.getMessage(), wrong);
                }
            }
        }
        return new RoomRules(rules, slownesses);
    }

    private static Rule rule(String[] columns) {
        if (columns.length != 3) {
            throw new IllegalArgumentException("a rule is rooms, rights and for whom; or rooms and overflow");
        }
        return new Rule(
                rooms(columns[0]),
                rights(columns[1]),
                Arrays.stream(columns[2].split(",")).map(RoomRules::whom).toList());
    }

    private static Pattern rooms(String text) {
        String[] parts = text.split(USER, 2);
        if (!String.join("", parts).matches("[a-z0-9._:*-]*")) {
            throw new IllegalArgumentException("not a pattern for room names");
        }
        return Pattern.compile(parts.length == 1 ? regex(text) : regex(parts[0], parts[1]));
    }

    private static String regex(String letters) {
        return letters.replace(".", "\\.").replace("*", ".*");
    }

    /** Of a user's rooms. What stands for the user has an end that can be seen, wherever anything could stand beside it. */
    private static String regex(String before, String after) {
        boolean isOpenBefore = before.contains("*");
        if (before.endsWith("*") || after.startsWith("*")) {
            throw new IllegalArgumentException("where {user} ends beside * cannot be told: put a letter between them");
        }
        if (isOpenBefore && after.contains("*")) {
            throw new IllegalArgumentException(
                    "which part is {user} cannot be told: * may stand on one side of it only");
        }
        String never = (isOpenBefore ? before.substring(before.length() - 1) : "")
                + (after.isEmpty() ? "" : after.substring(0, 1));
        String user = never.isEmpty() ? ".+" : "[^" + never.replace("-", "\\-") + "]+";
        return regex(before) + "(" + user + ")" + regex(after);
    }

    private static Set<Right> rights(String text) {
        if (text.equals("all")) {
            return EnumSet.allOf(Right.class);
        }
        return Arrays.stream(text.split(","))
                .map(word -> Arrays.stream(Right.values())
                        .filter(right -> right.name().toLowerCase(Locale.ROOT).equals(word))
                        .findFirst()
                        .orElseThrow(() ->
                                new IllegalArgumentException("rights are all, or some of join,send,history,presence")))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Right.class)));
    }

    private static Predicate<@Nullable Credential> whom(String word) {
        int colon = word.indexOf(':');
        String kind = colon < 0 ? word : word.substring(0, colon);
        String value = word.substring(colon + 1);
        if (kind.matches("everyone|known") ? colon >= 0 : colon < 0 || value.isEmpty()) {
            throw new IllegalArgumentException(WHOM);
        }
        return switch (kind) {
            case "everyone" -> who -> true;
            case "known" -> who -> who != null;
            case "user" -> who -> who != null && who.user().equals(value);
            case "scope" -> who -> who != null && who.scopes().contains(value);
            case "claim" -> claim(value);
            default -> throw new IllegalArgumentException(WHOM);
        };
    }

    /** A claim that is a list gives what each of its elements gives. */
    private static Predicate<@Nullable Credential> claim(String text) {
        int equals = text.indexOf('=');
        if (equals < 1) {
            throw new IllegalArgumentException("a claim is claim:name=value");
        }
        String name = text.substring(0, equals);
        String value = text.substring(equals + 1);
        return who -> {
            Object claimed = who == null ? null : who.claims().get(name);
            return claimed instanceof Iterable<?> several
                    ? contains(several, value)
                    : claimed != null && claimed.toString().equals(value);
        };
    }

    private static boolean contains(Iterable<?> several, String value) {
        for (Object one : several) {
            if (value.equals(String.valueOf(one))) {
                return true;
            }
        }
        return false;
    }

    private static Overflow overflow(String word) {
        String member = word.startsWith("conflate:") ? word.substring("conflate:".length()) : "";
        if (!member.isEmpty()) {
            return Overflow.conflateBy(member);
        }
        return switch (word) {
            case "close" -> Overflow.CLOSE;
            case "drop-oldest" -> Overflow.DROP_OLDEST;
            case "conflate" -> Overflow.CONFLATE_BY_USER;
            default ->
                throw new IllegalArgumentException("a rule is rooms, rights and for whom; of two columns the second is"
                        + " close, drop-oldest, conflate or conflate:name");
        };
    }

    /** What becomes of what clients of a room are too slow for. */
    public Overflow overflow(RoomId room) {
        return slownesses.stream()
                .filter(slowness -> slowness.rooms().matcher(room.name()).matches())
                .map(Slowness::overflow)
                .findFirst()
                .orElse(Overflow.CLOSE);
    }

    @Override
    public boolean allow(@Nullable Credential who, Right right, RoomId room) {
        for (Rule rule : rules) {
            if (rule.gives(who, right, room)) {
                return true;
            }
        }
        return false;
    }
}
