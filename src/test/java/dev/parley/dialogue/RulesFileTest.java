package dev.parley.dialogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.parley.Action;
import dev.parley.Caller;
import dev.parley.backplane.RoomId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RulesFileTest {
    @TempDir
    private Path directory;

    private Path path;
    private RulesFile file;

    @BeforeEach
    void read() throws IOException {
        path = directory.resolve("rules");
        write("lobby all everyone");
        file = RulesFile.read(path.toString());
    }

    private void write(String rules) throws IOException {
        Files.writeString(path, rules);
    }

    private boolean mayJoin(String room) {
        return file.rules().allow(Caller.ANONYMOUS, Action.JOIN, new RoomId(room));
    }

    @Test
    void aChangeCountsOnceTheFileHasBeenTheSameTwice() throws IOException {
        assertThat(file.look()).isFalse();
        write("");
        assertThat(file.look()).isFalse();
        write("news all everyone");
        assertThat(file.look()).isFalse();
        assertThat(mayJoin("lobby")).isTrue();

        assertThat(file.look()).isTrue();

        assertThat(mayJoin("news")).isTrue();
        assertThat(mayJoin("lobby")).isFalse();
        assertThat(file.look()).isFalse();
    }

    @Test
    void aBrokenFileKeepsTheOldRulesAndAMendedOneIsTaken() throws IOException {
        write("news all everyone\nwhat?");
        assertThat(file.look()).isFalse();
        assertThat(file.look()).isFalse();
        assertThat(mayJoin("lobby")).isTrue();
        Files.delete(path);
        assertThat(file.look()).isFalse();
        assertThat(file.look()).isFalse();
        assertThat(mayJoin("lobby")).isTrue();

        write("news all everyone");
        assertThat(file.look()).isFalse();
        assertThat(file.look()).isTrue();

        assertThat(mayJoin("news")).isTrue();
    }

    @Test
    void theSameRulesAgainAreNoNews() throws IOException {
        Files.delete(path);
        file.look();
        write("lobby all everyone");
        assertThat(file.look()).isFalse();
        assertThat(file.look()).isFalse();
    }

    @Test
    void aFileThatIsNoneStopsTheStart() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RulesFile.read(directory.resolve("none").toString()));
    }
}
