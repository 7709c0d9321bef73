package org.apache.tomcat.unfamiliar;

import jakarta.websocket.Session;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/** Sessions of a Tomcat that is not built as any that there is: a proxy is in the package of an interface that only that sees. */
public final class Sessions {
    interface Unfamiliar extends Session {}

    private Sessions() {}

    /** One that answers as it is told. */
    public static Session answering(InvocationHandler answers) {
        return (Session)
                Proxy.newProxyInstance(Sessions.class.getClassLoader(), new Class<?>[] {Unfamiliar.class}, answers);
    }
}
