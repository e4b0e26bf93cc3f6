import java.nio.file.Path;
import java.nio.file.Paths;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.Node;

/**
 * Starts one Elasticsearch node of the lines 5 to 7 without its bootstrap, which refuses root and asks for system limits.
 * Argument: the configuration folder.
 */
public final class NodeLauncher {
    /** The constructor of Node is public in some lines only, and in 6.8 the class is abstract. */
    private static final class OneNode extends Node {
        OneNode(Environment environment) {
            super(environment);
        }

        // Declared abstract in 6.8 and absent elsewhere, hence no @Override.
        protected void registerDerivedNodeNameWithLogger(String name) {}
    }

    public static void main(String[] arguments) throws Exception {
        Lifeline lifeline = Lifeline.open();
        Settings.Builder settings = Settings.builder();
        lifeline.settings.forEach((key, value) -> settings.put(key, value));
        Node node = new OneNode(environment(settings.build(), Paths.get(arguments[0])));
        lifeline.hold(node);
        node.start();
        Thread.currentThread().join();
    }

    /** Line 5 finds the configuration folder by itself, the later ones are told. */
    private static Environment environment(Settings settings, Path configuration) throws Exception {
        try {
            return Environment.class.getConstructor(Settings.class, Path.class).newInstance(settings, configuration);
        } catch (NoSuchMethodException line5) {
            return Environment.class.getConstructor(Settings.class).newInstance(settings);
        }
    }
}
