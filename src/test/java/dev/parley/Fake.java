package dev.parley;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** Hand-made instances of interfaces that have too many methods to write them all down. */
public final class Fake {
    private Fake() {}

    /** What a fake does when one of its methods is called. */
    @FunctionalInterface
    public interface Answers {
        @Nullable
        Object to(String method, Object[] arguments) throws Exception;
    }

    /** One that is equal to itself alone, and answers everything else so. */
    public static <T> T of(Class<T> type, Answers answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> switch (method.getName()) {
                    case "toString" -> "fake " + type.getSimpleName();
                    case "hashCode" -> System.identityHashCode(self);
                    case "equals" -> self == arguments[0];
                    default -> answers.to(method.getName(), arguments == null ? new Object[0] : arguments);
                }));
    }

    /** What a servlet writes to, at once. */
    public static ServletOutputStream output(ByteArrayOutputStream written) {
        return new ServletOutputStream() {
            @Override
            public void write(int octet) {
                written.write(octet);
            }

            @Override
            public boolean isReady() {
                return true;
            }

            @Override
            public void setWriteListener(WriteListener listener) {
                throw new AssertionError("everything here is written at once");
            }
        };
    }
}
