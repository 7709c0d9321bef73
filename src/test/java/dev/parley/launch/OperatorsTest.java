package dev.parley.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorsTest {
    @TempDir
    private Path directory;

    @Test
    void withoutAnOptionThereIsNobodyAndNoPassword() throws StartException {
        Operators operators = Operators.of(Map.of());

        assertThat(operators.areThere()).isFalse();
        assertThat(operators.usersXml()).doesNotContain("password");
    }

    @Test
    void passwordIsHashedBeforeItIsWrittenAnywhere() throws Exception {
        Operators operators = Operators.of(Map.of("admin-password-file", file("correct horse\n")));

        assertThat(operators.usersXml())
                .doesNotContain("correct horse")
                .containsPattern(
                        "username=\"admin\" password=\"[0-9a-f]{32}\\$100000\\$[0-9a-f]{64}\" roles=\"parley-admin\"");
        assertThat(operators.toString()).doesNotContain("horse");
    }

    @Test
    void hashIsTakenAsItIs() throws Exception {
        String hash = "00112233445566778899aabbccddeeff$1000$" + "ab".repeat(32);

        assertThat(Operators.of(Map.of("admin-password-file", file(hash))).usersXml())
                .contains(hash);
    }

    @Test
    void shortPasswordAndMissingFileAreRefusedWithoutBeingRepeated() {
        assertThatThrownBy(() -> Operators.of(Map.of("admin-password-file", file("s3cr3t"))))
                .isInstanceOf(StartException.class)
                .hasMessageNotContaining("s3cr3t");
        assertThatThrownBy(() ->
                        Operators.of(Map.of("users", directory.resolve("none").toString())))
                .isInstanceOf(StartException.class)
                .hasMessageStartingWith("--users");
    }

    @Test
    void whatIsNoFileOfUsersIsRefusedInTheNameOfItsOption() throws Exception {
        String users =
                "<?xml version='1.0'?>\n<tomcat-users xmlns='http://tomcat.apache.org/xml'><user/></tomcat-users>";

        assertThat(Operators.of(Map.of("users", file(users))).usersXml()).isEqualTo(users);
        assertThatThrownBy(() -> Operators.of(Map.of("users", file("<tomcat-users>\notto:s3cr3t"))))
                .isInstanceOf(StartException.class)
                .hasMessage("--users: not XML, in line 2");
        assertThatThrownBy(() -> Operators.of(Map.of("users", file("<users/>"))))
                .isInstanceOf(StartException.class)
                .hasMessageStartingWith("--users: ");
    }

    private String file(String content) throws IOException {
        return Files.writeString(directory.resolve("file"), content).toString();
    }
}
