/**
 * One call on the wire: conversion between values and messages, errors, attempts, and the retry
 * policy of a channel. Not part of the API: it changes without notice.
 */
@NullMarked
package dev.holdfast.client.internal.wire;

import org.jspecify.annotations.NullMarked;
