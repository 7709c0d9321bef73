package dev.parley.connection.frames;

import java.nio.ByteBuffer;

/** Frames in one buffer, for a server that takes only one, or takes one faster than many. */
final class Gathered {
    private Gathered() {}

    /** The buffer itself if it is one, else another with what all of them have. */
    static ByteBuffer of(ByteBuffer... frames) {
        if (frames.length == 1) {
            return frames[0];
        }
        int bytes = 0;
        for (ByteBuffer frame : frames) {
            bytes += frame.remaining();
        }
        ByteBuffer all = ByteBuffer.allocate(bytes);
        for (ByteBuffer frame : frames) {
            all.put(frame);
        }
        return all.flip();
    }
}
