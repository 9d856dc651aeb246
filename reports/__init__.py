"""Pages, charts and workbooks; handed a `select` function, never the warehouse."""
