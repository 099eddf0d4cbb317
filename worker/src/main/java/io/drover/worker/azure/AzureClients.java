package io.drover.worker.azure;

import io.drover.worker.WorkerConfig;
import io.drover.worker.azure.arm.ArmClient;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.azure.entra.TokenSource;
import io.drover.worker.azure.hub.HubClient;
import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.azure.quota.Quotas;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.time.Clock;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** All Azure clients of one worker, made from its configuration; they share connections, tokens and quotas. */
public final class AzureClients {
    private final WorkerConfig config;
    private final AzureHttp http;

    public AzureClients(Vertx vertx, WorkerConfig config, MeterRegistry meters, Clock clock) {
        this.config = config;
        List<ConnectTo> rules = rules(config);
        HttpClientOptions tls = AzureHttp.tls(config.network().trustedCa());
        TokenSource.Identity identity = new TokenSource.Identity(
                config.entra().authority(),
                config.entra().tenant(),
                config.entra().clientId(),
                config.entra().clientSecret().value());
        Quotas quotas = new Quotas(vertx, config.azure().timeCompression(), overrides(config));
        TokenSource tokens = new TokenSource(vertx, identity, rules, tls, clock);
        this.http = new AzureHttp(vertx, tls, tokens, quotas, rules, meters, clock);
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
}
