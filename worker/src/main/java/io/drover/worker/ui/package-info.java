/** The operators' console: its page, its files, and the libraries they use. */
package io.drover.worker.ui;
