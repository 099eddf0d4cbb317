/** What a device owns, where it is kept, and how it is named on the other side. */
package io.drover.worker.owned;
