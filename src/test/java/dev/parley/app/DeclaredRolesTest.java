package dev.parley.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Fake;
import jakarta.servlet.ServletContext;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DeclaredRolesTest {
    private static ServletContext with(String descriptor) {
        return Fake.of(
                ServletContext.class,
                (method, arguments) -> new ByteArrayInputStream(descriptor.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<web-app>%s</web-app>",
                "<!DOCTYPE web-app SYSTEM 'http://nowhere.invalid/x.dtd'><web-app>%s</web-app>"
            })
    void rolesAreThoseOfTheDescriptor(String descriptor) {
        assertThat(DeclaredRoles.of(with(descriptor.formatted("""
                <security-constraint><auth-constraint><role-name>**</role-name></auth-constraint></security-constraint>
                <security-role><description>of the shop</description><role-name> staff </role-name></security-role>
                <security-role><role-name>boss</role-name></security-role>
                """)))).containsExactlyInAnyOrder("staff", "boss");
    }

    @Test
    void withoutADescriptorThereAreNone() {
        assertThat(DeclaredRoles.of(new FakeContext().asServletContext())).isEmpty();
    }
}
