package dev.parley.library;

import dev.parley.Parley;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.servlet.ServletContext;

/**
 * Makes {@code @Inject Parley} work where there is CDI; servers without it never load this class. Named in {@code
 * META-INF/services}.
 *
 * @see <a href="https://jakarta.ee/specifications/cdi/4.0/jakarta-cdi-spec-4.0#spi">Jakarta CDI 4.0, portable extensions</a>
 */
public final class CdiExtension implements Extension {
    void add(@Observes AfterBeanDiscovery discovery) {
        discovery
                .<Parley>addBean()
                .types(Object.class, Parley.class)
                .scope(ApplicationScoped.class)
                .beanClass(LocalParley.class)
                .produceWith(
                        beans -> Parley.of(beans.select(ServletContext.class).get()));
    }
}
