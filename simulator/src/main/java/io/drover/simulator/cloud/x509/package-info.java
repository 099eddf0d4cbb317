/** Certificates as clients upload them, and proof that a caller has a certificate's key. */
package io.drover.simulator.cloud.x509;
