package io.drover.worker.db;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** An operating-system lock beside the ledger file, so that only one apply works on it; a crash releases it. */
final class LedgerLock implements AutoCloseable {
    private final FileChannel channel;

    private LedgerLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Blocks on the file system; call off the event loop. */
    static LedgerLock acquire(Path ledger) {
        Path file = Path.of(ledger + ".lock");
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new LedgerException("The ledger " + ledger + " is in use by another apply."
                        + " Wait for it to end or stop it, or name another file under ledger.url.");
            }
            return new LedgerLock(channel);
        } catch (NoSuchFileException e) {
            throw new LedgerException(
                    "There is no folder " + ledger.toAbsolutePath().getParent()
                            + " for the ledger. Create it, or correct ledger.url.",
                    e);
        } catch (AccessDeniedException e) {
            throw new LedgerException(
                    "The ledger's folder " + ledger.toAbsolutePath().getParent()
                            + " is not writable. Correct its permissions, or name another under ledger.url.",
                    e);
        } catch (IOException e) {
            throw new LedgerException(
                    "Cannot lock " + file + ": " + e.getMessage()
                            + ". Check that the directory exists and is writable.",
                    e);
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
