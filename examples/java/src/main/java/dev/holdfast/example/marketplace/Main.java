package dev.holdfast.example.marketplace;

import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The marketplace as a program, with a block of ten simulated minutes every BLOCK_MILLIS
 * milliseconds. With the default of 100 a month takes seven minutes.
 *
 * <pre>
 * java -cp storage-node.jar dev.holdfast.example.marketplace.Main [PORT [BLOCK_MILLIS]]
 * </pre>
 */
public final class Main {
  private static final int PORT = 7430;
  private static final long BLOCK_MILLIS = 100;

  private Main() {}

  public static void main(String[] args) throws Exception {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : PORT;
    long blockMillis = args.length > 1 ? Long.parseLong(args[1]) : BLOCK_MILLIS;
    Marketplace marketplace = new Marketplace(new Random().nextLong());
    MarketplaceServer server = new MarketplaceServer(marketplace, port, path -> {});
    ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    var unused =
        clock.scheduleAtFixedRate(
            marketplace::mine, blockMillis, blockMillis, TimeUnit.MILLISECONDS);
    System.out.println("marketplace: serving HTTP on " + server.url());
  }
}
