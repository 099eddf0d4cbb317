package io.drover.worker.permission;

/** The calls that apply, failback and cleanup make, and the right that each needs; documented in docs/configuration.md. */
public enum RequiredCall {
    LIST_PROVISIONING_SERVICES(
            "ARM: list provisioning services", "Microsoft.Devices/provisioningServices/read", "", Roles.READER),
    LIST_HUBS("ARM: list IoT hubs", "Microsoft.Devices/IotHubs/read", "", Roles.READER),
    LIST_APPLICATIONS("ARM: list IoT Central applications", "Microsoft.IoTCentral/iotApps/read", "", Roles.READER),
    LIST_HUB_KEYS(
            "ARM: list the target hub's keys",
            "Microsoft.Devices/IotHubs/listkeys/action",
            "",
            "a custom role with this action, or a policy under access.hubs instead"),
    READ_ENROLLMENT_GROUPS(
            "DPS: read enrollment groups",
            "Microsoft.Devices/provisioningServices/enrollmentGroups/read",
            "EnrollmentRead",
            Roles.DPS),
    READ_GROUP_KEYS(
            "DPS: read an enrollment group's keys",
            "Microsoft.Devices/provisioningServices/attestationmechanism/details/action",
            "EnrollmentWrite",
            Roles.DPS),
    CREATE_ENROLLMENT_GROUPS(
            "DPS: create enrollment groups",
            "Microsoft.Devices/provisioningServices/enrollmentGroups/write",
            "EnrollmentWrite",
            Roles.DPS),
    READ_ENROLLMENTS(
            "DPS: read an individual enrollment's credential",
            "Microsoft.Devices/provisioningServices/attestationmechanism/details/action",
            "EnrollmentWrite",
            Roles.DPS),
    CREATE_ENROLLMENTS(
            "DPS: create individual enrollments",
            "Microsoft.Devices/provisioningServices/enrollments/write",
            "EnrollmentWrite",
            Roles.DPS),
    DELETE_ENROLLMENTS(
            "DPS: delete individual enrollments",
            "Microsoft.Devices/provisioningServices/enrollments/delete",
            "EnrollmentWrite",
            Roles.DPS),
    DELETE_REGISTRATIONS(
            "DPS: delete registrations",
            "Microsoft.Devices/provisioningServices/registrationStates/delete",
            "RegistrationStatusWrite",
            Roles.DPS),
    READ_REGISTRATIONS(
            "DPS: read registration states",
            "Microsoft.Devices/provisioningServices/registrationStates/read",
            "RegistrationStatusRead",
            Roles.DPS),
    QUERY_HUB("hub: query devices", "Microsoft.Devices/IotHubs/devices/read", "RegistryRead", Roles.HUB),
    READ_DEVICE_KEYS("hub: read a device's keys", "Microsoft.Devices/IotHubs/devices/read", "RegistryRead", Roles.HUB),
    INVOKE_METHODS(
            "hub: invoke direct methods",
            "Microsoft.Devices/IotHubs/directMethods/invoke/action",
            "ServiceConnect",
            Roles.HUB),
    DELETE_HUB_DEVICES("hub: delete devices", "Microsoft.Devices/IotHubs/devices/delete", "RegistryWrite", Roles.HUB),
    READ_TWINS("hub: read twins", "Microsoft.Devices/IotHubs/twins/read", "ServiceConnect", Roles.HUB),
    WRITE_TWINS("hub: update twins", "Microsoft.Devices/IotHubs/twins/write", "ServiceConnect", Roles.HUB),
    CREATE_HUB_DEVICES("hub: make devices", "Microsoft.Devices/IotHubs/devices/write", "RegistryWrite", Roles.HUB),
    READ_DEVICE_GROUPS("IoT Central: read device groups", "", "", Roles.CENTRAL),
    READ_TEMPLATES("IoT Central: read device templates", "", "", Roles.CENTRAL),
    READ_CENTRAL_KEYS("IoT Central: read enrollment groups with keys", "", "", Roles.CENTRAL_ADMINISTRATOR),
    READ_CENTRAL_CREDENTIALS("IoT Central: read a device's credentials", "", "", Roles.CENTRAL),
    CREATE_CENTRAL_GROUPS("IoT Central: make enrollment groups", "", "", Roles.CENTRAL_ADMINISTRATOR),
    CREATE_CENTRAL_DEVICES("IoT Central: make devices", "", "", Roles.CENTRAL),
    CREATE_CENTRAL_ATTESTATIONS("IoT Central: give devices enrollments of their own", "", "", Roles.CENTRAL),
    DELETE_CENTRAL_DEVICES("IoT Central: delete devices", "", "", Roles.CENTRAL),
    READ_CENTRAL_PROPERTIES("IoT Central: read devices' properties", "", "", Roles.CENTRAL),
    WRITE_CENTRAL_PROPERTIES("IoT Central: change devices and their properties", "", "", Roles.CENTRAL),
    EXECUTE_COMMANDS("IoT Central: execute commands", "", "", Roles.CENTRAL),
    RUN_JOBS("IoT Central: run jobs", "", "", Roles.CENTRAL);

    private final String text;
    private final String action;
    private final String policyRight;
    private final String role;

    RequiredCall(String text, String action, String policyRight, String role) {
        this.text = text;
        this.action = action;
        this.policyRight = policyRight;
        this.role = role;
    }

    /** What is done, for a person. */
    public String text() {
        return text;
    }

    /** The action of Azure's role-based access control; empty for IoT Central, which has roles of its own. */
    public String action() {
        return action;
    }

    /** The right of a shared access policy; empty where there are none. */
    public String policyRight() {
        return policyRight;
    }

    /** The role that grants it. */
    public String role() {
        return role;
    }

    private static final class Roles {
        static final String READER = "Reader";
        static final String DPS = "Device Provisioning Service Data Contributor";
        static final String HUB = "IoT Hub Data Contributor";
        static final String CENTRAL = "Operator, Builder or Administrator of the application";
        static final String CENTRAL_ADMINISTRATOR = "Administrator of the application";
    }
}
