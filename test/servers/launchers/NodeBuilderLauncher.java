import java.lang.reflect.Method;
import java.util.Map;
import org.elasticsearch.node.Node;
import org.elasticsearch.node.NodeBuilder;

/**
 * Starts one Elasticsearch node of the lines 1 and 2 through NodeBuilder. Argument: the configuration folder.
 * The builder of settings has another name in line 1, hence the reflection.
 */
public final class NodeBuilderLauncher {
    public static void main(String[] arguments) throws Exception {
        Lifeline lifeline = Lifeline.open();
        Object builder = settingsClass().getMethod("settingsBuilder").invoke(null);
        Method put = builder.getClass().getMethod("put", String.class, String.class);
        put.invoke(builder, "path.conf", arguments[0]);
        for (Map.Entry<String, String> setting : lifeline.settings.entrySet()) {
            put.invoke(builder, setting.getKey(), setting.getValue());
        }
        Object settings = builder.getClass().getMethod("build").invoke(builder);
        NodeBuilder nodes = NodeBuilder.nodeBuilder();
        Class<?> declared = Class.forName("org.elasticsearch.common.settings.Settings");
        NodeBuilder.class.getMethod("settings", declared).invoke(nodes, settings);
        Node node = nodes.build();
        lifeline.hold(node::close);
        node.start();
        Thread.currentThread().join();
    }

    private static Class<?> settingsClass() throws ClassNotFoundException {
        try {
            return Class.forName("org.elasticsearch.common.settings.ImmutableSettings");
        } catch (ClassNotFoundException line2) {
            return Class.forName("org.elasticsearch.common.settings.Settings");
        }
    }
}
