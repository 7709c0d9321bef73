package dev.parley.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.dialogue.RulesFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The files for containers, Kubernetes and systemd name what there is, and agree with each other. No container engine and no cluster
 * runs here.
 */
final class RunningFilesTest {
    private static final Path FILES = Path.of("server-config");
    private static final Path CHART = FILES.resolve("kubernetes/chart");
    private static final Set<String> VARIABLES =
            Setting.all().stream().map(Setting::variable).collect(Collectors.toSet());
    private static final String FILLED_IN = "filled-in";

    @TempDir
    Path directory;

    @Test
    void everyVariableIsASetting() throws IOException {
        for (String file : List.of(
                "container/Containerfile",
                "kubernetes/parley.yaml",
                "kubernetes/chart/values.yaml",
                "kubernetes/chart/templates/service.yaml",
                "systemd/parley.service")) {
            Matcher variable = Pattern.compile("PARLEY_[A-Z][A-Z_]+").matcher(read(file));
            while (variable.find()) {
                assertThat(VARIABLES).as(file).contains(variable.group());
            }
        }
    }

    @Test
    void settingsOfTheManifestAreGoodAndNothingIsOpenButItsSecrets() throws IOException {
        Map<String, Object> container = container();
        Map<String, String> environment = new HashMap<>();
        for (Object variable : list(container.get("env"))) {
            environment.put(text(variable, "name"), text(variable, "value"));
        }
        map(document("Secret"), "stringData").forEach((key, value) -> environment.put(key, value.toString()));
        List<Object> arguments = list(container.get("args"));
        Path rules = Files.writeString(
                directory.resolve("rules.txt"), text(map(document("ConfigMap"), "data"), "rules.txt"));
        environment.put("PARLEY_ROOM_RULES", rules.toString());

        Settings settings = Settings.read(new Sources(Map.of(), environment, Map.of()));

        assertThat(Production.open(settings, false, Long.MAX_VALUE)) // but for what everybody has to change
                .hasSize(2)
                .allSatisfy(open -> assertThat(open).contains(": the one of the examples"));
        assertThat(arguments)
                .containsSubsequence("--port", "8080")
                .containsSubsequence("--room-rules", "/etc/parley/rules.txt");
        assertThat(RulesFile.read(rules.toString()).rules()).isNotNull();
    }

    @Test
    void probesAskPathsOfHealthOnThePort() throws IOException {
        Map<String, Object> container = container();
        assertThat(map(list(container.get("ports")).get(0)))
                .containsEntry("name", "http")
                .containsEntry("containerPort", 8080);
        Map.of("startupProbe", "/health/started", "readinessProbe", "/health/ready", "livenessProbe", "/health/live")
                .forEach((probe, path) -> assertThat(map(map(container, probe), "httpGet"))
                        .containsEntry("path", path)
                        .containsEntry("port", "http"));
        assertThat(read("container/Containerfile"))
                .contains("EXPOSE 8080", "/dev/tcp/127.0.0.1/8080", "GET /health/live ");
    }

    @Test
    void thereIsTimeToDrain() throws IOException {
        Map<String, Object> pod = pod();
        int preStop = Integer.parseInt(list(map(map(map(container(), "lifecycle"), "preStop"), "exec")
                        .get("command"))
                .get(1)
                .toString());
        String drain = list(container().get("env")).stream()
                .filter(variable -> text(variable, "name").equals("PARLEY_DRAIN_TIMEOUT"))
                .map(variable -> text(variable, "value").replace("s", ""))
                .findFirst()
                .orElseThrow();
        assertThat((Integer) pod.get("terminationGracePeriodSeconds")).isGreaterThan(preStop + Integer.parseInt(drain));
        int usual = Integer.parseInt(Setting.DRAIN_TIMEOUT.defaultText().replace("s", ""));
        assertThat(number("TimeoutStopSec=(\\d+)", read("systemd/parley.service")))
                .isGreaterThan(usual);
    }

    @Test
    void nobodyIsRootAndNothingIsWrittenButTmp() throws IOException {
        assertThat(read("container/Containerfile")).contains("USER 10001:10001", "VOLUME /tmp", "STOPSIGNAL SIGTERM");
        assertThat(map(pod(), "securityContext"))
                .containsEntry("runAsNonRoot", true)
                .containsEntry("runAsUser", 10001);
        assertThat(map(container(), "securityContext")).containsEntry("readOnlyRootFilesystem", true);
        assertThat(list(container().get("volumeMounts")))
                .anyMatch(mount -> text(mount, "mountPath").equals("/tmp"));
        assertThat(read("systemd/parley.service"))
                .contains("DynamicUser=yes", "ProtectSystem=strict", "PrivateTmp=yes");
    }

    @Test
    void theUnitAllowsAFileForEachConnection() throws IOException {
        String unit = read("systemd/parley.service");
        assertThat(number("LimitNOFILE=(\\d+)", unit))
                .isGreaterThan(Integer.parseInt(Setting.MAX_CONNECTIONS.defaultText()) + 500);
        assertThat(unit).contains("\nRestart=on-failure\n", "\nSuccessExitStatus=143\n");
    }

    /** Whatever the chart does not take from its values stands in the manifest, too. */
    @Test
    void theChartIsTheManifest() throws IOException {
        int documents = 0;
        for (String file : List.of("configuration", "deployment", "service")) {
            String template = Files.readString(CHART.resolve("templates/" + file + ".yaml"))
                    .lines()
                    .filter(line -> !line.strip().startsWith("{{"))
                    .collect(Collectors.joining("\n"))
                    .replace("{{ .Release.Name }}", "parley")
                    .replaceAll("\\{\\{.*?}}", FILLED_IN);
            for (Map<String, Object> document : documents(template)) {
                mustAgree(document, document(text(document, "kind")), text(document, "kind"));
                documents++;
            }
        }
        assertThat(documents)
                .isEqualTo(documents(read("kubernetes/parley.yaml")).size());
    }

    private static void mustAgree(@Nullable Object ours, @Nullable Object theirs, String where) {
        if (ours instanceof Map<?, ?> map) {
            map.forEach((key, value) -> {
                if (!key.equals("imagePullPolicy")) {
                    assertThat(theirs).as(where).isInstanceOf(Map.class);
                    mustAgree(value, ((Map<?, ?>) theirs).get(key), where + "." + key);
                }
            });
        } else if (ours instanceof List<?> list) {
            assertThat(theirs).as(where).isInstanceOf(List.class);
            for (int i = 0; i < list.size(); i++) {
                mustAgree(list.get(i), ((List<?>) theirs).get(i), where + "[" + i + "]");
            }
        } else if (ours != null && !FILLED_IN.equals(ours) && !"".equals(ours)) { // or a block that its values fill
            assertThat(theirs).as(where).isEqualTo(ours);
        }
    }

    @Test
    void everyValueOfTheChartIsThereAndTheSameAsInTheManifest() throws IOException {
        Map<String, Object> values =
                documents(Files.readString(CHART.resolve("values.yaml"))).get(0);
        int used = 0;
        for (String file : List.of("configuration", "deployment", "service")) {
            Matcher value = Pattern.compile("\\.Values\\.([A-Za-z.]+)")
                    .matcher(Files.readString(CHART.resolve("templates/" + file + ".yaml")));
            while (value.find()) {
                Object found = values;
                for (String part : value.group(1).split("\\.")) {
                    assertThat(map(found)).as(value.group()).containsKey(part);
                    found = map(found).get(part);
                }
                used++;
            }
        }
        assertThat(used).isGreaterThan(10);
        Map<String, String> environment = new LinkedHashMap<>();
        for (Object variable : list(container().get("env"))) {
            environment.put(text(variable, "name"), text(variable, "value"));
        }
        assertThat(map(values, "settings")).isEqualTo(environment);
        assertThat(map(values, "secrets")) // whoever installs it says what they are
                .containsOnlyKeys(map(document("Secret"), "stringData").keySet())
                .allSatisfy((name, value) -> assertThat(value).isEqualTo(""));
        assertThat(map(values, "resources")).isEqualTo(map(container(), "resources"));
        assertThat(values.get("terminationGracePeriodSeconds")).isEqualTo(pod().get("terminationGracePeriodSeconds"));
    }

    @Test
    void theImageIsOfThisVersion() throws IOException {
        Matcher version = Pattern.compile("<artifactId>parley</artifactId>\\s*<version>([^<]+)<")
                .matcher(Files.readString(Path.of("pom.xml")));
        assertThat(version.find()).isTrue();
        assertThat(text(container(), "image")).endsWith("/parley:" + version.group(1));
        assertThat(documents(Files.readString(CHART.resolve("Chart.yaml"))).get(0))
                .containsEntry("appVersion", version.group(1));
    }

    private Map<String, Object> pod() throws IOException {
        return map(map(map(document("Deployment"), "spec"), "template"), "spec");
    }

    private Map<String, Object> container() throws IOException {
        return map(list(pod().get("containers")).get(0));
    }

    private static Map<String, Object> document(String kind) throws IOException {
        return documents(read("kubernetes/parley.yaml")).stream()
                .filter(document -> kind.equals(document.get("kind")))
                .findFirst()
                .orElseThrow();
    }

    private static List<Map<String, Object>> documents(String yaml) {
        List<Map<String, Object>> documents = new ArrayList<>();
        new Load(LoadSettings.builder().build())
                .loadAllFromString(yaml)
                .forEach(document -> documents.add(map(document)));
        return documents;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object value) {
        assertThat(value).isInstanceOf(Map.class);
        return (Map<String, Object>) value;
    }

    private static Map<String, Object> map(Map<String, Object> parent, String key) {
        assertThat(parent).containsKey(key);
        return map(parent.get(key));
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(Object value) {
        assertThat(value).isInstanceOf(List.class);
        return (List<Object>) value;
    }

    private static String text(Object parent, String key) {
        assertThat(map(parent)).containsKey(key);
        return map(parent).get(key).toString();
    }

    private static int number(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(pattern).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    private static String read(String file) throws IOException {
        return Files.readString(FILES.resolve(file));
    }
}
