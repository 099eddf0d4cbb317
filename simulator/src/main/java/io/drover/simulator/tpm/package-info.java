/** What DPS and devices need of TPM 2.0: public areas, MakeCredential and Duplicate, and a small TPM in software that opens them. */
package io.drover.simulator.tpm;
