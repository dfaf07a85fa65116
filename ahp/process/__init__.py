"""How a study runs, without a database: what is asked and how, rounds, settings, receipts."""
