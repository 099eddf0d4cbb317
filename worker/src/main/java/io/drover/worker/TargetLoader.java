package io.drover.worker;

import io.drover.worker.WorkerConfig.HubDevices;
import io.drover.worker.WorkerConfig.Source;
import io.drover.worker.WorkerConfig.Target;
import io.drover.worker.WorkerConfig.TargetApplication;
import io.drover.worker.WorkerConfig.TargetService;

/** Reads {@code migration.target}: a provisioning service with its hubs or an IoT Central application, never both. */
final class TargetLoader {
    private static final String SERVICE = "provisioningService";
    private static final String APPLICATION = "application";
    private static final String TEMPLATE = "deviceTemplate";

    private TargetLoader() {}

    static Target read(ConfigSection target, Source source) {
        boolean application = target.has(APPLICATION) || target.has(TEMPLATE);
        if (application && target.has(SERVICE)) {
            target.problem(
                    target.has(APPLICATION) ? APPLICATION : TEMPLATE,
                    "is of an IoT Central application, but '" + SERVICE + "' is of IoT hubs.",
                    "Keep provisioningService, or application and deviceTemplate.");
        }
        Target read = application ? application(target, source) : service(target);
        target.end();
        return read;
    }

    private static Target service(ConfigSection target) {
        target.known(APPLICATION);
        target.known(TEMPLATE);
        return new TargetService(target.required(
                SERVICE, "Write the name of the target DPS, or application to move into an IoT Central application."));
    }

    private static Target application(ConfigSection target, Source source) {
        target.known(SERVICE);
        String name = target.required(APPLICATION, "Write the subdomain of the IoT Central application.");
        String template = target.text(TEMPLATE, null);
        if (template == null && source instanceof HubDevices) {
            target.problem(
                    TEMPLATE,
                    "is missing, and devices of a hub have no template that could tell it.",
                    "Write the id of the device template that they get in the application.");
        }
        return new TargetApplication(name, template);
    }
}
