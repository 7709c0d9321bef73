package dev.parley.handshake.constraint;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The constraints of one parameter, ready to be checked. Immutable, thread-safe.
 *
 * <p>Order counts: what is declared first is checked first, and what comes after a violation is not checked.
 */
public final class Constraints {
    /** No constraint at all. */
    public static final Constraints NONE = new Constraints(List.of());

    /** One rule, and how a violation is told: "must be at least 3". */
    private record Rule(String sentence, Predicate<Object> holds) {}

    private final List<Rule> rules;

    private Constraints(List<Rule> rules) {
        this.rules = List.copyOf(rules);
    }

    /**
     * Those that stand on {@code element}, for values of {@code type}.
     *
     * @param type what the values are; for a text made into something else, that something
     * @throws IllegalArgumentException if one of them says nothing about such values, or cannot be read
     */
    public static Constraints of(AnnotatedElement element, Class<?> type) {
        List<Rule> rules = new ArrayList<>();
        for (Annotation annotation : element.getAnnotations()) {
            rule(annotation, type).ifPresent(rules::add);
        }
        return rules.isEmpty() ? NONE : new Constraints(rules);
    }

    /** The first rule that {@code value} violates, as a sentence without a subject that tells nothing of the value. */
    public Optional<String> violated(Object value) {
        for (Rule rule : rules) {
            if (!rule.holds().test(value)) {
                return Optional.of(rule.sentence());
            }
        }
        return Optional.empty();
    }

    private static Optional<Rule> rule(Annotation annotation, Class<?> type) {
        Optional<Rule> rule = ofNumbers(annotation)
                .filter(any -> require(annotation, type, isNumber(type)))
                .or(() -> ofSizes(annotation)
                        .filter(any -> require(annotation, type, isText(type) || isCollection(type))))
                .or(() -> ofTexts(annotation).filter(any -> require(annotation, type, isText(type))))
                .or(() -> ofTimes(annotation).filter(any -> require(annotation, type, isTime(type))));
        if (rule.isEmpty() && annotation.annotationType().getPackage() == Constraints.class.getPackage()) {
            throw new IllegalStateException(annotation + " is a constraint without a rule");
        }
        return rule;
    }

    private static boolean require(Annotation annotation, Class<?> type, boolean fits) {
        if (!fits) {
            throw new IllegalArgumentException(
                    "@" + annotation.annotationType().getSimpleName() + " says nothing about a " + type.getName());
        }
        return true;
    }

    private static Optional<Rule> ofNumbers(Annotation annotation) {
        if (annotation instanceof Min min) {
            return Optional.of(atLeast(BigDecimal.valueOf(min.value()), true));
        } else if (annotation instanceof Max max) {
            return Optional.of(atMost(BigDecimal.valueOf(max.value()), true));
        } else if (annotation instanceof DecimalMin min) {
            return Optional.of(atLeast(new BigDecimal(min.value()), min.inclusive()));
        } else if (annotation instanceof DecimalMax max) {
            return Optional.of(atMost(new BigDecimal(max.value()), max.inclusive()));
        } else if (annotation instanceof Positive) {
            return Optional.of(atLeast(BigDecimal.ZERO, false));
        } else if (annotation instanceof PositiveOrZero) {
            return Optional.of(atLeast(BigDecimal.ZERO, true));
        } else if (annotation instanceof Digits digits) {
            String sentence = "must have at most " + digits.integer() + " digits before the point and "
                    + digits.fraction() + " after it";
            return Optional.of(new Rule(sentence, value -> {
                BigDecimal number = decimal(value).stripTrailingZeros();
                return number.precision() - number.scale() <= digits.integer() && number.scale() <= digits.fraction();
            }));
        }
        return Optional.empty();
    }

    private static Rule atLeast(BigDecimal bound, boolean inclusive) {
        return new Rule(
                (inclusive ? "must be at least " : "must be above ") + bound.toPlainString(),
                value -> decimal(value).compareTo(bound) >= (inclusive ? 0 : 1));
    }

    private static Rule atMost(BigDecimal bound, boolean inclusive) {
        return new Rule(
                (inclusive ? "must be at most " : "must be below ") + bound.toPlainString(),
                value -> decimal(value).compareTo(bound) <= (inclusive ? 0 : -1));
    }

    private static Optional<Rule> ofSizes(Annotation annotation) {
        if (annotation instanceof Size size) {
            String sentence = size.max() == Integer.MAX_VALUE
                    ? "must have a size of at least " + size.min()
                    : "must have a size from " + size.min() + " to " + size.max();
            return Optional.of(new Rule(sentence, value -> sizeOf(value) >= size.min() && sizeOf(value) <= size.max()));
        } else if (annotation instanceof NotEmpty) {
            return Optional.of(new Rule("must not be empty", value -> sizeOf(value) > 0));
        }
        return Optional.empty();
    }

    private static Optional<Rule> ofTexts(Annotation annotation) {
        if (annotation instanceof NotBlank) {
            return Optional.of(new Rule(
                    "must not be blank",
                    value -> !((CharSequence) value).toString().isBlank()));
        } else if (annotation instanceof Pattern pattern) {
            java.util.regex.Pattern compiled = java.util.regex.Pattern.compile(pattern.regexp());
            return Optional.of(new Rule("must match " + pattern.regexp(), value -> matches(compiled, value)));
        }
        return Optional.empty();
    }

    /** The engine recurses once for each repetition of a group, and some text is longer than the stack is deep. */
    private static boolean matches(java.util.regex.Pattern pattern, Object value) {
        try {
            return pattern.matcher(new Watched((CharSequence) value)).matches();
        } catch (StackOverflowError | Watched.Overlong hostile) {
            return false;
        }
    }

    /** A text that can be read only so often: an expression that backtracks without end on hostile text does end. */
    private static final class Watched implements CharSequence {
        private static final int READS_PER_CHARACTER = 16;
        private static final int READS = 4096;

        private final CharSequence text;
        private int left;

        Watched(CharSequence text) {
            this.text = text;
            this.left = READS + READS_PER_CHARACTER * text.length();
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (--left < 0) {
                throw new Overlong();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text.toString();
        }

        /** Costs nothing to throw. */
        private static final class Overlong extends RuntimeException {
            private static final long serialVersionUID = 1;

            Overlong() {
                super("overlong", null, false, false);
            }
        }
    }

    private static Optional<Rule> ofTimes(Annotation annotation) {
        if (annotation instanceof Past) {
            return Optional.of(new Rule("must be in the past", value -> comparedWithNow(value) < 0));
        } else if (annotation instanceof Future) {
            return Optional.of(new Rule("must be in the future", value -> comparedWithNow(value) > 0));
        }
        return Optional.empty();
    }

    private static int comparedWithNow(Object value) {
        return value instanceof LocalDate date
                ? date.compareTo(LocalDate.now(Clock.systemUTC()))
                : ((Instant) value).compareTo(Instant.now());
    }

    private static int sizeOf(Object value) {
        return value instanceof CharSequence text ? text.length() : ((Collection<?>) value).size();
    }

    private static BigDecimal decimal(Object value) {
        if (value instanceof BigDecimal number) {
            return number;
        } else if (value instanceof BigInteger number) {
            return new BigDecimal(number);
        } else if (value instanceof Double || value instanceof Float) {
            return new BigDecimal(value.toString());
        }
        return BigDecimal.valueOf(((Number) value).longValue());
    }

    private static boolean isNumber(Class<?> type) {
        return Number.class.isAssignableFrom(type)
                || (type.isPrimitive() && type != boolean.class && type != char.class);
    }

    private static boolean isText(Class<?> type) {
        return CharSequence.class.isAssignableFrom(type);
    }

    private static boolean isCollection(Class<?> type) {
        return Collection.class.isAssignableFrom(type);
    }

    private static boolean isTime(Class<?> type) {
        return type == Instant.class || type == LocalDate.class;
    }
}
