/** What every HTTP server of this program answers in the same way. */
package io.drover.worker.web;
