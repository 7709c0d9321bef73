/**
 * What was measured, as tables for people and as JSON for programs.
 */
@NullMarked
package dev.parley.bench.report;

import org.jspecify.annotations.NullMarked;
