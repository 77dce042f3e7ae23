/** Those who watch repositories are told what was committed, each at its own pace. */
@NullMarked
package dev.holdfast.server.ledger.watch;

import org.jspecify.annotations.NullMarked;
