package dev.parley.dialogue;

import dev.parley.Action;
import dev.parley.Caller;
import dev.parley.backplane.Keep;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.RoomPattern;
import dev.parley.room.Overflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
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
 * news            send               scope:news:write,user:alice,role:editor
 * team-*          all                claim:role=staff
 * inbox-{user}    all                known
 * order-{id}      join,history       claim:orders={id},role:support
 *
 * # rooms         of what a client is too slow for
 * ticker-*        drop-oldest
 * prices          conflate:symbol
 *
 * # rooms         what is kept
 * support-*       keep:30d
 * prices          keep:100 keep:256KiB conflate:symbol
 * secret-*        keep:0
 * </pre>
 *
 * <p>Rules only grant; the rest is denied. {@code send} grants {@code signal} as well. {@code everyone} needs no credential, {@code known} any. How patterns are read stands
 * in {@link RoomPattern}. {@code {user}} is the name of whoever asks. Any other variable must stand in the third column, too, where
 * it is what the room's name has in its place. A claim that is a list grants what each of its elements grants.
 *
 * <p>A line of words gives nobody anything: it says what becomes of messages that a client is too slow for. {@code close},
 * which is what happens without such a line: the client is closed, and can resume; {@code drop-oldest}; {@code conflate}, where only
 * the last message of each user counts, and {@code conflate:name}, where only the last one counts with each value of that member
 * of its data. Or it says what is kept, of what every room keeps: {@code keep:100} the last so many, {@code keep:30d} (or {@code h},
 * {@code m}, {@code s}) what is no older, {@code keep:256KiB} (or {@code MiB}, {@code GiB}) the last that are together no longer; of
 * several words on a line all count. The first line for a room with a word of either sort counts. Immutable.
 */
public final class RoomRules {
    private static final String USER = "user";
    private static final Pattern VARIABLE = Pattern.compile("\\{([^}]*)}");
    private static final String KEEP = "keep:";
    private static final Pattern AMOUNT = Pattern.compile("([0-9]{1,6})(|d|h|m|s|KiB|MiB|GiB)");
    private static final String WORDS =
            "a rule is rooms, rights and for whom; without whom, rooms and of close, drop-oldest, conflate or"
                    + " conflate:name one, and words such as keep:100, keep:30d or keep:256KiB";
    private static final String WHOM = "whom is everyone, known, user:…, role:…, scope:… or claim:name=value";

    private record Rule(RoomPattern rooms, Set<Action> rights, List<Whom> whom) {
        boolean gives(Caller who, Action right, RoomId room) {
            if (!rights.contains(right)) {
                return false;
            }
            Map<String, String> variables = rooms.match(room).orElse(null);
            if (variables == null) {
                return false;
            }
            String user = variables.get(USER);
            return (user == null || user.equals(who.name()))
                    && whom.stream().anyMatch(one -> one.isMeant(who, variables));
        }
    }

    /** Somebody, or some people. */
    private record Whom(Kind kind, String claim, String value) {
        enum Kind {
            EVERYONE,
            KNOWN,
            USER,
            ROLE,
            SCOPE,
            CLAIM
        }

        boolean isMeant(Caller who, Map<String, String> variables) {
            if (kind == Kind.EVERYONE) {
                return true;
            }
            String wanted = value.indexOf('{') < 0
                    ? value
                    : VARIABLE.matcher(value)
                            .replaceAll(found -> Matcher.quoteReplacement(variables.get(found.group(1))));
            return !who.isAnonymous()
                    && switch (kind) {
                        case EVERYONE, KNOWN -> true;
                        case USER -> who.name().equals(wanted);
                        case ROLE -> who.hasRole(wanted);
                        case SCOPE -> who.hasScope(wanted);
                        case CLAIM ->
                            who.claim(claim)
                                    .filter(claimed -> has(claimed, wanted))
                                    .isPresent();
                    };
        }

        private static boolean has(Object claimed, String value) {
            if (claimed instanceof Iterable<?> several) {
                for (Object one : several) {
                    if (value.equals(String.valueOf(one))) {
                        return true;
                    }
                }
                return false;
            }
            return claimed.toString().equals(value);
        }
    }

    /** What a line says of rooms; null what it says nothing of. */
    private record Words(
            RoomPattern rooms,
            @Nullable Overflow overflow,
            @Nullable Keep keep) {}

    private final List<Rule> rules;
    private final List<Words> words;

    private RoomRules(List<Rule> rules, List<Words> words) {
        this.rules = List.copyOf(rules);
        this.words = List.copyOf(words);
    }

    /**
     * Reads rules.
     *
     * @throws IllegalArgumentException naming the first line that is none
     */
    public static RoomRules parse(List<String> lines) {
        List<Rule> rules = new ArrayList<>();
        List<Words> words = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).replaceFirst("#.*", "").strip();
            if (!line.isEmpty()) {
                try {
                    String[] columns = line.split("\\s+");
                    if (columns.length == 2 || Arrays.stream(columns).skip(1).anyMatch(word -> word.startsWith(KEEP))) {
                        words.add(words(columns));
                    } else {
                        rules.add(rule(columns));
                    }
                } catch (IllegalArgumentException wrong) {
                    throw new IllegalArgumentException("line " + (i + 1) + ": " + wrong.getMessage(), wrong);
                }
            }
        }
        return new RoomRules(rules, words);
    }

    private static Rule rule(String[] columns) {
        if (columns.length != 3) {
            throw new IllegalArgumentException(
                    "a rule is rooms, rights and for whom; or rooms and words such as keep:30d");
        }
        RoomPattern rooms = new RoomPattern(columns[0]);
        List<Whom> whom =
                Arrays.stream(columns[2].split(",")).map(RoomRules::whom).toList();
        Set<String> used = VARIABLE.matcher(columns[2])
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toSet());
        for (String variable : rooms.variables()) {
            if (!used.remove(variable) && !variable.equals(USER)) {
                throw new IllegalArgumentException("{" + variable
                        + "} must stand in the third column, too, as in claim:orders={" + variable + "}");
            }
        }
        if (!used.isEmpty()) {
            throw new IllegalArgumentException(
                    "the rooms have no {" + used.iterator().next() + "}");
        }
        return new Rule(rooms, rights(columns[1]), whom);
    }

    private static Set<Action> rights(String text) {
        if (text.equals("all")) {
            return EnumSet.allOf(Action.class);
        }
        Set<Action> rights = Arrays.stream(text.split(","))
                .map(word -> Arrays.stream(Action.values())
                        .filter(right -> right.name().toLowerCase(Locale.ROOT).equals(word))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException(
                                "rights are all, or some of join,send,history,presence,signal")))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Action.class)));
        if (rights.contains(Action.SEND)) {
            rights.add(Action.SIGNAL); // whoever may be heard for ever may be heard for a moment
        }
        return rights;
    }

    private static Whom whom(String word) {
        int colon = word.indexOf(':');
        String name = colon < 0 ? word : word.substring(0, colon);
        String value = word.substring(colon + 1);
        Whom.Kind kind = Arrays.stream(Whom.Kind.values())
                .filter(one -> one.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(WHOM));
        boolean isAlone = kind == Whom.Kind.EVERYONE || kind == Whom.Kind.KNOWN;
        if (isAlone ? colon >= 0 : colon < 0 || value.isEmpty()) {
            throw new IllegalArgumentException(WHOM);
        }
        int equals = value.indexOf('=');
        if (kind != Whom.Kind.CLAIM) {
            return new Whom(kind, "", value);
        }
        if (equals < 1) {
            throw new IllegalArgumentException("a claim is claim:name=value");
        }
        return new Whom(kind, value.substring(0, equals), value.substring(equals + 1));
    }

    private static Words words(String[] columns) {
        RoomPattern rooms = new RoomPattern(columns[0]);
        Overflow overflow = null;
        Keep keep = null;
        for (String word : Arrays.asList(columns).subList(1, columns.length)) {
            if (word.startsWith(KEEP)) {
                Keep one = keep(word.substring(KEEP.length()));
                keep = keep == null ? one : keep.and(one);
            } else if (overflow == null) {
                overflow = overflow(word);
            } else {
                throw new IllegalArgumentException(WORDS);
            }
        }
        return new Words(rooms, overflow, keep);
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
            default -> throw new IllegalArgumentException(WORDS);
        };
    }

    private static Keep keep(String amount) {
        Matcher matcher = AMOUNT.matcher(amount);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "what is kept is a number of messages as in keep:100, a time as in keep:30d, 12h, 10m or 45s, or a size as in"
                            + " keep:256KiB, MiB or GiB");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "d" -> Keep.age(Duration.ofDays(number));
            case "h" -> Keep.age(Duration.ofHours(number));
            case "m" -> Keep.age(Duration.ofMinutes(number));
            case "s" -> Keep.age(Duration.ofSeconds(number));
            case "KiB" -> Keep.bytes(number << 10);
            case "MiB" -> Keep.bytes(number << 20);
            case "GiB" -> Keep.bytes(number << 30);
            default -> Keep.entries(number);
        };
    }

    /** What becomes of what clients of a room are too slow for. */
    public Overflow overflow(RoomId room) {
        return first(room, Words::overflow).orElse(Overflow.CLOSE);
    }

    /** What is kept of a room. */
    public Keep keep(RoomId room) {
        return first(room, Words::keep).orElse(Keep.ALL);
    }

    private <T> Optional<T> first(RoomId room, Function<Words, @Nullable T> said) {
        for (Words line : words) {
            T found = said.apply(line);
            if (found != null && line.rooms().matches(room)) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }

    /** The roles that rules ask about, without those that have a variable. */
    public Set<String> roles() {
        return rules.stream()
                .flatMap(rule -> rule.whom().stream())
                .filter(whom -> whom.kind() == Whom.Kind.ROLE && whom.value().indexOf('{') < 0)
                .map(Whom::value)
                .collect(Collectors.toSet());
    }

    /** The most specific pattern of the rules about a room, if there are any. */
    Optional<RoomPattern> about(RoomId room) {
        return rules.stream()
                .map(Rule::rooms)
                .filter(rooms -> rooms.matches(room))
                .min(Comparator.naturalOrder());
    }

    /** Whether it is allowed. */
    public boolean allow(Caller who, Action right, RoomId room) {
        for (Rule rule : rules) {
            if (rule.gives(who, right, room)) {
                return true;
            }
        }
        return false;
    }
}
