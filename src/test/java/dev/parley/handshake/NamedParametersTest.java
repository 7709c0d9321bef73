package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Fake;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NamedParametersTest {
    private static HttpServletRequest request(@Nullable String query) {
        return Fake.of(HttpServletRequest.class, (name, arguments) -> {
            if (name.equals("getQueryString")) {
                return query;
            }
            throw new AssertionError("unexpected question for " + name);
        });
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "a", "a=", "a==", "a=1&b=2", "a[]=1"})
    void aRequestWhoseParametersHaveNamesIsLeftAlone(@Nullable String query) {
        HttpServletRequest request = request(query);

        assertThat(NamedParameters.of(request)).isSameAs(request);
    }

    @Test
    void whatHasNoNameIsLeftOut() {
        HttpServletRequest request = NamedParameters.of(request("=x&a=1&=&b=%20&a=2"));

        assertThat(request.getParameterMap()).containsOnlyKeys("a", "b");
        assertThat(request.getParameterMap().get("a")).containsExactly("1", "2");
        assertThat(request.getParameterMap().get("b")).containsExactly(" ");
    }
}
