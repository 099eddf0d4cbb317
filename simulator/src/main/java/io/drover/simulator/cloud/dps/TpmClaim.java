package io.drover.simulator.cloud.dps;

/** The public keys a device says its TPM has, TPM2B_PUBLIC in base64; nothing of it is checked yet. The storage root key may be null. */
record TpmClaim(String endorsementKey, String storageRootKey) {}
