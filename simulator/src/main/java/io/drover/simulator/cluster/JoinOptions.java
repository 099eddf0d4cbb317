package io.drover.simulator.cluster;

import picocli.CommandLine.Option;

/** Options of a fleet that takes its part from a coordinator; all but the first have a default. */
public final class JoinOptions {
    @Option(
            names = "--join",
            required = true,
            paramLabel = "HOST:PORT",
            description = "Take scenario, cloud and part of the devices from the coordinator whose cluster is there")
    String coordinator;

    @Option(names = "--name", description = "Name of this member in the fleet (default: machine and process)")
    String name;

    @Option(
            names = "--weight",
            paramLabel = "N",
            description = "Share of the devices, relative to other members' (default: the number of processors)")
    Integer weight;

    @Option(
            names = "--cluster-host",
            paramLabel = "ADDRESS",
            description = "Address of this machine that the coordinator reaches (default: 127.0.0.1, for one machine)")
    String clusterHost;

    @Option(
            names = "--cluster-port",
            defaultValue = "0",
            paramLabel = "PORT",
            description = "Port of the cluster here; the next one is taken too (default: any two)")
    int clusterPort;

    @Option(
            names = "--secret-env",
            defaultValue = ClusterSecret.VARIABLE,
            paramLabel = "NAME",
            description = "Environment variable with the fleet's secret (default: ${DEFAULT-VALUE})")
    String secretVariable;

    @Option(
            names = "--join-within",
            defaultValue = "60",
            paramLabel = "SECONDS",
            description = "How long to wait for the coordinator (default: ${DEFAULT-VALUE})")
    int joinWithin;
}
