package dev.parley.bench.scenario;

/** One message that a member has said, until everybody has it. */
final class Publication {
    final long seq;
    final long saidAt;
    final byte[] delivery;
    final byte[] reply;
    int awaited;

    Publication(long seq, long saidAt, byte[] delivery, byte[] reply, int awaited) {
        this.seq = seq;
        this.saidAt = saidAt;
        this.delivery = delivery;
        this.reply = reply;
        this.awaited = awaited;
    }
}
