package dev.parley.bench.load;

import java.nio.charset.StandardCharsets;

/** The server's answer to a handshake, as far as a load generator looks at it. */
final class UpgradeAnswer {
    /** The key of every handshake here, and what RFC 6455, 1.3, says about it. */
    static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

    private static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    private UpgradeAnswer() {}

    /** Where the header ends; 0 if it is not all there. */
    static int end(byte[] bytes, int to) {
        for (int i = 3; i < to; i++) {
            if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n' && bytes[i - 3] == '\r') {
                return i + 1;
            }
        }
        return 0;
    }

    static boolean isAccepted(byte[] bytes, int end) {
        String header = new String(bytes, 0, end, StandardCharsets.ISO_8859_1);
        return header.startsWith("HTTP/1.1 101") && header.contains(ACCEPT);
    }

    static String statusLine(byte[] bytes, int end) {
        String header = new String(bytes, 0, end, StandardCharsets.ISO_8859_1);
        return header.substring(0, header.indexOf('\r'));
    }
}
