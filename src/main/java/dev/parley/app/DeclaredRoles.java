package dev.parley.app;

import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.xml.sax.Attributes;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/** The roles that the application's {@code web.xml} names, wherever it does. */
final class DeclaredRoles extends DefaultHandler {
    private static final String NO_DTD = "http://apache.org/xml/features/nonvalidating/load-external-dtd";

    private final Set<String> names = new HashSet<>();
    private final StringBuilder text = new StringBuilder();

    private DeclaredRoles() {}

    /** None, if there is no such file. The container has refused it already, if it is not well-formed. */
    static Set<String> of(ServletContext context) {
        DeclaredRoles roles = new DeclaredRoles();
        try (InputStream in = context.getResourceAsStream("/WEB-INF/web.xml")) {
            if (in != null) {
                SAXParserFactory parsers = SAXParserFactory.newInstance();
                parsers.setFeature(NO_DTD, false);
                parsers.newSAXParser().parse(in, roles);
            }
        } catch (IOException | SAXException | ParserConfigurationException e) {
            throw new IllegalStateException("WEB-INF/web.xml cannot be read", e);
        }
        return Set.copyOf(roles.names);
    }

    @Override
    public void startElement(String uri, String localName, String name, Attributes attributes) {
        text.setLength(0);
    }

    @Override
    public void characters(char[] letters, int start, int length) {
        text.append(letters, start, length);
    }

    @Override
    public void endElement(String uri, String localName, String name) {
        String value = text.toString().strip();
        if ((name.equals("role-name") || name.endsWith(":role-name")) && !value.equals("*") && !value.equals("**")) {
            names.add(value);
        }
    }
}
