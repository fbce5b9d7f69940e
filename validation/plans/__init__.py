"""Analysis plans: the document, what of it a design makes possible, and what it says in plain words. Pure."""
