package io.drover.worker.azure;

import io.drover.worker.WorkerConfig;
import io.drover.worker.azure.arm.ArmClient;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.azure.entra.Credentials;
import io.drover.worker.azure.entra.TokenSource;
import io.drover.worker.azure.hub.HubClient;
import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.azure.quota.Quotas;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** All Azure clients of one worker, made from its configuration; they share connections, tokens and quotas. */
public final class AzureClients {
    /** Made with the service, with all rights. */
    private static final Set<String> OWNERS = Set.of("iothubowner", "provisioningserviceowner");

    private final WorkerConfig config;
    private final TokenSource tokens;
    private final AzureHttp http;

    public AzureClients(Vertx vertx, WorkerConfig config, MeterRegistry meters, Clock clock) {
        this.config = config;
        List<ConnectTo> rules = rules(config);
        HttpClientOptions tls = AzureHttp.tls(config.network().trustedCa());
        Quotas quotas = new Quotas(vertx, config.azure().timeCompression(), overrides(config), meters);
        this.tokens = new TokenSource(vertx, Credentials.of(vertx, config.entra(), rules, tls, clock), clock);
        this.http = new AzureHttp(
                vertx, tls, new CallAuthorization(tokens, config.access(), clock), quotas, rules, meters, clock);
    }

    /** The configuration's connect-to rules. */
    public static List<ConnectTo> rules(WorkerConfig config) {
        return config.network().connectTo().stream()
                .map(rule -> new ConnectTo(rule.host(), rule.address(), rule.port()))
                .toList();
    }

    private static Map<AzureLimit, Double> overrides(WorkerConfig config) {
        Map<AzureLimit, Double> overrides = new EnumMap<>(AzureLimit.class);
        for (AzureLimit limit : AzureLimit.values()) {
            WorkerConfig.Rate rate = config.quotas().get(limit.key());
            if (rate != null) {
                overrides.put(limit, rate.calls() * 1000.0 / rate.per().toMillis());
            }
        }
        return overrides;
    }

    public ArmClient arm() {
        return new ArmClient(http, config.azure().resourceManager());
    }

    public CentralClient central(String subdomain) {
        return new CentralClient(
                http,
                subdomain + "." + config.azure().centralDomain(),
                config.azure().centralAudience());
    }

    public DpsClient dps(String serviceHost) {
        return new DpsClient(http, serviceHost, config.azure().dpsAudience());
    }

    public HubClient hub(String hostName) {
        return new HubClient(http, hostName, config.azure().hubAudience());
    }

    public Quotas quotas() {
        return http.quotas();
    }

    /** What an operator should know about how the worker signs in, once it has. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>(tokens.warnings());
        Stream.concat(config.access().hubs().stream(), config.access().provisioningServices().stream())
                .filter(policy -> OWNERS.contains(policy.policy().toLowerCase(Locale.ROOT)))
                .map(policy -> "The policy " + policy.policy() + " of " + policy.name()
                        + " may do everything there. Make one with the rights that are needed, and give that under"
                        + " access.")
                .forEach(warnings::add);
        return warnings;
    }
}
