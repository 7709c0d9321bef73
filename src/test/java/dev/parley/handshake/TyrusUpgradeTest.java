package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TyrusUpgradeTest {
    private final List<String> story = new ArrayList<>();

    @Test
    void handlerIsReadyBeforeItIsToldWhatHasCome() {
        TyrusUpgrade upgrade = new TyrusUpgrade();
        upgrade.leadTo(new AsTyrus());

        upgrade.init(new Eager());
        upgrade.destroy();

        assertThat(story).containsExactly("asks", "is ready", "is told", "reads 7", "ends");
    }

    /** Asks for what comes before it is ready, and cannot bear to be told before. */
    private final class AsTyrus implements HttpUpgradeHandler {
        @Override
        public void init(WebConnection connection) {
            try {
                ServletInputStream input = connection.getInputStream();
                story.add("asks");
                input.setReadListener(new ReadListener() {
                    @Override
                    public void onDataAvailable() throws IOException {
                        story.add("is told");
                        story.add("reads " + input.read());
                    }

                    @Override
                    public void onAllDataRead() {
                        throw new AssertionError();
                    }

                    @Override
                    public void onError(Throwable cause) {
                        throw new AssertionError(cause);
                    }
                });
                story.add("is ready");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void destroy() {
            story.add("ends");
        }
    }

    /** Something came in the segment of the handshake. */
    private static final class Eager extends ServletInputStream implements WebConnection {
        @Override
        public ServletInputStream getInputStream() {
            return this;
        }

        @Override
        public ServletOutputStream getOutputStream() {
            throw new AssertionError();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            try {
                listener.onDataAvailable();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public int read() {
            return 7;
        }

        @Override
        public boolean isFinished() {
            return false;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void close() {}
    }
}
