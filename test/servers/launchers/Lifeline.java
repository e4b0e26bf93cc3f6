import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The standard input of a server. It brings the settings, one `key=value` a line up to an empty line (a key that starts with
 * `secure:` goes to the keystore), and its end is the request to end: so a server never outlives the process that holds the pipe.
 */
final class Lifeline {
    private static final long CLOSE_MILLIS = 20_000;

    final Map<String, String> settings = new LinkedHashMap<>();
    final Map<String, String> secure = new LinkedHashMap<>();
    private volatile AutoCloseable node;

    private Lifeline() {}

    /** Reads the settings, then watches for the end of the input. */
    static Lifeline open() throws IOException {
        Lifeline lifeline = new Lifeline();
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null && !line.isEmpty(); line = input.readLine()) {
            int equals = line.indexOf('=');
            String key = line.substring(0, equals);
            String value = line.substring(equals + 1);
            if (key.startsWith("secure:")) lifeline.secure.put(key.substring("secure:".length()), value);
            else lifeline.settings.put(key, value);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(lifeline::closeNode, "close-node"));
        daemon("lifeline", () -> {
            awaitEnd(input);
            daemon("halt", () -> {
                Thread.sleep(CLOSE_MILLIS);
                Runtime.getRuntime().halt(3);
            });
            System.exit(0);
        });
        return lifeline;
    }

    /** Closes this node before the process ends. */
    void hold(AutoCloseable started) {
        node = started;
    }

    private void closeNode() {
        try {
            if (node != null) node.close();
        } catch (Exception e) {
            e.printStackTrace();
        }
    }

    private static void awaitEnd(BufferedReader input) {
        try {
            while (input.read() != -1) continue;
        } catch (IOException closed) {
            // a broken pipe ends the server as the end of the input does
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void daemon(String name, Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (Exception e) {
                e.printStackTrace();
            }
        }, name);
        thread.setDaemon(true);
        thread.start();
    }
}
