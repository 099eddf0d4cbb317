/** What the devices of a virtual fleet prove themselves with, made from the scenario's seed: whoever knows the seed knows all of it. */
package io.drover.simulator.fleet.credential;
