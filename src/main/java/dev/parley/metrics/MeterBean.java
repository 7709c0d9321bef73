package dev.parley.metrics;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.DynamicMBean;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.ObjectName;
import javax.management.ReflectionException;

/**
 * The meters as attributes of one MBean, {@code dev.parley:type=Node,context="/path"}, for JConsole and the servers' own consoles.
 * Read only. It must be closed with its application, whose class loader it holds.
 */
public final class MeterBean implements AutoCloseable {
    private static final Logger LOG = System.getLogger(MeterBean.class.getName());

    private final ObjectName name;

    private MeterBean(ObjectName name) {
        this.name = name;
    }

    /** Registers the meters of the application at this context path, in the place of what an earlier one left behind. */
    public static MeterBean register(Meters meters, String contextPath) {
        try {
            ObjectName name = new ObjectName(
                    "dev.parley:type=Node,context=" + ObjectName.quote(contextPath.isEmpty() ? "/" : contextPath));
            MeterBean bean = new MeterBean(name);
            bean.close();
            ManagementFactory.getPlatformMBeanServer().registerMBean(new Attributes(meters), name);
            return bean;
        } catch (JMException e) {
            throw new IllegalStateException("the meters cannot be registered", e);
        }
    }

    /** Idempotent. */
    @Override
    public void close() {
        try {
            ManagementFactory.getPlatformMBeanServer().unregisterMBean(name);
        } catch (InstanceNotFoundException gone) {
            // Nobody was there, or somebody was quicker: that is what was wanted.
        } catch (JMException e) {
            LOG.log(Level.WARNING, () -> name + " cannot be unregistered: " + e);
        }
    }

    private record Attributes(Meters meters) implements DynamicMBean {
        @Override
        public Object getAttribute(String attribute) throws AttributeNotFoundException {
            if (!meters.sentences().containsKey(attribute)) {
                throw new AttributeNotFoundException(attribute);
            }
            return meters.value(attribute);
        }

        @Override
        public AttributeList getAttributes(String[] attributes) {
            AttributeList list = new AttributeList();
            for (String attribute : attributes) {
                if (meters.sentences().containsKey(attribute)) {
                    list.add(new Attribute(attribute, meters.value(attribute)));
                }
            }
            return list;
        }

        @Override
        public void setAttribute(Attribute attribute) throws AttributeNotFoundException {
            throw new AttributeNotFoundException(attribute.getName() + " is read only");
        }

        @Override
        public AttributeList setAttributes(AttributeList attributes) {
            return new AttributeList();
        }

        @Override
        public Object invoke(String action, Object[] parameters, String[] signature) throws ReflectionException {
            throw new ReflectionException(new NoSuchMethodException(action));
        }

        @Override
        public MBeanInfo getMBeanInfo() {
            MBeanAttributeInfo[] attributes = meters.sentences().entrySet().stream()
                    .map(meter -> new MBeanAttributeInfo(
                            meter.getKey(),
                            meters.value(meter.getKey()) instanceof Number
                                    ? Number.class.getName()
                                    : String.class.getName(),
                            meter.getValue(),
                            true,
                            false,
                            false))
                    .toArray(MBeanAttributeInfo[]::new);
            return new MBeanInfo(Attributes.class.getName(), "Parley on this node", attributes, null, null, null);
        }
    }
}
