package dev.holdfast.testing.process;

/**
 * The result of a program that ran to its end.
 *
 * @param exit its exit code
 * @param out what it wrote to stdout
 * @param err what it wrote to stderr
 */
public record ProgramResult(int exit, String out, String err) {}
