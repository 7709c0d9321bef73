import dev.parley.client.Credential;
import dev.parley.client.JoinOptions;
import dev.parley.client.Message;
import dev.parley.client.ParleyClient;
import dev.parley.client.ParleyClient.State;
import dev.parley.client.Position;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A job that follows a room, and goes on where it stopped when it is started again. It books each message once, but the last one before a crash
 * perhaps twice: what it does must bear that.
 *
 * <p>{@code java -cp parley-1.0.0-client.jar FollowRoom.java wss://example.org/rooms TOKEN orders position.txt}
 */
final class FollowRoom {
    private final Path kept;

    private FollowRoom(Path kept) {
        this.kept = kept;
    }

    public static void main(String[] arguments) throws Exception {
        FollowRoom job = new FollowRoom(Path.of(arguments[3]));
        CountDownLatch closed = new CountDownLatch(1);
        try (ParleyClient client = ParleyClient.connect(URI.create(arguments[0]), Credential.token(arguments[1]))) {
            client.join(arguments[2], JoinOptions.none().since(job.position()))
                    .onGap(gap -> System.err.println("messages were lost: " + gap.reason()))
                    .onMessage(job::book);
            client.onState(state -> {
                if (state.name() == State.Name.CLOSED) {
                    System.err.println("closed: " + state.reason());
                    closed.countDown();
                }
            });
            closed.await();
        }
    }

    private void book(Message message) {
        System.out.println(message.at() + " " + message.user() + " " + message.data().raw());
        Position done = message.position();
        try {
            Path next = Files.writeString(
                    kept.resolveSibling(kept.getFileName() + ".next"),
                    done.epoch() + "\n" + done.seq() + "\n" + done.message() + "\n");
            Files.move(next, kept, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Position position() throws IOException {
        if (Files.notExists(kept)) {
            return null; // from now on
        }
        List<String> lines = Files.readAllLines(kept);
        return new Position(lines.get(0), Long.parseLong(lines.get(1)), lines.get(2));
    }
}
