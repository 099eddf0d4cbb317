package io.drover.simulator.tpm;

import java.security.PrivateKey;
import java.security.interfaces.RSAPublicKey;
import javax.crypto.Cipher;

/**
 * What a device uses of a TPM 2.0: its endorsement key, its storage root key, ActivateCredential with Import, and HMAC with the identity
 * key that was imported last. Endorsement key and storage root key share one RSA key, as making one costs a tenth of a second. Thread-safe.
 */
public final class SoftwareTpm {
    private final TpmPublic endorsementKey;
    private final TpmPublic storageRootKey;
    private final PrivateKey key;
    private volatile byte[] identityKey;

    /** A TPM with this key pair of 2048 bits. */
    public SoftwareTpm(RSAPublicKey shared, PrivateKey key) {
        this.endorsementKey = TpmPublic.endorsementKey(shared);
        this.storageRootKey = TpmPublic.storageRootKey(shared);
        this.key = key;
    }

    /** Its endorsement key. */
    public TpmPublic endorsementKey() {
        return endorsementKey;
    }

    /** Its storage root key. */
    public TpmPublic storageRootKey() {
        return storageRootKey;
    }

    /** Takes the identity key out of an {@link ActivationBlob}; fails when it is not for this TPM, and keeps the key it had. */
    public void activate(byte[] blob) throws TpmFormatException {
        TpmReader reader = new TpmReader(blob);
        SealedSeed.Sealed credential = SealedSeed.Sealed.read(reader);
        SealedSeed.Sealed duplicate = SealedSeed.Sealed.read(reader);
        byte[] area = reader.sized();
        reader.sized();
        reader.end();
        TpmReader opened = new TpmReader(SealedSeed.open(key, SealedSeed.IDENTITY, storageRootKey.name(), credential));
        byte[] innerKey = opened.sized();
        opened.end();
        byte[] encrypted = SealedSeed.open(key, SealedSeed.DUPLICATE, TpmPublic.nameOf(area), duplicate);
        if (innerKey.length != TpmCrypto.SYMMETRIC_BYTES) {
            throw new TpmFormatException("the inner wrapping key has a wrong length");
        }
        identityKey = ActivationBlob.hmacKey(TpmCrypto.cfb(Cipher.DECRYPT_MODE, innerKey, encrypted), area);
    }

    /** HMAC-SHA256 with the identity key; an IllegalStateException before the first {@link #activate}. */
    public byte[] sign(byte[] data) {
        byte[] active = identityKey;
        if (active == null) {
            throw new IllegalStateException("no identity key has been activated");
        }
        return TpmCrypto.hmac(active, data);
    }

    @Override
    public String toString() {
        return "SoftwareTpm[" + endorsementKey + "]";
    }
}
