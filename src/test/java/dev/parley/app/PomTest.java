package dev.parley.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** What an application takes in with our jar: what is neither optional, nor for the build alone. */
final class PomTest {
    @Test
    void jarBringsTheReaderOfJsonAndNothingElse() throws Exception {
        Element project = project("pom.xml");
        List<String> brought = new ArrayList<>();
        for (Element dependency : children(child(project, "dependencies"), "dependency")) {
            String scope = text(dependency, "scope", "compile");
            if (!scope.matches("provided|test")
                    && text(dependency, "optional", "false").equals("false")) {
                brought.add(text(dependency, "groupId", "") + ":" + text(dependency, "artifactId", ""));
            }
        }
        assertThat(brought).containsExactly("tools.jackson.core:jackson-core");
    }

    /** What Maven Central asks for (Requirements, "Project metadata"). */
    @Test
    void bothPomsHaveWhatMavenCentralWants() throws Exception {
        for (String file : List.of("pom.xml", "src/bom/pom.xml")) {
            Element project = project(file);
            for (String name : List.of("name", "description", "url", "licenses", "developers", "scm")) {
                assertThat(children(project, name)).as("%s of %s", name, file).hasSize(1);
            }
        }
    }

    @Test
    void versionsOfTheBomAreThoseOfTheBuild() throws Exception {
        Element project = project("pom.xml");
        Element bom = project("src/bom/pom.xml");
        assertThat(text(bom, "version", "")).isEqualTo(text(project, "version", ""));
        Map<String, String> versions = new HashMap<>();
        for (Element dependency : children(child(project, "dependencies"), "dependency")) {
            String property = text(dependency, "version", "").replaceAll("[${}]", "");
            versions.put(
                    text(dependency, "artifactId", ""),
                    text(child(project, "properties"), property, "of a BOM itself"));
        }
        List<Element> managed = children(child(child(bom, "dependencyManagement"), "dependencies"), "dependency");
        assertThat(managed).hasSizeGreaterThan(4);
        for (Element dependency : managed) {
            if (!text(dependency, "groupId", "").equals("dev.parley")) {
                assertThat(versions).containsEntry(text(dependency, "artifactId", ""), text(dependency, "version", ""));
            }
        }
    }

    private static Element project(String file) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(Path.of(file).toFile())
                .getDocumentElement();
    }

    private static String text(Element parent, String name, String otherwise) {
        List<Element> found = children(parent, name);
        return found.isEmpty() ? otherwise : found.get(0).getTextContent().strip();
    }

    private static Element child(Element parent, String name) {
        return children(parent, name).get(0);
    }

    private static List<Element> children(Element parent, String name) {
        List<Element> found = new ArrayList<>();
        NodeList nodes = parent.getChildNodes();
        for (int i = 0; i < nodes.getLength(); i++) {
            Node node = nodes.item(i);
            if (node instanceof Element element && element.getTagName().equals(name)) {
                found.add(element);
            }
        }
        return found;
    }
}
