package io.drover.worker;

/** Entry point of {@code worker.jar}. */
public final class WorkerMain {
    private WorkerMain() {}

    public static void main(String[] arguments) {
        System.out.println("worker");
    }
}
