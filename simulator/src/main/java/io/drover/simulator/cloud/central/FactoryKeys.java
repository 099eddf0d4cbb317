package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.sas.SymmetricKey;

/** What a device maker knows: where a device registers and the group keys its own key derives from. */
public record FactoryKeys(String idScope, String enrollmentGroupId, SymmetricKey keys) {}
