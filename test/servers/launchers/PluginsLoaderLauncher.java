import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginBundle;
import org.elasticsearch.plugins.PluginsLoader;

/**
 * Starts one Elasticsearch node of the late line 8 and of line 9 without its bootstrap, which refuses root and starts helper
 * processes. Argument: the configuration folder.
 */
public final class PluginsLoaderLauncher {
    public static void main(String[] arguments) throws Exception {
        Lifeline lifeline = Lifeline.open();
        LogConfigurator.configureESLogging();
        Settings.Builder settings = Settings.builder();
        lifeline.settings.forEach((key, value) -> settings.put(key, value));
        Path home = Paths.get(lifeline.settings.get("path.home"));
        PluginsLoader loader = PluginsLoader.createPluginsLoader(
            bundles("loadModulesBundles", home.resolve("modules")),
            bundles("loadPluginsBundles", home.resolve("plugins")),
            Map.of(),
            false
        );
        Node node = new Node(new Environment(settings.build(), Paths.get(arguments[0])), loader);
        lifeline.hold(node);
        node.start();
        Thread.currentThread().join();
    }

    /** The loading methods take the folder alone up to 9.0, and a second argument later. */
    @SuppressWarnings("unchecked")
    private static Set<PluginBundle> bundles(String method, Path folder) throws Exception {
        try {
            return (Set<PluginBundle>) PluginsLoader.class.getMethod(method, Path.class).invoke(null, folder);
        } catch (NoSuchMethodException later) {
            return (Set<PluginBundle>) PluginsLoader.class.getMethod(method, Path.class, boolean.class).invoke(null, folder, false);
        }
    }
}
