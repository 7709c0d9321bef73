package dev.parley.app;

/** The operator must change something before Parley can start. One line, no stack trace: it would only hide the line. */
final class SettingsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    SettingsException(String message) {
        super(message, null, false, false);
    }
}
