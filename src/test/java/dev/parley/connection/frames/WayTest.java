package dev.parley.connection.frames;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class WayTest {
    private static class Upper {
        @SuppressWarnings("UnusedVariable") // it is read by its name
        private final @Nullable Lower below;

        Upper(@Nullable Lower below) {
            this.below = below;
        }
    }

    private static final class Special extends Upper {
        Special(@Nullable Lower below) {
            super(below);
        }
    }

    private record Lower(String name) {}

    private static final class Another {}

    @Test
    void itLeadsOverFieldsAndMethodsThatAreInherited() throws Throwable {
        Way way = Way.of(new Special(new Lower("one")), "below", "name()");

        assertThat(way.from(new Special(new Lower("two")))).isEqualTo("two");
        assertThat(way.from(new Upper(new Lower("three")))).isEqualTo("three");
    }

    @Test
    void whatIsNotThereIsSaid() {
        assertThatThrownBy(() -> Way.of(new Upper(new Lower("one")), "above")).isInstanceOf(NoSuchFieldException.class);
        assertThatThrownBy(() -> Way.of(new Upper(new Lower("one")), "below", "title()"))
                .isInstanceOf(NoSuchMethodException.class);
        assertThatThrownBy(() -> Way.of(new Special(null), "below")).hasMessageContaining("below is null");
    }

    @Test
    void anotherKindOfObjectIsRefused() throws Throwable {
        Way way = Way.of(new Upper(new Lower("one")), "below");

        assertThatThrownBy(() -> way.from(new Another())).isInstanceOf(ClassCastException.class);
    }
}
