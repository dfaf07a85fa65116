"""Published weight tables: verify the printed numbers, reconstruct the judgments behind them."""
