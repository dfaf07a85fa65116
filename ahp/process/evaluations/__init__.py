"""How an evaluation runs, without SQL: schemes, units, periods, data, ratings, notices, signing."""
