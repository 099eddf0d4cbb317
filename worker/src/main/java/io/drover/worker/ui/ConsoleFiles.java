package io.drover.worker.ui;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The console's page, made of its template, and the version of the files it names. The version is a digest of all of them, so an
 * address never shows a browser an older file than the page expects.
 */
record ConsoleFiles(String version, String page, String etag, String scriptSource) {
    static final String ASSETS = "io/drover/worker/ui/assets";
    private static final String TEMPLATE = "index.html";
    private static final Pattern IMPORT_MAP =
            Pattern.compile("<script type=\"importmap\">(.*?)</script>", Pattern.DOTALL);

    static ConsoleFiles load() {
        try {
            String version = digest();
            String page = text(TEMPLATE).replace("${version}", version);
            return new ConsoleFiles(version, page, '"' + hex(sha256(page)).substring(0, 32) + '"', scriptSource(page));
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException("The console's files cannot be read from this program's jar: " + e, e);
        }
    }

    /** The import map is the one script that browsers take from the page only; its digest admits it and nothing else. */
    private static String scriptSource(String page) {
        Matcher map = IMPORT_MAP.matcher(page);
        if (!map.find()) {
            throw new IllegalStateException("The console's page has no import map.");
        }
        return "'self' 'sha256-" + Base64.getEncoder().encodeToString(sha256(map.group(1))) + "'";
    }

    private static String digest() throws IOException, URISyntaxException {
        URL folder = ConsoleFiles.class.getResource("assets");
        if (folder == null) {
            throw new IOException("the folder assets is missing");
        }
        URI uri = folder.toURI();
        if (!uri.getScheme().equals("jar")) {
            return digest(Path.of(uri));
        }
        try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
            return digest(jar.getPath("/" + ASSETS));
        }
    }

    private static String digest(Path folder) throws IOException {
        MessageDigest digest = sha256();
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path file : files) {
            digest.update(folder.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
            digest.update(Files.readAllBytes(file));
        }
        return hex(digest.digest()).substring(0, 16);
    }

    private static String text(String name) throws IOException {
        try (InputStream in = ConsoleFiles.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException(name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static byte[] sha256(String text) {
        return sha256().digest(text.getBytes(StandardCharsets.UTF_8));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
