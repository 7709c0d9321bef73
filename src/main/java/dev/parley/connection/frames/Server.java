package dev.parley.connection.frames;

import org.jspecify.annotations.Nullable;

/** One server's way to the bytes. Thread-safe. */
interface Server {
    /**
     * The writer for a session; null if this session is one that it does not write to, for example because it is encrypted where
     * only plain ones can be written to.
     *
     * @throws Throwable if the session is not built as it was when this was written
     */
    @Nullable
    FrameWriter over(Object session) throws Throwable;
}
