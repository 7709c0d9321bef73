package dev.parley.library;

import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/**
 * The caller's JTA transaction, on servers that have such. Thread-safe.
 *
 * @see <a href="https://jakarta.ee/specifications/transactions/2.0/">Jakarta Transactions 2.0, TransactionSynchronizationRegistry</a>
 */
final class AfterCommit {
    private static final String NAME = "java:comp/TransactionSynchronizationRegistry";

    private AfterCommit() {}

    /** Has it done when the transaction has committed. False if there is none. */
    @SuppressWarnings("BanJNDI") // the name is the specification's
    static boolean run(Runnable task) {
        TransactionSynchronizationRegistry registry;
        try {
            registry = (TransactionSynchronizationRegistry) new InitialContext().lookup(NAME);
        } catch (NamingException | ClassCastException none) { // a thread that is not the server's, or Tomcat
            return false;
        }
        if (registry.getTransactionKey() == null) {
            return false;
        }
        registry.registerInterposedSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {}

            @Override
            public void afterCompletion(int status) {
                if (status == Status.STATUS_COMMITTED) {
                    task.run();
                }
            }
        });
        return true;
    }
}
