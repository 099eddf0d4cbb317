package io.drover.worker;

import io.drover.worker.ConfigException.Problem;
import io.drover.worker.WorkerConfig.Azure;
import io.drover.worker.WorkerConfig.ConnectTo;
import io.drover.worker.WorkerConfig.Deadlines;
import io.drover.worker.WorkerConfig.Dispatch;
import io.drover.worker.WorkerConfig.Entra;
import io.drover.worker.WorkerConfig.LedgerAddress;
import io.drover.worker.WorkerConfig.Management;
import io.drover.worker.WorkerConfig.Migration;
import io.drover.worker.WorkerConfig.Network;
import io.drover.worker.WorkerConfig.Rate;
import io.drover.worker.WorkerConfig.Registering;
import io.drover.worker.WorkerConfig.Source;
import io.drover.worker.WorkerConfig.Target;
import io.drover.worker.WorkerConfig.Webhook;
import io.drover.worker.azure.central.JobLimits;
import io.drover.worker.db.PostgresUrl;
import io.drover.worker.device.Verification;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.Node;

/** Reads the worker's YAML strictly: every mistake is reported at once, and a secret only comes by reference. */
public final class WorkerConfigLoader {
    /** A guess at a shorter token would be worth trying over the network. */
    private static final int LEAST_TOKEN = 16;

    private static final Pattern RATE = Pattern.compile("([1-9]\\d{0,8})/(s|m|h)");

    private static final Pattern AMOUNT = Pattern.compile("([1-9]\\d{0,8}) ?(%?)");

    private final Path file;
    private final List<String> settings;
    private final SecretReader secrets;
    private final List<Problem> problems = new ArrayList<>();

    private WorkerConfigLoader(Path file, List<String> settings, UnaryOperator<String> environment) {
        this.file = file;
        this.settings = List.copyOf(settings);
        this.secrets = new SecretReader(file, environment);
    }

    /**
     * Blocks on the file system. Throws {@link ConfigException} that lists all mistakes.
     *
     * @param settings {@code key.path=value}, each put over what the file says; the last one wins
     */
    public static WorkerConfig load(Path file, List<String> settings) {
        return load(file, settings, System::getenv);
    }

    static WorkerConfig load(Path file, List<String> settings, UnaryOperator<String> environment) {
        return new WorkerConfigLoader(file, settings, environment).read();
    }

    /**
     * As {@link #load(Path, List)} for a worker that serves: there need be no section {@code migration}, as migrations are
     * defined through the API.
     */
    public static ServingConfig loadServing(Path file, List<String> settings) {
        WorkerConfigLoader loader = new WorkerConfigLoader(file, settings, System::getenv);
        Node tree = loader.withSettings(loader.parse());
        WorkerConfig read = loader.read(tree, false);
        WorkerConfig worker = read.api() == null ? read.servedBy(ApiLoader.local()) : read;
        return new ServingConfig(worker, DefinitionLoader.definitionIn(tree));
    }

    /**
     * A migration that is defined through the API, carried out as the worker's configuration says otherwise.
     *
     * @param tree with the sections {@code migration} and {@code dispatch}; names no files
     */
    static WorkerConfig define(Node tree, WorkerConfig worker, List<Problem> found) {
        WorkerConfigLoader loader = new WorkerConfigLoader(Path.of("definition"), List.of(), name -> null);
        loader.problems.addAll(found);
        ConfigSection root = new ConfigSection("", tree, loader.problems);
        Migration migration = loader.migration(root.section("migration"));
        Dispatch dispatch = root.has("dispatch") ? dispatch(root.section("dispatch")) : worker.dispatch();
        if (!loader.problems.isEmpty()) {
            throw new ConfigException("the definition", loader.problems);
        }
        return worker.of(migration, dispatch);
    }

    private WorkerConfig read() {
        return read(withSettings(parse()), true);
    }

    private WorkerConfig read(Node tree, boolean needsMigration) {
        ConfigSection root = new ConfigSection("", tree, problems);
        ConfigSection migration = root.section("migration");
        Network network = network(root.section("network"));
        Entra entra = new SignInLoader(root.section("entra"), secrets).read();
        WorkerConfig config = new WorkerConfig(
                entra,
                new AccessLoader(secrets).read(root.section("access")),
                azure(root.section("azure")),
                network,
                needsMigration || root.has("migration") ? migration(migration) : null,
                quotas(root.section("quotas")),
                dispatch(root.section("dispatch")),
                ledger(root.section("ledger"), network.trustedCa()),
                management(root.section("management")),
                webhook(root, root.section("webhook")),
                new ApiLoader(secrets, entra.authority()).read(root));
        if (config.webhook() != null
                && config.migration() != null
                && config.migration().source() instanceof WorkerConfig.HubDevices) {
            root.problem(
                    "webhook",
                    "is for IoT Central's data export, and the devices leave a hub.",
                    "Remove it: a hub is asked who is connected.");
        }
        root.end();
        if (!problems.isEmpty()) {
            throw new ConfigException(file.toString(), problems);
        }
        return config;
    }

    private Node parse() {
        try {
            return new Yaml(new LoaderOptions()).compose(new StringReader(Files.readString(file)));
        } catch (MarkedYAMLException e) {
            String where = e.getProblemMark() == null
                    ? ""
                    : "line " + (e.getProblemMark().getLine() + 1);
            throw new ConfigException(
                    file.toString(),
                    List.of(new Problem(
                            where, "YAML", e.getProblem() + ".", "Check indentation, quotes and brackets there.")));
        } catch (IOException e) {
            throw new ConfigException(
                    file.toString(),
                    List.of(new Problem("", "file", "cannot be read.", "Check the path given with --config.")));
        }
    }

    private Node withSettings(Node root) {
        Node result = root;
        for (String text : settings) {
            try {
                result = ConfigSetting.parse(text).in(result);
            } catch (ConfigSetting.MistakeException mistake) {
                problems.add(mistake.problem());
            }
        }
        return result;
    }

    private Secret secret(ConfigSection parent, String key, String variableName) {
        return secrets.secret(parent, key, variableName);
    }

    static String url(ConfigSection section, String key, String fallback) {
        String text = section.text(key, fallback);
        if (!text.startsWith("https://") || text.length() < "https://x".length()) {
            section.problem(key, "'" + text + "' is not an https URL.", "Write https:// and a host name.");
        }
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    private static Azure azure(ConfigSection azure) {
        Azure read = new Azure(
                url(azure, "resourceManager", "https://management.azure.com"),
                azure.text("centralDomain", "azureiotcentral.com"),
                url(azure, "centralAudience", "https://apps.azureiotcentral.com"),
                url(azure, "dpsAudience", "https://azure-devices-provisioning.net"),
                url(azure, "hubAudience", "https://iothubs.azure.net"),
                azure.integer("timeCompression", 1, 1, 100));
        azure.end();
        return read;
    }

    private Network network(ConfigSection network) {
        String ca = network.text("trustedCa", null);
        Path path = ca == null ? null : file.toAbsolutePath().resolveSibling(ca);
        if (path != null && !Files.isReadable(path)) {
            network.problem("trustedCa", "there is no readable file " + path + ".", "Write the path of a PEM file.");
        }
        List<ConnectTo> rules = new ArrayList<>();
        for (ConfigSection rule : network.list("connectTo")) {
            rules.add(new ConnectTo(
                    rule.required("host", "Write a host name, or *. and a domain."),
                    rule.required("address", "Write the address to connect to."),
                    rule.integer("port", 443, 1, 65_535)));
            rule.end();
        }
        network.end();
        return new Network(path, List.copyOf(rules));
    }

    private Migration migration(ConfigSection migration) {
        ConfigSection source = migration.section("source");
        ConfigSection target = migration.section("target");
        ConfigSection deadlines = migration.section("deadlines");
        Source from = SourceLoader.read(source, file);
        Target to = TargetLoader.read(target, from);
        Migration read = new Migration(
                migration.required("name", "Write a name; the ledger keeps the migration under it."),
                migration.text("subscription", null),
                from,
                to,
                migration.choice("registration", Registering.class, Registering.ENROLLMENT),
                new CredentialsLoader(file).read(migration.section("credentials")),
                new OwnedLoader(file, problems).read(migration.section("owned"), from, to),
                migration.choice("verification", Verification.class, Verification.TELEMETRY),
                new Deadlines(
                        deadlines.duration("answer", Duration.ofSeconds(30)),
                        deadlines.duration("assigned", Duration.ofMinutes(5)),
                        deadlines.duration("connected", Duration.ofMinutes(5)),
                        deadlines.duration("telemetry", Duration.ofMinutes(10)),
                        deadlines.duration("offline", Duration.ofDays(7))),
                migration.integer("attempts", 3, 1, 20),
                migration.choice("requirePlan", YesNo.class, YesNo.FALSE) == YesNo.TRUE,
                new RolloutLoader(file).read(migration.section("rollout")));
        if (read.registration() != Registering.ENROLLMENT
                && read.credentials().check() == WorkerConfig.Credentials.Check.GROUPS_ONLY) {
            migration.problem(
                    "registration",
                    "needs each device's credential in this mode, and credentials.check: groups-only reads none.",
                    "Write credentials.check: all, or leave out registration.");
        }
        if (read.registration() == Registering.PREREGISTER && to instanceof WorkerConfig.TargetApplication) {
            migration.problem(
                    "registration",
                    "preregister makes devices in an IoT hub, and the target is an application, which makes them anyway.",
                    "Leave it out.");
        }
        if (read.verification() == Verification.TELEMETRY_TWIN && !read.owned().carries()) {
            migration.problem(
                    "verification",
                    "telemetry+twin compares what devices own, and owned.carry: nothing leaves it behind.",
                    "Write owned.carry: all, or verification: telemetry.");
        }
        deadlines.end();
        migration.end();
        return read;
    }

    private static Map<String, Rate> quotas(ConfigSection quotas) {
        Map<String, Rate> rates = new LinkedHashMap<>();
        for (String name : quotas.keys()) {
            rates.put(name, rate(quotas, name, new Rate(1, Duration.ofSeconds(1))));
        }
        quotas.end();
        return Map.copyOf(rates);
    }

    /** A number of calls per unit of time; a mistake is reported and stands for the fallback. */
    static Rate rate(ConfigSection section, String key, Rate fallback) {
        String text = section.text(key, null);
        if (text == null) {
            return fallback;
        }
        Matcher matcher = RATE.matcher(text);
        if (!matcher.matches()) {
            section.problem(key, "is not a rate.", "Write calls per unit, such as 20/s or 1000/m.");
            return fallback;
        }
        return new Rate(Integer.parseInt(matcher.group(1)), per(matcher.group(2)));
    }

    private static Duration per(String unit) {
        return switch (unit) {
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            default -> Duration.ofHours(1);
        };
    }

    private static Dispatch dispatch(ConfigSection dispatch) {
        Dispatch read = new Dispatch(
                dispatch.choice("way", Dispatch.Way.class, Dispatch.Way.COMMAND),
                dispatch.integer("maxInFlight", 256, 1, 10_000),
                job(dispatch.section("job")));
        dispatch.end();
        return read;
    }

    private static JobLimits job(ConfigSection job) {
        JobLimits.Amount threshold = amount(job, "cancellationThreshold");
        boolean perBatch = job.choice("perBatch", YesNo.class, YesNo.FALSE) == YesNo.TRUE;
        JobLimits read = new JobLimits(amount(job, "batch"), threshold, perBatch);
        if (perBatch && (threshold == null || read.batch() == null)) {
            job.problem(
                    "perBatch",
                    "has no effect without batch and cancellationThreshold.",
                    "Give both beside it, or leave it out.");
        }
        job.end();
        return read;
    }

    private enum YesNo {
        FALSE,
        TRUE
    }

    private static JobLimits.Amount amount(ConfigSection job, String key) {
        String text = job.text(key, null);
        if (text == null) {
            return null;
        }
        Matcher matcher = AMOUNT.matcher(text);
        if (matcher.matches()) {
            boolean percentage = !matcher.group(2).isEmpty();
            int value = Integer.parseInt(matcher.group(1));
            if (!percentage || value <= 100) {
                return new JobLimits.Amount(value, percentage);
            }
        }
        job.problem(
                key,
                "'" + text + "' is neither a number of devices nor a percentage.",
                "Write a whole number such as 100, or a whole percentage up to 100%, such as 10%.");
        return null;
    }

    private LedgerAddress ledger(ConfigSection ledger, Path trustedCa) {
        String url = ledger.text("url", "jdbc:sqlite:drover.db");
        if (url.startsWith(PostgresUrl.PREFIX)) {
            return postgres(ledger, url, trustedCa);
        }
        if (!url.startsWith("jdbc:sqlite:") || url.equals("jdbc:sqlite:") || url.contains(":memory:")) {
            ledger.problem(
                    "url",
                    "'" + url + "' is not a ledger.",
                    "Write jdbc:sqlite: and a file path, or jdbc:postgresql://host:port/database.");
        }
        ledger.end();
        return LedgerAddress.ofFile(url);
    }

    private LedgerAddress postgres(ConfigSection ledger, String url, Path trustedCa) {
        try {
            PostgresUrl.parse(url);
        } catch (IllegalArgumentException e) {
            ledger.problem(
                    "url",
                    "the PostgreSQL URL " + e.getMessage() + ".",
                    "Write jdbc:postgresql://host:port/database, with ?sslmode=disable or ?sslmode=verify-full.");
        }
        String user = ledger.required("user", "Write the database user that owns the ledger.");
        Secret password = secret(ledger, "password", "DROVER_LEDGER_PASSWORD");
        ledger.end();
        return new LedgerAddress(url, user, password, trustedCa);
    }

    private static Management management(ConfigSection management) {
        Management read = new Management(
                management.text("host", "127.0.0.1"),
                management.integer("port", 9464, 0, 65_535),
                management.has("tracing") ? tracing(management.section("tracing")) : null);
        management.end();
        return read;
    }

    private static WorkerConfig.Tracing tracing(ConfigSection tracing) {
        String endpoint = tracing.required("endpoint", "Write the collector's address, as http://localhost:4318.");
        if (!endpoint.matches("https?://[^/?#@\\s]+/?")) {
            tracing.problem(
                    "endpoint",
                    "'" + endpoint + "' is not an address.",
                    "Write http:// or https://, host and port of an OTLP receiver, without a path.");
        }
        WorkerConfig.Tracing read = new WorkerConfig.Tracing(
                endpoint.endsWith("/") ? endpoint.substring(0, endpoint.length() - 1) : endpoint,
                tracing.number("share", 1, 0.000_001, 1));
        tracing.end();
        return read;
    }

    private Webhook webhook(ConfigSection root, ConfigSection webhook) {
        if (!root.has("webhook")) {
            return null;
        }
        Secret token = secret(webhook, "token", "DROVER_WEBHOOK_TOKEN");
        if (!token.value().isEmpty() && !token.value().matches("[\\x20-\\x7e]{" + LEAST_TOKEN + ",}")) {
            webhook.problem(
                    "token",
                    "does not hold " + LEAST_TOKEN + " or more printable ASCII characters.",
                    "Make a long random one; IoT Central sends it in the Authorization header.");
        }
        Webhook read = new Webhook(
                webhook.text("host", "127.0.0.1"),
                webhook.integer("port", 9465, 0, 65_535),
                token,
                new TlsLoader(secrets).read(webhook));
        webhook.end();
        return read;
    }
}
