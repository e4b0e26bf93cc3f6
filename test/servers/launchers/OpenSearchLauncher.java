import java.lang.reflect.Method;
import java.nio.file.Paths;
import java.util.Map;
import org.opensearch.common.settings.KeyStoreWrapper;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.Node;

/**
 * Starts one OpenSearch node without its bootstrap, which refuses root and asks for system limits.
 * Argument: the configuration folder.
 */
public final class OpenSearchLauncher {
    public static void main(String[] arguments) throws Exception {
        Lifeline lifeline = Lifeline.open();
        Settings.Builder settings = Settings.builder();
        lifeline.settings.forEach((key, value) -> settings.put(key, value));
        if (!lifeline.secure.isEmpty()) settings.setSecureSettings(keystore(lifeline.secure));
        Node node = new Node(new Environment(settings.build(), Paths.get(arguments[0])));
        lifeline.hold(node);
        node.start();
        Thread.currentThread().join();
    }

    /** A keystore in memory: the secrets are never written to a file. */
    private static KeyStoreWrapper keystore(Map<String, String> secrets) throws Exception {
        KeyStoreWrapper keystore = KeyStoreWrapper.create();
        Method setString = KeyStoreWrapper.class.getDeclaredMethod("setString", String.class, char[].class);
        setString.setAccessible(true);
        for (Map.Entry<String, String> secret : secrets.entrySet()) {
            setString.invoke(keystore, secret.getKey(), secret.getValue().toCharArray());
        }
        return keystore;
    }
}
