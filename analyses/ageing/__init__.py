"""Laws over cycles: what is left when, and when too little is; what grows, and how surely."""
