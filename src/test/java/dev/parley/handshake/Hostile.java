package dev.parley.handshake;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Text that nobody means well with. The same seed gives the same text. */
final class Hostile {
    private static final int MAX_LENGTH = 8 * 1024;
    private static final String[] MORSELS = {
        "%",
        "%%",
        "%4",
        "%zz",
        "%00",
        "\0",
        "%c0%af",
        "%ed%a0%80",
        "%ff",
        "%f4%90%80%80",
        "%e2%82%ac",
        "\ud800",
        "\udc00",
        "\udc00\ud800",
        "\ud83d\ude00",
        "\uff11",
        "\u0661",
        "\u2028",
        "\u0130",
        "\r\n",
        "%0d%0a",
        "\t",
        " ",
        "+",
        "-",
        "&",
        "=",
        ";",
        "\"",
        "\\",
        "/",
        "%2f",
        "..",
        ".",
        "..;",
        "//",
        ":",
        "@",
        "[",
        "]",
        "::",
        "#",
        "?",
        "*",
        "{id}",
        "null",
        "0",
        "007",
        "9999999999",
        "1e9",
        "NaN",
        "http://",
        "https://",
        "localhost",
        ":8080",
        "session",
        "q",
        "id",
        "token",
        "'",
        "<script>",
        "${jndi:x}",
        "{0}",
        "%n",
        "é",
        "Ω"
    };

    private final Random random;

    Hostile(long seed) {
        random = new Random(seed);
    }

    /** From nothing up to 8 KiB, of one kind or of all mixed. */
    String text() {
        return switch (random.nextInt(9)) {
            case 0 -> "";
            case 1 -> bytes();
            case 2 -> characters();
            case 3 -> escapes();
            case 4 -> digits();
            case 5 -> MORSELS[random.nextInt(MORSELS.length)].repeat(1 + random.nextInt(400));
            case 6 -> MORSELS[random.nextInt(MORSELS.length)];
            default -> morsels();
        };
    }

    /** Text that is nasty, but without anything that a target must not hold. */
    String decent() {
        StringBuilder text = new StringBuilder();
        int length = length();
        while (text.length() < length) {
            int point = 1 + random.nextInt(random.nextBoolean() ? 0x7f : Character.MAX_CODE_POINT);
            if (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE) {
                text.appendCodePoint(point);
            }
        }
        return text.toString();
    }

    boolean toss() {
        return random.nextBoolean();
    }

    /** Every byte as one character, as most servers hand over what is not ASCII. */
    private String bytes() {
        byte[] bytes = new byte[length()];
        random.nextBytes(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Surrogates stand alone here more often than not. */
    private String characters() {
        StringBuilder text = new StringBuilder();
        for (int left = length(); left > 0; left--) {
            text.append((char) random.nextInt(Character.MAX_VALUE + 1));
        }
        return text.toString();
    }

    private String escapes() {
        String digits = "0123456789abcdefABCDEF" + (random.nextInt(4) == 0 ? "gG-+ %" : "");
        StringBuilder text = new StringBuilder();
        for (int left = length() / 3; left > 0; left--) {
            text.append('%')
                    .append(digits.charAt(random.nextInt(digits.length())))
                    .append(digits.charAt(random.nextInt(digits.length())));
        }
        return text.toString();
    }

    private String digits() {
        String sign = random.nextBoolean() ? "" : random.nextBoolean() ? "-" : "%2B";
        return sign + (random.nextBoolean() ? "9" : "0").repeat(length());
    }

    private String morsels() {
        StringBuilder text = new StringBuilder();
        for (int left = 1 + random.nextInt(24); left > 0; left--) {
            text.append(MORSELS[random.nextInt(MORSELS.length)]);
        }
        return text.toString();
    }

    /** Mostly short, sometimes as long as a server lets it be. */
    private int length() {
        return random.nextInt(8) == 0 ? random.nextInt(MAX_LENGTH) : random.nextInt(40);
    }
}
