"""The generated pages: each module writes some of them from the code, none of them holds a fact of its own."""
