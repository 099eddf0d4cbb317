package io.drover.simulator.contract;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Where clients or emulator are known to differ from the OpenAPI documents, and why. The fidelity page lists the same rows. */
final class KnownDeviations {
    /**
     * @param problem an expression that is found in a problem's text
     * @param where service and part
     * @param why what is followed instead of the document
     */
    record Deviation(Pattern problem, String where, String why) {
        private static Deviation of(String problem, String where, String why) {
            return new Deviation(Pattern.compile(problem), where, why);
        }

        /** The deviation as a row of the fidelity page's table. */
        String row() {
            return "| " + where + " | " + why + " |";
        }
    }

    static final List<Deviation> ALL = List.of(
            Deviation.of(
                    "^arm-iotcentral-2021-06-01 GET /subscriptions: no such operation",
                    "ARM: `GET /subscriptions`",
                    "a call of Resource Manager itself, which the documents of the resources leave out"),
            Deviation.of(
                    "^arm-\\S+ GET \\S*/providers/Microsoft\\.Authorization/permissions: no such operation",
                    "ARM: `Microsoft.Authorization/permissions`",
                    "a provider of its own, 2022-04-01, with a document that is not among these"),
            Deviation.of(
                    "^arm-(iothub|dps)\\S* .* answer (\\d+: \\$\\.error is not declared"
                            + "|404: (the status is not documented|a body where none is documented))",
                    "ARM: errors of Microsoft.Devices",
                    "Resource Manager's own refusals are wrapped in `error`; the documents know only the providers' errors"),
            Deviation.of(
                    "^arm-dps\\S* POST .*listkeys answer 200: \\S*\\.rights is '\\w+(, \\w+)+'",
                    "ARM: `rights` of a provisioning service's keys",
                    "several rights are one text, as those of a hub's keys; the enumeration, open to more values, has single ones"),
            Deviation.of(
                    "^iotcentral\\S+ \\w+ /api/dataExport/.*: no such operation",
                    "IoT Central: `/dataExport`",
                    "a preview, 2022-10-31-preview, with a document of its own that is not among these"),
            Deviation.of(
                    "^(iotcentral|arm)\\S+ GET .* the query parameter \\$skiptoken is not declared",
                    "IoT Central, ARM: `nextLink`",
                    "the link is opaque to clients and holds a token that only the service reads"),
            Deviation.of(
                    "^iotcentral\\S+ GET /deviceTemplates\\S* answer 200: \\S*\\.@context is not declared",
                    "IoT Central: `@context` of templates",
                    "Microsoft's examples show it in templates; the schema leaves it out"),
            Deviation.of(
                    "^iotcentral\\S+ (PUT|GET) /(jobs|scheduledJobs)\\S* .*(JobData' is no value of the discriminator"
                            + "|\\.data\\[\\]\\.(value|target|path) is not declared)",
                    "IoT Central: `data[].type` of jobs",
                    "both spellings, `cloudProperty` and `CloudPropertyJobData`, are in Microsoft's documents; both are taken"),
            Deviation.of(
                    "^dps-service\\S+ .*registrationId does not match",
                    "DPS service: pattern of `registrationId`",
                    "the document's pattern takes two characters only, having lost its repetition"),
            Deviation.of(
                    "^dps-service\\S+ POST .*(/query|/attestationmechanism) request: a body that",
                    "DPS service: query of registrations, attestation mechanism",
                    "Microsoft's service client sends a body where the document has none; it is ignored"),
            Deviation.of(
                    "^dps-service\\S+ .* request: (api-version 2019-03-31|\\$\\.registrationId is missing)",
                    "DPS service: Microsoft's service client",
                    "2.0.3 asks with api-version 2019-03-31, whose document is not among these"),
            Deviation.of(
                    "^dps-device\\S+ .* request: api-version 2019-03-31",
                    "DPS device: Microsoft's device client",
                    "2.1.3 asks with api-version 2019-03-31, whose document is not among these"),
            Deviation.of(
                    "^dps-device\\S+ PUT \\S+/register answer 401: \\$\\.(authenticationKey|keyName) is not declared",
                    "DPS device: challenge of a TPM",
                    "the document names no body of its own for it; it is TpmChallenge, as Microsoft's clients read it"),
            Deviation.of(
                    "^iothub\\S+ (.* answer (4\\d\\d|5\\d\\d): the status is not documented"
                            + "|POST /devices answer 400: \\$\\.(Exception)?Message is not declared)",
                    "IoT Hub: refusals",
                    "the document lists successes and what failed of a bulk request; refusals follow \"Azure IoT Hub error codes\""),
            Deviation.of(
                    "^iothub\\S+ .* answer 200: \\S*\\.(primaryThumbprint|secondaryThumbprint|statusReason|symmetricKey\\.\\w+) is null",
                    "IoT Hub: explicit nulls",
                    "the examples of Microsoft's documents show these properties as null; the schema does not allow for it"),
            Deviation.of(
                    "^iothub\\S+ PATCH /twins/\\{id} request: \\S+ is null",
                    "IoT Hub: nulls in a twin's patch",
                    "a null removes the value, as \"Understand and use device twins\" says; the schema does not allow for it"),
            Deviation.of(
                    "^iothub\\S+ GET /jobs/v2/query answer 200: \\$ is no object",
                    "IoT Hub: list of jobs",
                    "a bare array, as Microsoft's service client reads it; the document declares one object"),
            Deviation.of(
                    "^iothub\\S+ GET /messages/serviceBound/feedback answer 200: a body where none",
                    "IoT Hub: feedback",
                    "the document declares no body; it is the one \"Send cloud-to-device messages\" shows"),
            Deviation.of(
                    "^iothub\\S+ POST /devices/query answer 200: \\$\\[\\]\\.",
                    "IoT Hub: results of queries",
                    "the document declares twins; a query answers what it selects, and `devices.jobs` has jobs"),
            Deviation.of(
                    "^iothub\\S+ (PUT|GET) /jobs/v2/\\{id} (request|answer 200): \\$\\.(updateTwin\\.|cloudToDeviceMethod is null)",
                    "IoT Hub: jobs of Microsoft's service client",
                    "2.1.9 sends the whole twin with nulls and newer properties; the job shows it as it was sent"),
            Deviation.of(
                    "^iothub\\S+ PUT /devices/\\{id}\\S* request: \\$\\.(status is '|\\w+Time is no date-time|parentScopes)",
                    "IoT Hub: identities of Microsoft's service client",
                    "2.1.9 writes `Enabled`, times without an offset and `parentScopes`"),
            Deviation.of(
                    "^iothub\\S+ POST /twins/[^/]+: no such operation",
                    "IoT Hub: `POST /twins/{id}`",
                    "Microsoft's service client patches so, with `X-HTTP-Method-Override`, as the JDK's HTTP client knows no PATCH"));

    private KnownDeviations() {}

    /** The problems that no known deviation explains. */
    static Set<String> unexplained(Set<String> problems) {
        Set<String> left = new TreeSet<>(problems);
        left.removeIf(problem ->
                ALL.stream().anyMatch(known -> known.problem().matcher(problem).find()));
        return left;
    }
}
