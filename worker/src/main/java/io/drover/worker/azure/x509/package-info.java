/** X.509 certificates as Azure's services show and take them, and proof that somebody has an authority's key. */
package io.drover.worker.azure.x509;
