package dev.parley.launch;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * How the log of {@code java -jar} is written: one line a record, as text for people or as an object of JSON (RFC 8259) for
 * collectors. Levels are called what they are called in {@link System.Logger}, in every language. Thread-safe.
 */
public final class LogFormat extends Formatter {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());

    private final boolean isJson;

    /** Text, with what was thrown on lines of its own; for the log manager, which makes it by its name. */
    public LogFormat() {
        this(false);
    }

    LogFormat(boolean isJson) {
        this.isJson = isJson;
    }

    @Override
    public String format(LogRecord record) {
        String level = levelOf(record.getLevel());
        String thrown = thrownBy(record);
        if (!isJson) {
            return TIME.format(record.getInstant()) + " " + level + " " + formatMessage(record) + thrown + "\n";
        }
        StringBuilder json = new StringBuilder(200);
        member(json, "time", Instant.ofEpochMilli(record.getMillis()).toString());
        member(json, "level", level);
        member(json, "logger", record.getLoggerName() == null ? "" : record.getLoggerName());
        member(json, "message", formatMessage(record));
        if (!thrown.isEmpty()) {
            member(json, "thrown", thrown.strip());
        }
        return json.append("}\n").toString();
    }

    private static String levelOf(Level level) {
        int value = level.intValue();
        if (value >= Level.SEVERE.intValue()) {
            return "ERROR";
        } else if (value >= Level.WARNING.intValue()) {
            return "WARNING";
        } else if (value >= Level.INFO.intValue()) {
            return "INFO";
        }
        return value >= Level.FINE.intValue() ? "DEBUG" : "TRACE";
    }

    /** On lines of its own, after a line break. */
    private static String thrownBy(LogRecord record) {
        if (record.getThrown() == null) {
            return "";
        }
        StringWriter trace = new StringWriter();
        trace.write('\n');
        record.getThrown().printStackTrace(new PrintWriter(trace, true));
        return trace.toString().stripTrailing();
    }

    private static void member(StringBuilder json, String name, String value) {
        json.append(json.length() == 0 ? "{\"" : ",\"").append(name).append("\":\"");
        value.chars().forEach(unit -> {
            if (unit == '"' || unit == '\\') {
                json.append('\\').append((char) unit);
            } else if (unit < ' '
                    || unit >= 0x7f) { // so a line is a line to everybody, and half a pair is no broken UTF-8
                json.append(String.format(Locale.ROOT, "\\u%04x", unit));
            } else {
                json.append((char) unit);
            }
        });
        json.append('"');
    }
}
