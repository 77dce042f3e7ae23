package dev.holdfast.testing.process;

/**
 * Holds the result of a program that has exited.
 *
 * @param exit its exit code
 * @param out its output on stdout
 * @param err its output on stderr
 */
public record ProgramResult(int exit, String out, String err) {}
