package dev.parley.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.protocol.CloseCode;
import dev.parley.protocol.ErrorCode;
import dev.parley.protocol.Json;
import dev.parley.protocol.LossReason;
import dev.parley.protocol.Outbound;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page on the protocol names what the code has, and nothing else. */
final class ProtocolPageTest {
    /** What this server always says, but one of an earlier version does not. */
    private static final Set<String> SINCE = Set.of("server.welcome.features");

    private static final Pattern FIELD = Pattern.compile("\\| `(\\w+)` \\| (yes|no)[ ,].*");

    private final String page = read();

    private static String read() {
        try {
            return Files.readString(Path.of("src/site/markdown/protocol.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everyFieldOfEveryMessageIsThere() {
        Map<String, Boolean> described = new TreeMap<>();
        described.putAll(fields("client", "## What a client sends", "## What a server sends"));
        described.putAll(fields("server", "## What a server sends", "## Positions and resume"));
        Map<String, Boolean> known = known();
        known.keySet().stream().filter(SINCE::contains).toList().forEach(name -> known.put(name, false));

        assertThat(described).isEqualTo(known);
    }

    /** By side, type and field: whether it is required. */
    private Map<String, Boolean> fields(String side, String from, String to) {
        Map<String, Boolean> fields = new TreeMap<>();
        String type = "";
        String table = "";
        for (String line : between(from, to).lines().toList()) {
            Matcher field = FIELD.matcher(line);
            if (line.startsWith("### `")) {
                type = side + '.' + line.replaceAll("[# `]", "");
                fields.put(type + ".type", true);
            } else if (line.startsWith("| ") && !line.startsWith("| `") && !line.startsWith("| ---")) {
                table = line;
            } else if (table.equals("| field | required | is |") && field.matches()) {
                fields.put(type + '.' + field.group(1), field.group(2).equals("yes"));
            }
        }
        return fields;
    }

    /** A field is required if every message of that type has it. */
    private static Map<String, Boolean> known() {
        Map<String, Boolean> known = new TreeMap<>();
        WireSamples.said().forEach((word, sample) -> note("client.", "client." + word, sample, known));
        WireSamples.told().forEach(told -> note("server.", AsyncApi.nameOf(told), told.text(), known));
        return known;
    }

    private static void note(String side, String name, String sample, Map<String, Boolean> known) {
        Set<String> optional = WireRules.OPTIONAL.getOrDefault(name, Set.of());
        Set<String> all = new TreeSet<>(members(sample).keySet());
        all.addAll(optional);
        String type = side + members(sample).get("type").string().orElseThrow() + '.';
        boolean isFirst = known.keySet().stream().noneMatch(field -> field.startsWith(type));
        known.replaceAll((field, isRequired) ->
                isRequired && (!field.startsWith(type) || all.contains(field.substring(type.length()))));
        all.forEach(field -> known.merge(
                type + field,
                !optional.contains(field) && (isFirst || known.containsKey(type + field)),
                Boolean::logicalAnd));
    }

    private static Map<String, Json> members(String sample) {
        return Json.parse(sample).flatMap(Json::members).orElseThrow();
    }

    @Test
    void everyErrorIsThereAndSaysWhetherToTryAgain() {
        Map<String, Boolean> codes = new TreeMap<>();
        rows("| code | retry | is |").forEach(row -> codes.put(word(row), row.contains("` | yes |")));

        assertThat(codes)
                .isEqualTo(Arrays.stream(ErrorCode.values())
                        .collect(Collectors.toMap(ErrorCode::word, ErrorCode::mayRetry)));
    }

    @Test
    void everyReasonOfALossIsThere() {
        assertThat(rows("| reason | is |").stream().map(ProtocolPageTest::word))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(LossReason.values()).map(LossReason::word).toList());
    }

    @Test
    void everyFeatureAndCloseCodeIsThere() {
        assertThat(rows("| feature | what it is |").stream().map(ProtocolPageTest::word))
                .containsAll(Outbound.Welcome.FEATURES);
        assertThat(Outbound.Welcome.FEATURES).isSorted();
        String codes = rows("| close code | is | the client |").stream()
                .map(row -> row.substring(0, row.indexOf('|', 1)))
                .collect(Collectors.joining());
        for (CloseCode code : CloseCode.values()) {
            assertThat(codes).contains(Integer.toString(code.code()));
        }
    }

    private static String word(String row) {
        return row.substring(row.indexOf('`') + 1, row.indexOf('`', row.indexOf('`') + 1));
    }

    /** Of the table with this head. */
    private List<String> rows(String head) {
        List<String> rows = page.substring(page.indexOf(head))
                .lines()
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .toList();
        assertThat(rows).isNotEmpty();
        return rows;
    }

    private String between(String from, String to) {
        return page.substring(page.indexOf(from), page.indexOf(to));
    }
}
