package dev.parley.launch;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.xml.sax.Attributes;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * Who may use the console of the embedded server, in the form in which that server reads its users. There is no password but the
 * one that was given: without any, there are no users, and the console is off.
 *
 * @param usersXml the content of the server's file of users
 * @param areThere whether there are any
 */
record Operators(String usersXml, boolean areThere) {
    static final String PASSWORD_FILE = "admin-password-file";
    static final String USERS = "users";
    static final List<String> OPTIONS = List.of(PASSWORD_FILE, USERS);

    /** Salt, rounds and key in hexadecimal, as the server's credential handler writes and reads them. */
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{16,}\\$[0-9]+\\$[0-9a-f]{40,}");

    private static final String NOBODY = "<tomcat-users/>\n";
    private static final int MIN_LENGTH = 8;
    private static final int ROUNDS = 100_000;
    private static final int SALT_BYTES = 16;
    private static final int KEY_BITS = 256;

    /**
     * Reads what the options name.
     *
     * @throws StartException if that cannot be read, or is no password; the message does not repeat it
     */
    static Operators of(Map<String, String> options) throws StartException {
        String file = options.get(PASSWORD_FILE);
        String users = options.get(USERS);
        if (file != null && users != null) {
            throw new StartException("--" + PASSWORD_FILE + " and --" + USERS + " exclude each other");
        }
        if (users != null) {
            return new Operators(checked(read(USERS, users)), true);
        }
        if (file != null) {
            return new Operators(admin(read(PASSWORD_FILE, file).strip()), true);
        }
        return new Operators(NOBODY, false);
    }

    /** Only whether it is XML of that kind: the server would say so with a stack trace, and without the option's name. */
    private static String checked(String usersXml) throws StartException {
        String[] root = new String[1];
        try {
            SAXParserFactory.newInstance()
                    .newSAXParser()
                    .parse(new InputSource(new StringReader(usersXml)), new DefaultHandler() {
                        @Override
                        public void startElement(String uri, String local, String name, Attributes attributes) {
                            root[0] = root[0] == null ? name : root[0];
                        }
                    });
        } catch (SAXParseException e) {
            throw new StartException("--" + USERS + ": not XML, in line " + e.getLineNumber(), e);
        } catch (SAXException | IOException | ParserConfigurationException e) {
            throw new StartException("--" + USERS + ": not XML", e);
        }
        if (!"tomcat-users".equals(root[0])) {
            throw new StartException("--" + USERS + ": the outermost element must be tomcat-users");
        }
        return usersXml;
    }

    private static String admin(String password) throws StartException {
        boolean isHash = HASH.matcher(password).matches();
        if (!isHash && password.length() < MIN_LENGTH) {
            throw new StartException("the admin password must have at least " + MIN_LENGTH + " characters");
        }
        return "<tomcat-users>\n  <user username=\"admin\" password=\"" + (isHash ? password : hash(password))
                + "\" roles=\"parley-admin\"/>\n</tomcat-users>\n";
    }

    private static String hash(String password) {
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        try {
            byte[] key = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(new PBEKeySpec(password.toCharArray(), salt, ROUNDS, KEY_BITS))
                    .getEncoded();
            return HexFormat.of().formatHex(salt) + "$" + ROUNDS + "$"
                    + HexFormat.of().formatHex(key);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has PBKDF2", e);
        }
    }

    private static String read(String option, String file) throws StartException {
        try {
            return Files.readString(Path.of(file), StandardCharsets.UTF_8);
        } catch (IOException | InvalidPathException e) {
            throw new StartException("--" + option + ": the file cannot be read", e);
        }
    }

    /** Says nothing of the passwords. */
    @Override
    public String toString() {
        return areThere ? "some operators" : "no operators";
    }
}
