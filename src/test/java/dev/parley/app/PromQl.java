package dev.parley.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the part of PromQL that our rules are made of, types included: a range where a function wants one, and no meter or label
 * that we do not tell. Anything else is an {@link AssertionError}.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/basics/">Prometheus, querying</a>
 */
final class PromQl {
    private static final Pattern TOKEN = Pattern.compile(
            "\\s*([a-zA-Z_:][a-zA-Z0-9_:]*|[0-9.]+(?:[smhd]|e-?[0-9]+)?|\"[^\"]*\"|=~|!~|!=|==|>=|<=|\\$__[a-z_]+|[-+*/()<>=,{}\\[\\]])");
    private static final Set<String> AGGREGATIONS = Set.of("sum", "max", "min", "avg", "count", "topk");
    private static final Set<String> OF_RANGES = Set.of("rate", "increase", "max_over_time", "avg_over_time");
    private static final Set<String> OPERATORS =
            Set.of("+", "-", "*", "/", ">", "<", ">=", "<=", "==", "!=", "and", "or", "unless");
    private static final Set<String> FROM_SCRAPING = Set.of("instance", "job");

    private final String source;
    private final List<String> tokens = new ArrayList<>();
    private final Map<String, Set<String>> labels;
    private int at;

    private PromQl(String source, Map<String, Set<String>> labels) {
        this.source = source;
        this.labels = labels;
        Matcher matcher = TOKEN.matcher(source.strip());
        while (matcher.lookingAt()) {
            tokens.add(matcher.group(1));
            matcher.region(matcher.end(), matcher.regionEnd());
        }
        if (matcher.regionStart() != source.strip().length()) {
            throw wrong("an unknown word");
        }
    }

    /** Checks an expression against the labels of the samples that there are, by their names. */
    static void check(String expression, Map<String, Set<String>> labels) {
        PromQl read = new PromQl(expression, labels);
        read.expression();
        if (read.at < read.tokens.size()) {
            throw read.wrong("something is left over");
        }
    }

    private void expression() {
        if (operand()) {
            throw wrong("a range of time where values are needed");
        }
        while (OPERATORS.contains(peek())) {
            at++;
            if (operand()) {
                throw wrong("a range of time where values are needed");
            }
        }
    }

    /** True if it is a range. */
    private boolean operand() {
        String token = next();
        if (token.equals("(")) {
            expression();
            expect(")");
        } else if (AGGREGATIONS.contains(token)) {
            grouping();
            expect("(");
            if (token.equals("topk")) {
                expression();
                expect(",");
            }
            expression();
            expect(")");
            grouping();
        } else if (OF_RANGES.contains(token)) {
            expect("(");
            if (!operand()) {
                throw wrong(token + " needs a range of time");
            }
            expect(")");
        } else if (token.equals("histogram_quantile")) {
            expect("(");
            expression();
            expect(",");
            expression();
            expect(")");
        } else if (token.matches("[0-9.]+")) {
            return false;
        } else {
            return selector(token);
        }
        return false;
    }

    private void grouping() {
        if (peek().equals("by") || peek().equals("without")) {
            at++;
            expect("(");
            do {
                if (!next().matches("[a-z]+")) {
                    throw wrong("no label");
                }
            } while (next().equals(","));
            if (!tokens.get(at - 1).equals(")")) {
                throw wrong("no end of the labels");
            }
        }
    }

    private boolean selector(String name) {
        Set<String> own = name.equals("up") ? Set.of() : labels.get(name);
        if (own == null) {
            throw wrong("there is no meter " + name);
        }
        if (peek().equals("{")) {
            do {
                at++;
                String label = next();
                if (!own.contains(label) && !FROM_SCRAPING.contains(label)) {
                    throw wrong(name + " has no label " + label);
                }
                if (!Set.of("=", "!=", "=~", "!~").contains(next()) || !next().startsWith("\"")) {
                    throw wrong("no comparison of a label");
                }
            } while (peek().equals(","));
            expect("}");
        }
        if (peek().equals("[")) {
            at++;
            if (!next().matches("[0-9]+[smhd]|\\$__rate_interval|\\$__interval")) {
                throw wrong("no length of time");
            }
            expect("]");
            return true;
        }
        return false;
    }

    private String peek() {
        return at < tokens.size() ? tokens.get(at) : "";
    }

    private String next() {
        String token = peek();
        if (token.isEmpty()) {
            throw wrong("it ends too early");
        }
        at++;
        return token;
    }

    private void expect(String token) {
        if (!next().equals(token)) {
            throw wrong("no " + token);
        }
    }

    private AssertionError wrong(String what) {
        return new AssertionError(what + ", near word " + at + " of " + source);
    }
}
