package dev.parley.it;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a reader looks at a page on, and how it is set.
 *
 * @param width in the pixels of style sheets; zoom makes them fewer
 * @param zoom 1, 2 or 4: pixels of the screen for each of those
 * @param scheme {@code light} or {@code dark}
 * @param forcedColors whether the system's few colours replace those of the page
 */
record Screen(int width, int zoom, String scheme, boolean forcedColors) {
    private static final int PHONE = 480;

    static Screen light(int width) {
        return new Screen(width, 1, "light", false);
    }

    static Screen dark(int width) {
        return new Screen(width, 1, "dark", false);
    }

    /** Commands of the DevTools protocol with their parameters. */
    Map<String, Map<String, Object>> settings() {
        boolean isPhone = width < PHONE && zoom == 1;
        Map<String, Map<String, Object>> settings = new LinkedHashMap<>();
        settings.put(
                "Emulation.setDeviceMetricsOverride",
                Map.of(
                        "width",
                        width,
                        "height",
                        isPhone ? 667 : 800 / zoom,
                        "deviceScaleFactor",
                        isPhone ? 2 : zoom,
                        "mobile",
                        isPhone));
        settings.put(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(
                                Map.of("name", "prefers-color-scheme", "value", scheme),
                                Map.of("name", "forced-colors", "value", forcedColors ? "active" : "none"))));
        return settings;
    }
}
