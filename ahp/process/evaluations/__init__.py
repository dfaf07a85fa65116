"""How an evaluation runs, without a database: its units, and what raters are asked."""
