package dev.parley.it;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Answers whether the application's class loader finds the class named by the query. By itself and not within a test, because
 * GlassFish looks for the class around an annotated one, and passes over what it cannot load.
 */
@WebServlet("/probe")
public final class ClassProbe extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String answer;
        try {
            Class.forName(request.getQueryString(), false, ClassProbe.class.getClassLoader());
            answer = "visible";
        } catch (ClassNotFoundException e) {
            answer = "hidden";
        }
        response.getWriter().write(answer);
    }
}
