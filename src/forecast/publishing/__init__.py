"""Reports as files: notebooks run, pages written, runs kept, published and listed."""
