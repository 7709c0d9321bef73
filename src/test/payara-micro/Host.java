import fish.payara.micro.PayaraMicro;
import fish.payara.micro.PayaraMicroRuntime;
import fish.payara.micro.boot.PayaraMicroLauncher;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Payara Micro, started as {@code java -jar payara-micro.jar} starts it, which then is told on its standard input what to deploy and
 * to undeploy: one line a command, words separated by tabs, each answered by a line on the standard output. Not compiled with the
 * tests, but run by {@code java} from this file: {@code java -cp payara-micro.jar Host.java OPTION...}.
 */
final class Host {
    private Host() {}

    public static void main(String[] arguments) throws Exception {
        PayaraMicroLauncher.main(arguments);
        PayaraMicroRuntime runtime = PayaraMicro.getInstance().getRuntime();
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            System.out.println("HOST " + outcome(runtime, line.split("\t")) + " " + line);
        }
        System.exit(0); // whoever gave the commands is gone
    }

    /** {@code deploy NAME CONTEXT-PATH FILE} or {@code undeploy NAME}. */
    private static String outcome(PayaraMicroRuntime runtime, String[] words) {
        try {
            if (runtime.getDeployedApplicationNames().contains(words[1])) {
                runtime.undeploy(words[1]);
            }
            if (words[0].equals("deploy")) {
                try (InputStream archive = Files.newInputStream(Path.of(words[3]))) {
                    return runtime.deploy(words[1], words[2], archive) ? "done" : "refused";
                }
            }
            return "done";
        } catch (Exception e) {
            return "failed with " + e + ":";
        }
    }
}
