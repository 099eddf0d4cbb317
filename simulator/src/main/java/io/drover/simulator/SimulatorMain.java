package io.drover.simulator;

/** Entry point of {@code simulator.jar}. */
public final class SimulatorMain {
    private SimulatorMain() {}

    public static void main(String[] arguments) {
        System.out.println("simulator");
    }
}
