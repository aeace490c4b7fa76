"""How fast the app is, beside what else a person could use. Each of fan, typing and start is a script of its own."""
