package dev.parley.it.shop;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;

@WebListener
public final class Shop implements ServletContextListener {
    @Override
    public void contextInitialized(ServletContextEvent event) {
        ServletContext context = event.getServletContext();
        context.setAttribute(Stock.class.getName(), new Stock());
        context.addServlet("home", new Home()).addMapping("/");
        context.addServlet("login", new LoginServlet()).addMapping("/login");
    }
}
