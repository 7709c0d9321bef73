package dev.parley.it.orders;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** The application's resources. */
@ApplicationPath("api")
public class Shop extends Application {}
