package dev.parley.it.shop;

final class StockSession implements AutoCloseable {
    private final Stock stock;

    StockSession(Stock stock) {
        this.stock = stock;
        stock.sessions.incrementAndGet();
    }

    Stock stock() {
        return stock;
    }

    @Override
    public void close() {
        stock.sessions.decrementAndGet();
    }
}
