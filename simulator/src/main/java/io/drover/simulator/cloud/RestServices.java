package io.drover.simulator.cloud;

import io.drover.simulator.cloud.arm.ArmApi;
import io.drover.simulator.cloud.central.CentralApi;
import io.drover.simulator.cloud.dps.DpsDeviceApi;
import io.drover.simulator.cloud.dps.DpsServiceApi;
import io.drover.simulator.cloud.entra.AccessTokens;
import io.drover.simulator.cloud.entra.EntraApi;
import io.drover.simulator.cloud.fault.DeviceApiFaults;
import io.drover.simulator.cloud.fault.Faults;
import io.drover.simulator.cloud.fault.HttpFaults;
import io.drover.simulator.cloud.fault.MqttFaults;
import io.drover.simulator.cloud.http.CallCounter;
import io.drover.simulator.cloud.http.ChangeCounter;
import io.drover.simulator.cloud.http.VirtualHosts;
import io.drover.simulator.cloud.http.WellFormedPath;
import io.drover.simulator.cloud.hub.HubRestApi;
import io.drover.simulator.cloud.metrics.CallMeter;
import io.drover.simulator.cloud.metrics.CloudService;
import io.drover.simulator.cloud.quota.Quotas;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import java.security.SecureRandom;
import java.time.Clock;

/** The services behind the HTTPS listener, each with what stands before it: counting of calls, faults, counting of changes. */
final class RestServices {
    private static final int ARM_PAGE_SIZE = 50;

    private final CallMeter calls;
    private final Faults faults;
    private final MqttFaults mqttFaults;
    private final ChangeCounter changes;
    private final VirtualHosts hosts = new VirtualHosts();
    private final CentralApi central;

    RestServices(
            Vertx vertx,
            World world,
            AccessTokens tokens,
            Quotas quotas,
            Clock clock,
            SecureRandom random,
            CallMeter calls,
            Faults faults,
            MqttFaults mqttFaults,
            ChangeCounter changes) {
        this.calls = calls;
        this.faults = faults;
        this.mqttFaults = mqttFaults;
        this.changes = changes;
        Names names = world.names();
        this.central = new CentralApi(vertx, world::application, tokens, quotas, names, clock);
        hosts.route(
                names.exactly(names.login()),
                counted(
                        CloudService.ENTRA,
                        new EntraApi(vertx, world.directory(), tokens, names, clock, random).router()));
        hosts.route(
                names.exactly(names.resourceManager()),
                changing(
                        CloudService.ARM,
                        new ArmApi(
                                        vertx,
                                        world.resources(),
                                        world::hub,
                                        world::provisioning,
                                        tokens,
                                        names,
                                        ARM_PAGE_SIZE)
                                .router()));
        hosts.route(names::isCentral, changing(CloudService.CENTRAL, central.router()));
        hosts.route(
                names.exactly(names.globalProvisioning()),
                devices(new DpsDeviceApi(vertx, world::provisioningOfIdScope, quotas, clock).router()));
        hosts.route(
                names::isProvisioning,
                changing(
                        CloudService.DPS_REST,
                        new DpsServiceApi(vertx, world::provisioning, tokens, quotas, names, clock).router()));
        hosts.route(
                names::isHub,
                changing(
                        CloudService.HUB_REST,
                        new HubRestApi(vertx, world::hub, tokens, quotas, names, clock).router()));
    }

    /** Answers a request of whichever host. */
    void handle(HttpServerRequest request) {
        hosts.handler().handle(request);
    }

    /** Stops what runs by itself. */
    void close() {
        central.close();
    }

    private Router counted(CloudService service, Router api) {
        api.route().order(Integer.MIN_VALUE).handler(new CallCounter(calls).of(service));
        api.route().order(Integer.MIN_VALUE + 1).handler(new WellFormedPath());
        api.route().order(Integer.MIN_VALUE + 2).handler(new HttpFaults(faults, mqttFaults).of(service, api));
        return api;
    }

    private Router devices(Router api) {
        counted(CloudService.DPS_REST, api).route().order(Integer.MIN_VALUE + 3).handler(new DeviceApiFaults(faults));
        return api;
    }

    /** Counts changes as well: what devices ask for and signing in changes nothing that a person configured. */
    private Router changing(CloudService service, Router api) {
        counted(service, api).route().order(Integer.MIN_VALUE + 3).handler(changes.of(service));
        return api;
    }
}
