package io.drover.worker;

import java.nio.file.Path;

/** How the worker proves to Entra who it is. */
public sealed interface SignIn {
    /** A secret of an app registration. */
    record ClientSecret(String tenant, String clientId, Secret secret) implements SignIn {}

    /**
     * A certificate of an app registration with its RSA key.
     *
     * @param file PEM or PKCS#12, read again for each sign-in
     * @param password of a PKCS#12 file; null for none
     */
    record ClientCertificate(String tenant, String clientId, Path file, Secret password) implements SignIn {}

    /**
     * The identity of the machine that the worker runs on.
     *
     * @param endpoint of a virtual machine up to its port, or the whole address that App Service gives
     * @param header what App Service wants to see; null on a virtual machine
     * @param by what {@code identity} is; null for the identity that the system assigned
     */
    record ManagedIdentity(String endpoint, Secret header, By by, String identity) implements SignIn {
        /** What names an identity that a user assigned. */
        public enum By {
            CLIENT_ID,
            OBJECT_ID,
            RESOURCE_ID
        }
    }

    /**
     * A token of another issuer that the app registration trusts, such as a Kubernetes service account's.
     *
     * @param tokenFile read again for each sign-in, as its writer renews it
     */
    record WorkloadIdentity(String tenant, String clientId, Path tokenFile) implements SignIn {}

    /**
     * Whoever is signed in to the Azure CLI.
     *
     * @param command the program, looked for on the PATH
     * @param tenant null for the CLI's own
     */
    record AzureCli(String command, String tenant) implements SignIn {}
}
