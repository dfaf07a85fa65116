"""Tables as people have them: the rows and cells of CSV files and workbooks."""
