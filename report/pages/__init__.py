"""Pages in HTML, a module for each kind of result."""
