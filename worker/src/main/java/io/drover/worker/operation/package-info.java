/** What migrations are begun, carried out, returned and cleaned up by, from the command line and through the API. */
package io.drover.worker.operation;
