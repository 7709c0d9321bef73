package dev.parley.admin;

import dev.parley.api.Answer;
import dev.parley.protocol.JsonText;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;

/**
 * The AsyncAPI document, and a page on which people read it and the OpenAPI document and try the channels. To be mapped to
 * {@code /asyncapi.json}, {@code /docs} and {@code /docs/*}. Open to everybody: it says what is there, not who is.
 */
public final class DocsServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final transient PageFiles files = new PageFiles(Map.of(
            "/", "docs.html",
            "/docs.js", "docs.js",
            "/elements.js", "elements.js",
            "/parley.svg", "parley.svg",
            "/trial.js", "trial.js",
            "/console.css", "console.css"));
    private final String document;

    public DocsServlet(Map<String, Object> asyncApi) {
        this.document = JsonText.of(asyncApi);
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getServletPath().endsWith("/asyncapi.json")) {
            Answer.send(response, HttpServletResponse.SC_OK, "application/json", document);
            return;
        }
        String path = request.getPathInfo() == null ? "" : request.getPathInfo();
        if (path.isEmpty()) {
            response.setStatus(HttpServletResponse.SC_FOUND);
            response.setHeader("Location", getServletContext().getContextPath() + request.getServletPath() + "/");
        } else {
            files.send(path, response);
        }
    }
}
