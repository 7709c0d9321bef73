package dev.parley.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LogFormatTest {
    private static LogRecord record(Level level, String message) {
        LogRecord record = new LogRecord(level, message);
        record.setLoggerName("dev.parley.audit");
        record.setInstant(Instant.parse("2026-01-02T03:04:05.678Z"));
        record.setParameters(new Object[] {"one"});
        return record;
    }

    @Test
    void textIsForPeople() {
        assertThat(new LogFormat().format(record(Level.SEVERE, "node {0} is gone")))
                .endsWith(" ERROR node one is gone\n")
                .matches("2026-01-0\\d \\d\\d:\\d4:05\\.678 .*\n");
    }

    @Test
    void anExceptionFollowsTheText() {
        LogRecord record = record(Level.WARNING, "away");
        record.setThrown(new IllegalStateException("no engine"));

        List<String> lines = new LogFormat().format(record).lines().toList();

        assertThat(lines.get(0)).endsWith("WARNING away");
        assertThat(lines.get(1)).isEqualTo("java.lang.IllegalStateException: no engine");
        assertThat(lines.get(2)).startsWith("\tat dev.parley.launch.LogFormatTest.");
    }

    @Test
    void jsonIsOneObjectALineWhateverIsInIt() {
        LogRecord record = record(Level.INFO, "a \"b\" \\ \n\u2028 \u00e4 \ud83d {0}");
        record.setThrown(new IllegalStateException("two\nlines"));

        String line = new LogFormat(true).format(record);

        assertThat(line).endsWith("}\n");
        assertThat(line.strip().chars()).allMatch(unit -> unit >= ' ' && unit < 0x7f);
        assertThat(line)
                .startsWith("{\"time\":\"2026-01-02T03:04:05.678Z\",\"level\":\"INFO\",\"logger\":\"dev.parley.audit\","
                        + "\"message\":\"a \\\"b\\\" \\\\ \\u000a\\u2028 \\u00e4 \\ud83d one\","
                        + "\"thrown\":\"java.lang.IllegalStateException: two\\u000alines\\u000a\\u0009at ");
    }

    @ParameterizedTest
    @CsvSource({"SEVERE, ERROR", "WARNING, WARNING", "INFO, INFO", "CONFIG, DEBUG", "FINE, DEBUG", "FINEST, TRACE"})
    void levelsAreCalledAsInTheDocs(String level, String called) {
        assertThat(new LogFormat(true).format(record(Level.parse(level), "x")))
                .contains("\"level\":\"" + called + "\"");
    }
}
