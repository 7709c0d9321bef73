package dev.parley.it.login;

import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.security.Principal;

/**
 * The pages around a login by form: {@code in} is for who has logged in, may set after how many {@code seconds} the session times
 * out, and says who it is; {@code out} logs out; everything else is the form.
 */
@WebServlet("/account/*")
public final class AccountServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        Principal principal = request.getUserPrincipal();
        String text = principal == null ? "form" : principal.getName();
        if ("/in".equals(request.getPathInfo())) {
            String seconds = request.getParameter("seconds");
            HttpSession session = request.getSession();
            if (seconds != null) {
                session.setMaxInactiveInterval(Integer.parseInt(seconds));
            }
        } else if ("/out".equals(request.getPathInfo())) {
            HttpSession session = request.getSession(false);
            request.logout();
            if (session != null) {
                session.invalidate();
            }
        }
        response.setContentType("text/plain");
        response.getWriter().write(text);
    }
}
