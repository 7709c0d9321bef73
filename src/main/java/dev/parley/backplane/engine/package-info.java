/**
 * What all variants over a shared engine have in common: a node's threads, its followers, its presence and its repairs. A
 * variant says how one connection stores, reads and listens ({@link dev.parley.backplane.engine.Engine}).
 *
 * <pre>
 *  append ──▶ Writer ──▶ engine ──▶ Ear ──▶ Feed ──▶ followers        what comes next is handed on at once
 *                          └──────▶ Reader ──▶ Feed                   every doubt is a read of the log
 *                          └──────▶ Clerk                             lease, presence, words, reads of others
 * </pre>
 *
 * <p>Being told by the engine is only ever a hint: a word that was lost costs time, never a message, because the log is read
 * after every new connection, and every few seconds compared with what the followers have.
 *
 * <p>Five threads and four connections a node, whatever the number of rooms: the fifth thread cuts connections that are stuck.
 */
@NullMarked
package dev.parley.backplane.engine;

import org.jspecify.annotations.NullMarked;
