package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Whether a page is one for every reader. */
final class Axe {
    private static final String SCRIPT = script();

    private Axe() {}

    private static String script() {
        try (InputStream script = Axe.class.getResourceAsStream("/axe.min.js")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void assertFindsNothing(Tab tab) {
        tab.run(SCRIPT);
        assertThat(tab.runAsync("""
                const done = arguments[arguments.length - 1];
                axe.run({ resultTypes: ['violations'] }).then(
                    ({ violations }) => done(violations.map(({ id, nodes }) =>
                        `${id}: ${nodes.map(({ html, any }) => `${html.slice(0, 200)} ${any.map(({ message }) => message)}`).join(' | ')}`)),
                    (error) => done([String(error)]));""")).as("what axe finds").isEqualTo(List.of());
    }

    static void assertNothingScrollsSideways(Tab tab) {
        assertThat(tab.run("""
                const scrolls = (element) => element.scrollWidth > element.clientWidth + 1
                    && ['auto', 'scroll'].includes(getComputedStyle(element).overflowX);
                const wide = [...document.querySelectorAll('body *')].filter(scrolls);
                return [...(document.documentElement.scrollWidth > innerWidth ? ['the page'] : []),
                    ...(innerWidth > 640 ? [] : wide.map((element) => element.outerHTML.slice(0, 200)))];""")).as("what scrolls sideways").isEqualTo(List.of());
    }
}
